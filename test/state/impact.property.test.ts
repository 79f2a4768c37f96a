/** The impact of a change is what trying every path finds, on random lineage. */
import fc from 'fast-check';
import { openStateStore, type Artefact } from '../../nodes/shared/state';
import { impactOf } from '../../nodes/shared/state/lineage';
import { artefact } from '../support/samples';
import { tickingEnvironment } from '../support/storeEnvironment';
import { POSTGRES_URL, TestDatabase, describeOnPostgres } from '../support/testDatabase';

const RUNS = Number(process.env.GREENLIGHT_PROPERTY_RUNS ?? 40);
const START = { title: 't', startedFrom: 'editor', workflowId: 'w' } as const;
const SIZE = 8;
const CHANGED = ['intent', ...Array.from({ length: SIZE }, (_, index) => `w${index}`)];

/** Works that are made of each other without circles, of the intent, or of nothing; some replaced, some of unknown price. */
const works: fc.Arbitrary<Artefact[]> = fc
	.tuple(
		fc.array(fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1)), { maxLength: 16 }),
		fc.array(
			fc.record({
				ofIntent: fc.boolean(),
				isReplaced: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
				costUsd: fc.oneof({ weight: 9, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.constant(null) }),
			}),
			{ minLength: SIZE, maxLength: SIZE },
		),
		fc.shuffledSubarray([...Array(SIZE).keys()], { minLength: SIZE }),
	)
	.map(([pairs, traits, order]) => {
		const made = traits.map(({ ofIntent, isReplaced, costUsd }, index) =>
			artefact(`w${index}`, {
				madeFrom: [
					...(ofIntent ? ['intent@h'] : []),
					...pairs.flatMap(([a, b]) => (Math.max(a, b) === index && a !== b ? [`w${Math.min(a, b)}@h`] : [])),
				],
				status: isReplaced ? 'replaced' : 'new',
				costUsd,
			}),
		);
		return order.flatMap((index) => made[index] ?? []);
	});

/** Every work that some path from `start` ends at, found by walking all paths. */
function reachable(all: readonly Artefact[], start: string): Set<string> {
	const found = new Set<string>();
	const walk = (name: string): void => {
		for (const { id, status, madeFrom } of all) {
			if (status === 'replaced' || !madeFrom.includes(`${name}@h`)) continue;
			found.add(id);
			walk(id);
		}
	};
	walk(start);
	return found;
}

function expectImpact(all: readonly Artefact[], changed: string, impact: ReturnType<typeof impactOf>): void {
	const expected = reachable(all, changed);
	expect(new Set(impact.stale)).toEqual(expected);
	expect(impact.stale).toHaveLength(expected.size);
	const stale = all.filter(({ id }) => expected.has(id));
	expect(impact.costUsd).toBe(
		stale.some(({ costUsd }) => costUsd === null)
			? null
			: stale.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0),
	);
	for (const { id, madeFrom } of stale) {
		for (const source of madeFrom.map((name) => name.replace('@h', ''))) {
			if (expected.has(source)) expect(impact.stale.indexOf(source)).toBeLessThan(impact.stale.indexOf(id));
		}
	}
}

describe('the impact of a change', () => {
	it('is what trying every path finds, in an order to make things again, on 1,000 random lineages', () => {
		fc.assert(
			fc.property(works, fc.constantFrom(...CHANGED), (all, changed) =>
				expectImpact(all, changed, impactOf(all, changed)),
			),
			{ numRuns: 1000 },
		);
	});
});

async function throughStore(place: { path: string } | { server: string }): Promise<void> {
	const store = await openStateStore({ ...place, ...tickingEnvironment() });
	let keys = 0;
	await fc.assert(
		fc.asyncProperty(works, async (all) => {
			const { runId } = (await store.startRun({ ...START, runKey: `k${++keys}` })).run;
			const commands = [{ op: 'mergeById', field: 'artefacts', items: all } as const];
			await store.write(runId, [{ by: 'Test', asRecordKeeper: true, commands }]);

			for (const changed of CHANGED) expectImpact(all, changed, await store.impact(runId, changed));
		}),
		{ numRuns: RUNS },
	);
	await store.close();
}

describe('the impact of a change in the store on SQLite', () => {
	it('is what trying every path finds', () => throughStore({ path: ':memory:' }));
});

describeOnPostgres('the impact of a change in the store', () => {
	it('is what trying every path finds', async () => {
		const database = new TestDatabase(POSTGRES_URL);
		await database.create();
		await throughStore({ server: database.url });
		await database.drop();
	});
});
