/** Random work on the store gives what a naive store in memory gives, on every backend. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { openStateStore, type Json, type StateStore } from '../../nodes/shared/state';
import type { StoreEnvironment } from '../../nodes/shared/state/sqlStore';
import { tickingEnvironment } from '../support/storeEnvironment';
import { POSTGRES_URL, TestDatabase, describeOnPostgres } from '../support/testDatabase';
import { action, anyAction } from './actions';
import { NaiveRun, OWN_FIELDS, sorted } from './naiveStore';

const RUNS = Number(process.env.GREENLIGHT_PROPERTY_RUNS ?? 40);
const START = { title: 't', startedFrom: 'editor', workflowId: 'w', fields: OWN_FIELDS } as const;

/** A place that is empty at first and stays over all random histories; each has runs of its own. */
interface Place {
	open(): Promise<StateStore>;
	remove(): Promise<void>;
}

let places = 0;

/** Ids of one place do not come up in another, so that runs can be brought along. */
function placeEnvironment(): StoreEnvironment {
	const [place, environment] = [++places, tickingEnvironment()];
	return { ...environment, newId: () => `${place}-${environment.newId()}` };
}

async function sqlitePlace(): Promise<Place> {
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-property-'));
	const environment = placeEnvironment();
	return {
		open: () => openStateStore({ path: join(folder, 'state.sqlite'), ...environment }),
		remove: () => rm(folder, { recursive: true }),
	};
}

async function postgresPlace(): Promise<Place> {
	const database = new TestDatabase(POSTGRES_URL);
	await database.create();
	const environment = placeEnvironment();
	return {
		open: () => openStateStore({ server: database.url, ...environment }),
		remove: () => database.drop(),
	};
}

function properties(createPlace: () => Promise<Place>): void {
	let place: Place;
	let store: StateStore;
	let other: StateStore;
	let keys = 0;
	beforeAll(async () => {
		place = await createPlace();
		store = await place.open();
		other = await place.open();
	});
	afterAll(async () => {
		await store.close();
		await other.close();
		await place.remove();
	});

	const nextKey = (): string => `k${++keys}`;
	const startRun = async (): Promise<string> =>
		(await store.startRun({ ...START, runKey: nextKey() })).run.runId;
	const toRequests = <T>(by: string, requests: readonly T[]) =>
		requests.map((commands) => ({ by, commands, asRecordKeeper: true }));

	async function expectSame(runId: string, naive: NaiveRun): Promise<void> {
		expect((await store.getRun(runId)).version).toBe(naive.version);
		for (let version = 1; version <= naive.version; version++) {
			expect(comparable((await store.read(runId, version)).fields)).toEqual(naive.fields(version));
		}
		expect(comparable((await store.read(runId)).fields)).toEqual(naive.fields(naive.version));
		expect(await store.verify(runId)).toMatchObject({ ok: true });
	}

	it('has the same state at every version as a naive store, after random writes, rollbacks and forks', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.tuple(action, fc.nat(3)), { maxLength: 30 }), async (steps) => {
				const runs = [{ runId: await startRun(), naive: new NaiveRun() }];
				for (const [step, on] of steps) {
					const { runId, naive } = runs[on % runs.length] ?? fail();
					if (step.do === 'write') {
						const results = await store.write(runId, toRequests('Test', step.requests));
						expect(results.map(({ ok }) => ok)).toEqual(naive.write(step.requests));
					} else if (step.do === 'fork') {
						const from = naive.version === 0 ? 0 : 1 + (step.from % naive.version);
						const { run } = await store.fork(runId, { runKey: nextKey(), at: from, by: 'Test' });
						runs.push({ runId: run.runId, naive: naive.fork(from) });
					} else if (naive.version > 0) {
						const to = 1 + (step.to % naive.version);
						await store.rollBack(runId, to, { by: 'Test', keep: step.keep });
						naive.rollBack(to, step.keep);
					}
				}
				for (const { runId, naive } of runs) await expectSame(runId, naive);
			}),
			{ numRuns: RUNS },
		);
	});

	it('does what writers at once do in some order, one version after the other, as a naive store would', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(action, { minLength: 2, maxLength: 8 }), async (jobs) => {
				const runId = await startRun();
				const naive = new NaiveRun();
				const first = [{ op: 'set', field: 'brief', value: 'first' } as const];
				await store.write(runId, toRequests('first', [first]));
				naive.write([first]);

				const answers = await Promise.all(
					jobs.map(async (job, index) => {
						const opening = index % 2 === 0 ? store : other;
						const by = `writer ${index}`;
						if (job.do === 'fork') return { run: (await opening.fork(runId, { runKey: nextKey(), by })).run };
						if (job.do === 'rollBack')
							return { all: [await opening.rollBack(runId, 1, { by, keep: job.keep })] };
						return { all: await opening.write(runId, toRequests(by, job.requests)) };
					}),
				);

				const history = await store.history(runId);
				for (const { by, version } of history.slice(1)) {
					const index = Number(by.replace('writer ', ''));
					expect(doNaively(naive, jobs[index])).toEqual(answers[index]?.all?.map(({ ok }) => ok));
					expect(naive.version).toBe(version);
				}
				await expectSame(runId, naive);
				for (const [index, { run, all }] of answers.entries()) {
					if (run !== undefined) {
						await expectSame(run.runId, naive.fork(Number(run.forkedFrom?.split('@')[1])));
					} else if (!history.some(({ by }) => by === `writer ${index}`)) {
						// It changed nothing, so it has to change nothing where it says that it was.
						const version = all?.flatMap((answer) => (answer.ok ? [answer.version] : []))[0] ?? 1;
						const then = naive.at(version);
						doNaively(then, jobs[index]);
						if (all?.some(({ ok }) => ok)) expect(then.version).toBe(version);
					}
				}
			}),
			{ numRuns: RUNS },
		);
	});

	it('never lets attempts, spend, decisions or the ledger shrink, nor locked work change, whatever is done', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.tuple(anyAction, fc.nat(3)), { maxLength: 20 }), async (steps) => {
				const seen = [{ runId: await startRun(), before: NOTHING }];
				for (const [step, on] of steps) {
					const { runId } = seen[on % seen.length] ?? fail();
					const { version } = await store.getRun(runId);
					switch (step.do) {
						case 'write':
							await store.write(runId, toRequests('Test', step.requests));
							break;
						case 'rollBack':
							if (version > 0) {
								await store.rollBack(runId, 1 + (step.to % version), { by: 'Test', keep: step.keep });
							}
							break;
						case 'fork': {
							const { run } = await store.fork(runId, { runKey: nextKey(), by: 'Test' });
							seen.push({ runId: run.runId, before: NOTHING });
							break;
						}
						case 'spend':
							await store.recordStep(runId, stepOf(step));
							break;
						case 'checkpoint':
							await store.checkpoint(runId, step.name, 'Test');
					}
					for (const one of seen) {
						const now = await whatOnlyGrows(one.runId);
						expect(now.attempts).toBeGreaterThanOrEqual(one.before.attempts);
						expect(now.costUsd).toBeGreaterThanOrEqual(one.before.costUsd);
						expect(now.unpricedCalls).toBeGreaterThanOrEqual(one.before.unpricedCalls);
						for (const [index, entries] of one.before.lists.entries()) {
							expect(now.lists[index]?.slice(0, entries.length)).toEqual(entries);
						}
						expect(now.locked).toEqual(expect.arrayContaining(one.before.locked));
						one.before = now;
					}
				}
				const kept = seen.filter(({ before }) => before.locked.length > 0).map(({ runId }) => runId);
				const deleted = await store.deleteRuns({ before: '2100-01-01' });
				for (const runId of kept) expect(deleted).not.toContain(runId);
				for (const runId of kept) expect(await store.verify(runId)).toMatchObject({ ok: true });
			}),
			{ numRuns: RUNS },
		);
	});

	async function whatOnlyGrows(runId: string): Promise<typeof NOTHING> {
		const { fields } = await store.read(runId);
		const { costUsd, unpricedCalls } = await store.getRun(runId);
		return {
			attempts: Number(fields.attempts ?? 0),
			costUsd,
			unpricedCalls,
			lists: [fields.decisions, fields.verdicts, fields.directives, await store.ledger(runId)].map(listOf),
			locked: listOf(fields.artefacts).filter((entry) => Object(entry).locked === true),
		};
	}

	it('is the same run, line by line, after a way through this backend with work there, and back', async () => {
		const [from, back] = [await sqlitePlace(), await sqlitePlace()];
		const [source, end] = [await from.open(), await back.open()];
		const steps = fc.array(anyAction, { maxLength: 8 });
		await fc.assert(
			fc.asyncProperty(steps, steps, async (before, meanwhile) => {
				const { runId } = (await source.startRun({ ...START, runKey: nextKey(), brief: 'noir' })).run;
				await work(source, runId, before);

				const lines = await source.exportRun(runId);
				await store.importRun(lines);
				expect(await store.exportRun(runId)).toEqual(lines);
				expect(await store.verify(runId)).toEqual(await source.verify(runId));

				await work(store, runId, meanwhile);
				const later = await store.exportRun(runId);
				await end.importRun(later);
				expect(await end.exportRun(runId)).toEqual(later);
				expect(await end.verify(runId)).toMatchObject({ ok: true });
				expect(await end.read(runId)).toEqual(await store.read(runId));
			}),
			{ numRuns: RUNS },
		);
		for (const each of [source, end]) await each.close();
		for (const each of [from, back]) await each.remove();
	});

	/** Does to one run what does not begin another. */
	async function work(at: StateStore, runId: string, steps: readonly Step[]): Promise<void> {
		for (const step of steps) {
			if (step.do === 'write') await at.write(runId, toRequests('Test', step.requests));
			else if (step.do === 'rollBack') await at.rollBack(runId, 1, { by: 'Test', keep: step.keep });
			else if (step.do === 'spend') await at.recordStep(runId, stepOf(step));
			else if (step.do === 'checkpoint') await at.checkpoint(runId, step.name, 'Test');
		}
	}
}

describe('random work on SQLite', () => properties(sqlitePlace));
describeOnPostgres('random work', () => properties(postgresPlace));

/** What a run has before anybody worked on it. */
const NOTHING = {
	attempts: 0,
	costUsd: 0,
	unpricedCalls: 0,
	lists: [] as unknown[][],
	locked: [] as unknown[],
};

function stepOf({
	key,
	state,
	costUsd,
}: {
	key: string;
	state: 'started' | 'answered' | 'failed';
	costUsd: number | null;
}) {
	return { key, kind: 'call', state, node: 'w/Write', round: 0, slot: '1', costUsd } as const;
}

type Job = typeof action extends fc.Arbitrary<infer T> ? T : never;
type Step = typeof anyAction extends fc.Arbitrary<infer T> ? T : never;

/** Does a writer's job to the naive run, and says what of it was accepted. */
function doNaively(naive: NaiveRun, job: Job | undefined): boolean[] {
	if (job?.do === 'write') return naive.write(job.requests);
	if (job?.do === 'rollBack') naive.rollBack(1, job.keep);
	return [true];
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

function fail(): never {
	throw new Error('no run');
}
