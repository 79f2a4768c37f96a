/** Random work on the store gives what a naive store in memory gives. */
import fc from 'fast-check';
import {
	openStateStore,
	type Artefact,
	type Command,
	type Json,
	type StateStore,
} from '../../nodes/shared/state';
import { artefact } from '../support/samples';
import { tickingEnvironment } from '../support/storeEnvironment';
import { TestDatabase } from '../support/testDatabase';
import { NaiveRun, OWN_FIELDS, sorted } from './naiveStore';

const RUNS = Number(process.env.GREENLIGHT_PROPERTY_RUNS ?? 40);
const START = {
	runKey: 'k',
	title: 't',
	startedFrom: 'editor',
	workflowId: 'w',
	fields: OWN_FIELDS,
} as const;

const id = fc.constantFrom('a', 'b', 'c');
const value: fc.Arbitrary<Json> = fc.oneof(
	fc.integer({ min: 0, max: 3 }),
	fc.constantFrom('x', '🎬', ''),
	fc.constant(null),
);
const command: fc.Arbitrary<Command> = fc.oneof(
	fc.record({
		op: fc.constant('set' as const),
		field: fc.constant('brief'),
		value: fc.constantFrom('noir', 'comedy', ''),
	}),
	fc.record({
		op: fc.constant('append' as const),
		field: fc.constant('notes'),
		values: fc.array(value, { maxLength: 3 }),
	}),
	fc.record({
		op: fc.constant('increment' as const),
		field: fc.constantFrom('count', 'attempts'),
		by: fc.nat(3),
	}),
	fc.record({
		op: fc.constant('writeOnce' as const),
		field: fc.constant('owner'),
		value: fc.constantFrom('Ana', 'Ben'),
	}),
	fc.record({
		op: fc.constant('mergeById' as const),
		field: fc.constantFrom('shots', 'artefacts'),
		items: fc.array(fc.record({ id, title: value }), { minLength: 1, maxLength: 3 }),
	}),
	fc.record({ op: fc.constant('lock' as const), artefactId: id }),
);
const action = fc.oneof(
	{
		weight: 8,
		arbitrary: fc
			.array(fc.array(command, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 })
			.map((requests) => ({ do: 'write' as const, requests })),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			do: fc.constant('rollBack' as const),
			to: fc.nat(40),
			keep: fc.array(id, { maxLength: 2 }),
		}),
	},
);

const server = process.env.GREENLIGHT_TEST_POSTGRES_URL;
const database = server === undefined ? undefined : new TestDatabase(server);

describe(`the state store on ${database === undefined ? 'SQLite' : 'PostgreSQL'}`, () => {
	let opened: StateStore | undefined;
	let runs = 0;
	beforeAll(() => database?.create());
	afterAll(async () => {
		await opened?.close();
		await database?.drop();
	});

	/** A new store in memory, or the one store of the database with a run of its own. */
	async function openFresh(): Promise<{ store: StateStore; runId: string }> {
		if (database === undefined) await opened?.close();
		if (database === undefined || opened === undefined) {
			const place = database === undefined ? { path: ':memory:' } : { server: database.url };
			opened = await openStateStore({ ...place, ...tickingEnvironment() });
		}
		const { run } = await opened.startRun({ ...START, runKey: `k${++runs}` });
		return { store: opened, runId: run.runId };
	}

	it('has the same state at every version as a naive store, after random writes and rollbacks', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
				const { store, runId } = await openFresh();
				const naive = new NaiveRun();
				for (const step of actions) {
					if (step.do === 'rollBack') {
						if (naive.version === 0) continue;
						const to = 1 + (step.to % naive.version);
						await store.rollBack(runId, to, { by: 'Test', keep: step.keep });
						naive.rollBack(to, step.keep);
					} else {
						for (const commands of step.requests) {
							const [result] = await store.write(runId, [{ by: 'Test', commands, asRecordKeeper: true }]);
							expect(result?.ok).toBe(naive.write(commands));
						}
					}
				}

				expect((await store.getRun(runId)).version).toBe(naive.version);
				for (let version = 1; version <= naive.version; version++) {
					expect(comparable((await store.read(runId, version)).fields)).toEqual(naive.fields(version));
				}
				expect(await store.verify(runId)).toMatchObject({ ok: true });
			}),
			{ numRuns: RUNS },
		);
	});

	it('never lets records shrink or locked work change, whatever is written, rolled back or forked', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(action, { maxLength: 20 }), async (actions) => {
				const { store, runId } = await openFresh();
				let attempts = 0;
				const locked = new Map<string, string>();
				for (const step of actions) {
					const { version } = await store.getRun(runId);
					if (step.do === 'rollBack' && version > 0) {
						await store.rollBack(runId, 1 + (step.to % version), { by: 'Test', keep: step.keep });
					} else if (step.do === 'write') {
						await store.write(
							runId,
							step.requests.map((commands) => ({ by: 'Test', commands, asRecordKeeper: true })),
						);
					}
					const { fields } = await store.read(runId);
					expect(Number(fields.attempts ?? 0)).toBeGreaterThanOrEqual(attempts);
					attempts = Number(fields.attempts ?? 0);
					const now = new Map(
						listOf(fields.artefacts).map((entry) => [String(Object(entry).id), JSON.stringify(entry)]),
					);
					for (const [name, text] of locked) expect(now.get(name)).toBe(text);
					for (const [name, text] of now) if (text.includes('"locked":true')) locked.set(name, text);
				}
			}),
			{ numRuns: RUNS },
		);
	});

	it('finds the same impact as trying every path, on random lineage', async () => {
		const size = 8;
		const edges = fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 16 });
		await fc.assert(
			fc.asyncProperty(edges, fc.nat(size - 1), async (pairs, changed) => {
				const { impactOf } = await import('../../nodes/shared/state/lineage');
				const forward = pairs
					.map(([a, b]) => (a < b ? ([a, b] as const) : ([b, a] as const)))
					.filter(([a, b]) => a !== b);
				const works: Artefact[] = Array.from({ length: size }, (_, index) =>
					artefact(`w${index}`, {
						madeFrom: forward.filter(([, to]) => to === index).map(([from]) => `w${from}@h`),
						costUsd: 1,
					}),
				);

				const { stale, costUsd } = impactOf(works, `w${changed}`);

				expect([...stale].sort()).toEqual(
					reachable(forward, changed)
						.map((each) => `w${each}`)
						.sort(),
				);
				expect(costUsd).toBe(stale.length);
				for (const [from, to] of forward) {
					if (stale.includes(`w${from}`) && stale.includes(`w${to}`)) {
						expect(stale.indexOf(`w${from}`)).toBeLessThan(stale.indexOf(`w${to}`));
					}
				}
			}),
			{ numRuns: 1000 },
		);
	});
});

/** Every node that some path from `start` ends at, found by walking all paths. */
function reachable(edges: ReadonlyArray<readonly [number, number]>, start: number): number[] {
	const found = new Set<number>();
	const walk = (node: number): void => {
		for (const [from, to] of edges) {
			if (from !== node) continue;
			found.add(to);
			walk(to);
		}
	};
	walk(start);
	return [...found];
}

function comparable(fields: Record<string, Json | undefined>): Record<string, Json> {
	return Object.fromEntries(
		Object.entries(fields).map(([name, content]) => [
			name,
			Array.isArray(content) ? sorted(content) : (content ?? null),
		]),
	);
}

function listOf(content: unknown): unknown[] {
	return Array.isArray(content) ? content : [];
}
