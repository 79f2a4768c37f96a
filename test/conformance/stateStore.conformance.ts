/**
 * What every backend of the state store promises. A backend's own test hands in a way to open it and runs this unmodified.
 */
import type { StateStore, Step, WriteRequest } from '../../nodes/shared/state';
import { BUILT_IN_FIELDS, MAX_VALUE_BYTES } from '../../nodes/shared/state';
import { artefact, verdict } from '../support/samples';
import { describeMedia } from './media.conformance';

export interface StoreUnderTest {
	name: string;
	/** A new, empty place for a store; `open` opens it, as often as asked. */
	createPlace(): Promise<{
		open: () => Promise<StateStore>;
		remove: () => Promise<void>;
		/** Does to the bytes of a kept file what a broken disk does: others in their place, or none. */
		replaceMedia?: (runId: string, hash: string, bytes: Uint8Array | undefined) => Promise<void>;
	}>;
	/** False where a place lives only as long as its one store. */
	reopens: boolean;
}

const START = { runKey: 'spring', title: 'Spring', startedFrom: 'editor', workflowId: 'w1' } as const;

export function describeStateStore(subject: StoreUnderTest): void {
	describeMedia(subject);
	describe(`state store on ${subject.name}`, () => {
		let place: Awaited<ReturnType<StoreUnderTest['createPlace']>>;
		let store: StateStore;

		beforeEach(async () => {
			place = await subject.createPlace();
			store = await place.open();
		});
		afterEach(async () => {
			await store.close();
			await place.remove();
		});

		async function startRun(brief?: string): Promise<string> {
			const started = await store.startRun(brief === undefined ? START : { ...START, brief });
			return started.run.runId;
		}

		async function write(runId: string, request: Partial<WriteRequest>): Promise<ReturnType<typeof only>> {
			return only(await store.write(runId, [{ commands: [], by: 'Test', ...request }]));
		}

		const keeper = { asRecordKeeper: true };
		const callStep: Step = {
			key: 'g1:k',
			kind: 'call',
			state: 'started',
			node: 'w1/Write',
			round: 0,
			slot: '1',
			owner: 'p1',
		};

		describe('runs', () => {
			it('starts a run once for a key, also when the brief is the same', async () => {
				const first = await store.startRun({ ...START, brief: 'noir' });
				const second = await store.startRun({ ...START, brief: 'noir' });

				expect(first.created).toBe(true);
				expect(second).toEqual({ run: first.run, created: false });
			});

			it('starts one run when ten callers start the same key at once', async () => {
				const started = await Promise.all(Array.from({ length: 10 }, () => store.startRun(START)));

				expect(new Set(started.map(({ run }) => run.runId)).size).toBe(1);
				expect(started.filter(({ created }) => created)).toHaveLength(1);
			});

			it('refuses another brief under a known key and shows both', async () => {
				await startRun('noir');

				await expect(store.startRun({ ...START, brief: 'comedy' })).rejects.toMatchObject({
					code: 'brief_changed',
					details: { recorded: 'noir', now: 'comedy' },
				});
			});

			it('keeps the old brief, makes a new version of it, or starts another run, as asked', async () => {
				const runId = await startRun('noir');
				const kept = await store.startRun({ ...START, brief: 'comedy', ifBriefChanged: 'keep' });
				expect((await store.read(runId)).fields.brief).toBe('noir');

				const changed = await store.startRun({ ...START, brief: 'comedy', ifBriefChanged: 'newVersion' });
				expect((await store.read(runId)).fields.brief).toBe('comedy');

				const other = await store.startRun({ ...START, brief: 'drama', ifBriefChanged: 'startAnother' });
				expect([kept.run.runId, changed.run.runId]).toEqual([runId, runId]);
				expect(other.run.runKey).toBe('spring (2)');
				expect(other.run.runId).not.toBe(runId);
			});

			it('says so when a run does not exist', async () => {
				await expect(store.getRun('run-none')).rejects.toMatchObject({ code: 'run_not_found' });
				await expect(store.read('run-none')).rejects.toMatchObject({ code: 'run_not_found' });
				await expect(store.write('run-none', [])).rejects.toMatchObject({ code: 'run_not_found' });
			});

			it('lists runs newest first, by status and by words of the title', async () => {
				await store.startRun(START);
				const { run } = await store.startRun({ ...START, runKey: 'autumn', title: 'Autumn shoe' });
				await store.write(run.runId, [
					{ commands: [], by: 'Test', status: { status: 'stopped', note: 'by hand' } },
				]);

				expect((await store.listRuns()).map(({ title }) => title)).toEqual(['Autumn shoe', 'Spring']);
				expect(await store.listRuns({ status: 'stopped' })).toMatchObject([
					{ title: 'Autumn shoe', statusNote: 'by hand' },
				]);
				expect((await store.listRuns({ search: 'SPRI' })).map(({ title }) => title)).toEqual(['Spring']);
				expect(await store.listRuns({ limit: 1 })).toHaveLength(1);
			});

			it('finds runs by the names of the executions that work on them, with the round reached', async () => {
				const runId = await startRun();
				await store.linkExecution(runId, { ref: 'execution:7', round: 0 });
				await store.linkExecution(runId, { ref: 'execution:7', round: 2 });
				await store.linkExecution(runId, { ref: 'execution:7', round: 1 });

				expect(await store.findLinkedRuns(['execution:7'])).toMatchObject([{ run: { runId }, round: 2 }]);
				expect(await store.findLinkedRuns(['execution:8'])).toEqual([]);

				await store.linkExecution(runId, { ref: 'execution:7', round: 0 }, { reset: true });
				expect(await store.findLinkedRuns(['execution:7'])).toMatchObject([{ round: 0 }]);
			});
		});

		describe('versions', () => {
			it('makes one version for one transaction, however many requests it has', async () => {
				const runId = await startRun('noir');

				await store.write(runId, [
					{
						commands: [{ op: 'mergeById', field: 'artefacts', items: [artefact('a')] }],
						by: 'One',
						...keeper,
					},
					{
						commands: [{ op: 'mergeById', field: 'artefacts', items: [artefact('b')] }],
						by: 'Two',
						...keeper,
					},
				]);

				expect((await store.getRun(runId)).version).toBe(2);
				expect(await store.history(runId)).toMatchObject([
					{ version: 1, kind: 'start', fields: ['brief'] },
					{ version: 2, kind: 'write', by: 'One, Two', fields: ['artefacts'] },
				]);
			});

			it('makes no version when nothing changes', async () => {
				const runId = await startRun('noir');
				await write(runId, { commands: [{ op: 'set', field: 'brief', value: 'noir' }] });

				expect((await store.getRun(runId)).version).toBe(1);
			});

			it('reads every earlier version as it was, also over many snapshots', async () => {
				const runId = await startRun('brief 1');
				for (let version = 2; version <= 200; version++) {
					await write(runId, { commands: [{ op: 'set', field: 'brief', value: `brief ${version}` }] });
				}

				for (const version of [1, 2, 63, 64, 65, 66, 128, 129, 199, 200]) {
					expect((await store.read(runId, version)).fields).toMatchObject({ brief: `brief ${version}` });
				}
			});

			it('says so when a version or a checkpoint does not exist', async () => {
				const runId = await startRun('noir');

				await expect(store.read(runId, 2)).rejects.toMatchObject({ code: 'checkpoint_not_found' });
				await expect(store.read(runId, 'none')).rejects.toMatchObject({ code: 'checkpoint_not_found' });
			});
		});

		describe('writes', () => {
			it('sets, appends, merges by id, counts and writes once', async () => {
				const runId = await startRun();
				const declare = [
					field('notes', 'append'),
					field('shots', 'mergeById'),
					field('count', 'increment'),
					field('owner', 'writeOnce'),
				];
				await write(runId, {
					declare,
					commands: [
						{ op: 'set', field: 'brief', value: 'noir' },
						{ op: 'append', field: 'notes', values: ['one', 'two'] },
						{ op: 'mergeById', field: 'shots', items: [{ id: 's1', lens: '35 mm' }, { id: 's2' }] },
						{ op: 'increment', field: 'count', by: 2 },
						{ op: 'writeOnce', field: 'owner', value: 'Ana' },
					],
				});
				await write(runId, {
					commands: [
						{ op: 'append', field: 'notes', values: ['three'] },
						{ op: 'mergeById', field: 'shots', items: [{ id: 's1', light: 'sodium' }] },
						{ op: 'increment', field: 'count', by: 3 },
						{ op: 'writeOnce', field: 'owner', value: 'Ana' },
					],
				});

				expect((await store.read(runId)).fields).toMatchObject({
					brief: 'noir',
					notes: ['one', 'two', 'three'],
					shots: [{ id: 's1', lens: '35 mm', light: 'sodium' }, { id: 's2' }],
					count: 5,
					owner: 'Ana',
				});
			});

			it('refuses a second value for a field that is written once', async () => {
				const runId = await startRun();
				await write(runId, {
					declare: [field('owner', 'writeOnce')],
					commands: [{ op: 'writeOnce', field: 'owner', value: 'Ana' }],
				});

				expect(
					await write(runId, { commands: [{ op: 'writeOnce', field: 'owner', value: 'Ben' }] }),
				).toMatchObject({
					ok: false,
					failure: { code: 'conflict', retryable: false },
				});
			});

			it('lets a refused request change nothing and the others go through', async () => {
				const runId = await startRun('noir');

				const results = await store.write(runId, [
					{
						commands: [
							{ op: 'set', field: 'brief', value: 'new' },
							{ op: 'set', field: 'intent', value: 'text' },
						],
						by: 'Bad',
					},
					{ commands: [{ op: 'set', field: 'intent', value: { title: 'Roofs' } }], by: 'Good' },
				]);

				expect(results).toMatchObject([{ ok: false }, { ok: true, version: 2 }]);
				expect((await store.read(runId)).fields).toMatchObject({ brief: 'noir', intent: { title: 'Roofs' } });
				expect((await store.history(runId))[1]).toMatchObject({ by: 'Good' });
			});

			it('makes no version when the only request is refused', async () => {
				const runId = await startRun('noir');
				await write(runId, {
					commands: [
						{ op: 'set', field: 'brief', value: 'x' },
						{ op: 'set', field: 'none', value: 1 },
					],
				});

				expect((await store.getRun(runId)).version).toBe(1);
				expect(await store.history(runId)).toHaveLength(1);
			});

			it('names path, expected and actual when a value does not fit its type', async () => {
				const runId = await startRun();
				const result = await write(runId, {
					declare: [
						{ ...field('crew', 'set'), type: { type: 'object', properties: { size: { type: 'integer' } } } },
					],
					commands: [{ op: 'set', field: 'crew', value: { size: 'five' } }],
				});

				expect(result).toMatchObject({
					ok: false,
					failure: {
						code: 'type_mismatch',
						message: "'crew.size' should be a number, but the text 'five' came.",
					},
					details: { path: 'crew.size' },
				});
			});

			it('refuses a way of writing that the field was not declared with', async () => {
				const runId = await startRun();

				expect(
					await write(runId, { commands: [{ op: 'append', field: 'brief', values: ['x'] }] }),
				).toMatchObject({
					ok: false,
					failure: { code: 'rule_mismatch' },
				});
			});

			it('refuses a value over the stated size and keeps one below it', async () => {
				const runId = await startRun();
				const fits = 'x'.repeat(MAX_VALUE_BYTES - 2);

				expect(await write(runId, { commands: [{ op: 'set', field: 'brief', value: fits }] })).toMatchObject({
					ok: true,
				});
				expect(
					await write(runId, { commands: [{ op: 'set', field: 'brief', value: `${fits}x` }] }),
				).toMatchObject({
					ok: false,
					failure: { code: 'value_too_large' },
				});
			});

			it('keeps emoji, right-to-left text, HTML and null characters as they came', async () => {
				const brief = '🎬 مطاردة على السطح <script>alert("x")</script> \u0000 שלום';
				const runId = await startRun(brief);

				expect((await store.read(runId)).fields.brief).toBe(brief);
			});

			it('does nothing a second time for the same command id and returns the recorded outcome', async () => {
				const runId = await startRun();
				const request = {
					declare: [field('count', 'increment')],
					commands: [{ op: 'increment', field: 'count', by: 1 }] as const,
					commandId: 'g1:once',
					outcome: { chosen: 'A' },
				};
				await write(runId, request);

				expect(await write(runId, { ...request, outcome: { chosen: 'B' } })).toEqual({
					ok: true,
					version: 1,
					replayed: true,
					outcome: { chosen: 'A' },
				});
				expect((await store.read(runId)).fields.count).toBe(1);
			});

			it('tells who wrote what when a whole value changed since it was read', async () => {
				const runId = await startRun('noir');
				await write(runId, { by: 'Ana', commands: [{ op: 'set', field: 'brief', value: 'noir, rain' }] });

				expect(
					await write(runId, {
						expectedVersion: 1,
						commands: [{ op: 'set', field: 'brief', value: 'comedy' }],
					}),
				).toMatchObject({
					ok: false,
					failure: { code: 'conflict' },
					details: { by: 'Ana', version: 2, now: 'noir, rain' },
				});
			});

			it('does not call it a conflict when another field changed', async () => {
				const runId = await startRun('noir');
				await write(runId, { commands: [{ op: 'set', field: 'intent', value: { title: 'x' } }] });

				expect(
					await write(runId, {
						expectedVersion: 1,
						commands: [{ op: 'set', field: 'brief', value: 'comedy' }],
					}),
				).toMatchObject({ ok: true });
			});

			it('loses none of 100 appends and increments written at once, and numbers versions without gaps', async () => {
				const runId = await startRun();
				await write(runId, { declare: [field('notes', 'append'), field('count', 'increment')] });

				await Promise.all(
					Array.from({ length: 100 }, (_, index) =>
						write(runId, {
							expectedVersion: 0,
							commands: [
								{ op: 'append', field: 'notes', values: [index] },
								{ op: 'increment', field: 'count', by: 1 },
							],
						}),
					),
				);

				const { fields } = await store.read(runId);
				expect(fields.count).toBe(100);
				expect(new Set(list(fields.notes)).size).toBe(100);
				expect((await store.history(runId)).map(({ version }) => version)).toEqual(
					Array.from({ length: 100 }, (_, index) => index + 1),
				);
			});
		});

		describe('records and locks', () => {
			it('lets only record keepers write records, and say what was judged', async () => {
				const runId = await startRun();
				const refused = { ok: false, failure: { code: 'record_protected' } };

				expect(
					await write(runId, { commands: [{ op: 'append', field: 'verdicts', values: [verdict('a')] }] }),
				).toMatchObject(refused);
				expect(
					await write(runId, { commands: [{ op: 'increment', field: 'attempts', by: -1 }] }),
				).toMatchObject(refused);
				expect(
					await write(runId, {
						commands: [{ op: 'mergeById', field: 'artefacts', items: [{ id: 'a', status: 'approved' }] }],
					}),
				).toMatchObject(refused);
				expect(await write(runId, { commands: [{ op: 'lock', artefactId: 'a' }] })).toMatchObject(refused);
			});

			it('changes nothing of a locked artefact, whoever writes', async () => {
				const runId = await startRun();
				await write(runId, {
					...keeper,
					commands: [
						{ op: 'mergeById', field: 'artefacts', items: [artefact('a')] },
						{ op: 'lock', artefactId: 'a' },
					],
				});

				expect(
					await write(runId, {
						...keeper,
						commands: [{ op: 'mergeById', field: 'artefacts', items: [{ id: 'a', title: 'Mine' }] }],
					}),
				).toMatchObject({ ok: false, failure: { code: 'locked' } });
				expect(
					await write(runId, { ...keeper, commands: [{ op: 'lock', artefactId: 'none' }] }),
				).toMatchObject({ ok: false });
			});
		});

		describe('checkpoints and rollback', () => {
			it('goes back to a checkpoint as a new version and keeps the records', async () => {
				const runId = await startRun('noir');
				await store.checkpoint(runId, 'first', 'Test');
				await write(runId, {
					...keeper,
					commands: [
						{ op: 'set', field: 'brief', value: 'comedy' },
						{ op: 'increment', field: 'attempts', by: 1 },
						{ op: 'mergeById', field: 'artefacts', items: [artefact('a')] },
					],
				});

				expect(await store.rollBack(runId, 'first', { by: 'Test' })).toMatchObject({ ok: true, version: 3 });

				expect((await store.read(runId)).fields).toMatchObject({ brief: 'noir', artefacts: [], attempts: 1 });
				expect((await store.read(runId, 2)).fields.brief).toBe('comedy');
				expect(await store.history(runId)).toMatchObject([
					{ checkpoints: ['first'] },
					{},
					{ kind: 'rollback' },
				]);
			});

			it('keeps locked artefacts and those that the caller names', async () => {
				const runId = await startRun('noir');
				await write(runId, {
					...keeper,
					commands: [
						{
							op: 'mergeById',
							field: 'artefacts',
							items: [artefact('locked'), artefact('kept'), artefact('gone')],
						},
						{ op: 'lock', artefactId: 'locked' },
					],
				});

				await store.rollBack(runId, 1, { by: 'Test', keep: ['kept'] });

				expect(
					list((await store.read(runId)).fields.artefacts).map((entry) => Reflect.get(Object(entry), 'id')),
				).toEqual(['locked', 'kept']);
			});

			it('reads entries in one order, now and later, also where a rollback put one at the place of another', async () => {
				const runId = await startRun();
				const add = (id: string) =>
					write(runId, {
						...keeper,
						commands: [{ op: 'mergeById', field: 'artefacts', items: [artefact(id)] }],
					});
				await store.checkpoint(runId, 'empty', 'Test');
				await add('a');
				await store.checkpoint(runId, 'with a', 'Test');
				await store.rollBack(runId, 'empty', { by: 'Test' });
				await add('z');
				await store.rollBack(runId, 'with a', { by: 'Test', keep: ['z'] });
				const now = await store.read(runId);

				await write(runId, { commands: [{ op: 'set', field: 'brief', value: 'noir' }] });

				expect(now.fields.artefacts).toMatchObject([{ id: 'a' }, { id: 'z' }]);
				expect(await store.read(runId, now.version)).toEqual(now);
				await store.rollBack(runId, 'empty', { by: 'Test' });
				const changed = (await store.exportRun(runId)).map((line) => JSON.parse(line));
				expect(
					changed.flatMap(({ table, row }) =>
						table === 'changes' && row.version === now.version + 2 ? [row.entry] : [],
					),
				).toEqual(['a', 'z', '']);
			});

			it('rolls back once for one command id', async () => {
				const runId = await startRun('noir');
				await write(runId, { commands: [{ op: 'set', field: 'brief', value: 'comedy' }] });
				await store.rollBack(runId, 1, { by: 'Test', commandId: 'g1:back' });
				await write(runId, { commands: [{ op: 'set', field: 'brief', value: 'drama' }] });

				expect(await store.rollBack(runId, 1, { by: 'Test', commandId: 'g1:back' })).toMatchObject({
					replayed: true,
				});
				expect((await store.read(runId)).fields.brief).toBe('drama');
			});
		});

		describe('compare, fork and impact', () => {
			it('lists what differs between two versions, member by member', async () => {
				const runId = await startRun('noir');
				await write(runId, {
					...keeper,
					commands: [{ op: 'mergeById', field: 'artefacts', items: [artefact('a')] }],
				});
				await write(runId, {
					...keeper,
					commands: [
						{ op: 'set', field: 'brief', value: 'comedy' },
						{ op: 'mergeById', field: 'artefacts', items: [{ id: 'a', status: 'passed' }, artefact('b')] },
					],
				});
				await store.checkpoint(runId, 'now', 'Test');

				const differences = await store.compare(runId, 2, 'now');
				expect(differences).toEqual(
					expect.arrayContaining([
						{ field: 'brief', entry: '', path: '', change: 'changed', before: 'noir', after: 'comedy' },
						{
							field: 'artefacts',
							entry: 'a',
							path: 'status',
							change: 'changed',
							before: 'new',
							after: 'passed',
						},
						expect.objectContaining({
							field: 'artefacts',
							entry: 'b',
							path: '',
							change: 'added',
							before: null,
						}),
					]),
				);
				expect(differences).toHaveLength(3);
				expect(await store.compare(runId, 3, 3)).toEqual([]);
				expect(await store.compare(runId, 3, 2)).toContainEqual(
					expect.objectContaining({ field: 'artefacts', entry: 'b', change: 'removed' }),
				);
			});

			it('begins a copy of the content, with no spend, no records and nothing locked', async () => {
				const runId = await startRun('noir');
				await write(runId, {
					...keeper,
					declare: [field('notes', 'append'), field('count', 'increment')],
					commands: [
						{ op: 'mergeById', field: 'artefacts', items: [artefact('a')] },
						{ op: 'lock', artefactId: 'a' },
						{ op: 'append', field: 'notes', values: ['one'] },
						{ op: 'increment', field: 'count', by: 4 },
						{ op: 'increment', field: 'attempts', by: 2 },
					],
				});
				await store.recordStep(runId, { ...callStep, state: 'answered', costUsd: 1 });

				const { run: fork, created } = await store.fork(runId, { runKey: 'spring b', by: 'Test' });
				expect(created).toBe(true);

				expect(fork).toMatchObject({
					forkedFrom: `${runId}@2`,
					costUsd: 0,
					title: 'Spring (copy)',
					status: 'open',
				});
				const { fields } = await store.read(fork.runId);
				expect(fields).toMatchObject({
					brief: 'noir',
					notes: ['one'],
					count: 4,
					artefacts: [{ id: 'a', locked: false }],
				});
				expect(fields.attempts).toBeUndefined();
				expect(await store.listSteps(fork.runId)).toEqual([]);
				expect(
					await write(fork.runId, {
						...keeper,
						commands: [{ op: 'mergeById', field: 'artefacts', items: [{ id: 'a', title: 'x' }] }],
					}),
				).toMatchObject({ ok: true });
				expect((await store.read(runId)).fields.artefacts).toMatchObject([
					{ title: 'Concept a', locked: true },
				]);
				expect(await store.fork(runId, { runKey: 'spring b', by: 'Test' })).toMatchObject({
					run: { runId: fork.runId },
					created: false,
				});
				await expect(store.fork(runId, { runKey: 'spring', by: 'Test' })).rejects.toMatchObject({
					code: 'input_refused',
				});
			});

			it('copies an earlier version when asked', async () => {
				const runId = await startRun('noir');
				await write(runId, { commands: [{ op: 'set', field: 'brief', value: 'comedy' }] });

				const { run: fork } = await store.fork(runId, { runKey: 'spring b', at: 1, by: 'Test' });

				expect((await store.read(fork.runId)).fields.brief).toBe('noir');
			});

			it('names what becomes stale when something changes, and what making it cost', async () => {
				const runId = await startRun('noir');
				const made = (id: string, from: string[], costUsd: number) =>
					artefact(id, { madeFrom: from.map((each) => `${each}@h`), costUsd });
				await write(runId, {
					...keeper,
					commands: [
						{
							op: 'mergeById',
							field: 'artefacts',
							items: [
								made('a', ['intent'], 1),
								made('b', ['a'], 2),
								made('c', ['a', 'b'], 4),
								made('d', ['intent'], 8),
							],
						},
					],
				});

				expect(await store.impact(runId, 'a')).toEqual({ stale: ['b', 'c'], costUsd: 6 });
				expect((await store.impact(runId, 'intent')).stale).toHaveLength(4);
				expect(await store.impact(runId, 'c')).toEqual({ stale: [], costUsd: 0 });
			});

			it('lists checkpoints by name', async () => {
				const runId = await startRun('noir');
				await store.checkpoint(runId, 'second', 'Test');
				await store.checkpoint(runId, 'first', 'Test');

				expect(await store.listCheckpoints(runId)).toEqual([
					{ name: 'first', version: 1 },
					{ name: 'second', version: 1 },
				]);
			});
		});

		describe('export, verification and deletion', () => {
			async function fullRun(): Promise<string> {
				const runId = await startRun('noir 🎬 \u0000');
				await write(runId, {
					...keeper,
					commandId: 'g1:c',
					outcome: { a: 1 },
					declare: [field('notes', 'append')],
					commands: [
						{ op: 'append', field: 'notes', values: ['one'] },
						{ op: 'mergeById', field: 'artefacts', items: [artefact('a')] },
					],
					steps: [{ ...callStep, state: 'answered', answer: { x: 1 }, costUsd: 0.1 }],
					ledger: [{ layer: 'state', event: 'x', note: 'y', by: 'z' }],
				});
				await store.checkpoint(runId, 'first', 'Test');
				await store.rollBack(runId, 1, { by: 'Test' });
				await store.linkExecution(runId, { ref: 'execution:1', round: 1 });
				return runId;
			}

			const everything = async (runId: string): Promise<unknown[]> => [
				await store.getRun(runId),
				await store.read(runId),
				await store.read(runId, 'first'),
				await store.history(runId),
				await store.listSteps(runId),
				await store.ledger(runId),
				await store.declaredFields(runId),
				await store.verify(runId),
			];

			it('brings a deleted run back from its export, exactly as it was', async () => {
				const runId = await fullRun();
				const before = await everything(runId);
				const lines = await store.exportRun(runId);
				expect(await store.deleteRuns({ before: '2100-01-01' })).toEqual([runId]);
				await expect(store.getRun(runId)).rejects.toMatchObject({ code: 'run_not_found' });

				expect((await store.importRun(lines)).runId).toBe(runId);

				expect(await everything(runId)).toEqual(before);
				expect(await write(runId, { commandId: 'g1:c' })).toMatchObject({
					replayed: true,
					outcome: { a: 1 },
				});
			});

			it('refuses an export of a run that is there, one that is damaged or cut off, and other text', async () => {
				const lines = await store.exportRun(await fullRun());
				const other = lines.map((line) => line.replaceAll('spring', 'autumn').replaceAll('run-', 'other-'));

				for (const bad of [
					lines,
					other.slice(0, -1),
					['{}'],
					['no JSON'],
					[lines[0] ?? '', '{"table":"sqlite_master","row":{}}'],
				]) {
					await expect(store.importRun(bad)).rejects.toMatchObject({ code: 'input_refused' });
				}
				expect(await store.listRuns()).toHaveLength(1);
			});

			it('verifies what it wrote', async () => {
				expect(await store.verify(await fullRun())).toEqual({ ok: true, versions: 3 });
				expect(await store.verify((await store.startRun({ ...START, runKey: 'empty' })).run.runId)).toEqual({
					ok: true,
					versions: 0,
				});
			});

			it('deletes runs by age, and keeps those with approved work unless asked', async () => {
				const old = await startRun('noir');
				const approved = (await store.startRun({ ...START, runKey: 'approved' })).run.runId;
				await write(approved, {
					...keeper,
					commands: [
						{ op: 'mergeById', field: 'artefacts', items: [artefact('a')] },
						{ op: 'lock', artefactId: 'a' },
					],
				});

				expect(await store.deleteRuns({ before: '2000-01-01' })).toEqual([]);
				expect(await store.deleteRuns({ before: '2100-01-01' })).toEqual([old]);
				expect(await store.deleteRuns({ before: '2100-01-01', alsoApproved: true })).toEqual([approved]);
				expect(await store.listRuns()).toEqual([]);
			});
		});

		describe('steps and ledger', () => {
			const step = callStep;

			it('lets exactly one of twenty callers at once claim a step', async () => {
				const runId = await startRun();
				const claims = await Promise.all(Array.from({ length: 20 }, () => store.claimStep(runId, step)));

				expect(claims.filter(({ claimed }) => claimed)).toHaveLength(1);
			});

			it('gives back what is recorded, and lets a failed step be claimed again', async () => {
				const runId = await startRun();
				await store.claimStep(runId, step);
				await store.recordStep(runId, { ...step, state: 'failed', costUsd: 0.01 });
				expect(await store.claimStep(runId, step)).toMatchObject({ claimed: true });

				await store.recordStep(runId, { ...step, state: 'answered', answer: { text: 'hi' }, costUsd: 0.02 });
				expect(await store.claimStep(runId, step)).toMatchObject({
					claimed: false,
					step: { state: 'answered', answer: { text: 'hi' } },
				});
			});

			it('sums what the calls cost and counts those of unknown price', async () => {
				const runId = await startRun();
				await store.recordStep(runId, { ...step, state: 'failed', costUsd: 0.25 });
				await store.recordStep(runId, { ...step, state: 'answered', costUsd: 0.5 });
				await store.recordStep(runId, { ...step, key: 'g1:other', state: 'answered', costUsd: null });

				expect(await store.getRun(runId)).toMatchObject({ costUsd: 0.75, unpricedCalls: 1 });
			});

			it('makes no version of the document', async () => {
				const runId = await startRun('noir');
				await store.recordStep(runId, step, [
					{ layer: 'capability', event: 'call', note: 'asked', by: 'Write' },
				]);

				expect((await store.getRun(runId)).version).toBe(1);
			});

			it('lists steps in the order in which they were recorded first, by kind, node and round', async () => {
				const runId = await startRun();
				await store.recordStep(runId, { ...step, key: 'b' });
				await store.recordStep(runId, { ...step, key: 'a', kind: 'arrival', round: 1 });
				await store.recordStep(runId, { ...step, key: 'b', state: 'answered' });

				expect((await store.listSteps(runId)).map(({ key }) => key)).toEqual(['b', 'a']);
				expect(await store.listSteps(runId, { kind: 'arrival', round: 1, node: 'w1/Write' })).toHaveLength(1);
				expect(await store.listSteps(runId, { round: 7 })).toEqual([]);
			});

			it('saves steps, ledger and status of a write only together with it', async () => {
				const runId = await startRun();
				const extras = {
					steps: [step],
					ledger: [{ layer: 'recovery', event: 'attempt', note: 'again', by: 'Router' }] as const,
					status: { status: 'escalated', note: 'Ana' } as const,
				};

				await write(runId, { ...extras, commands: [{ op: 'set', field: 'none', value: 1 }] });
				expect(await store.findStep(runId, step.key)).toBeUndefined();
				expect((await store.getRun(runId)).status).toBe('open');

				await write(runId, extras);
				expect(await store.findStep(runId, step.key)).toMatchObject({ node: 'w1/Write', slot: '1' });
				expect(await store.getRun(runId)).toMatchObject({ status: 'escalated', statusNote: 'Ana' });
				expect((await store.ledger(runId)).at(-1)).toMatchObject({ seq: 2, event: 'attempt', note: 'again' });
			});
		});

		it('knows the built-in fields first, and says so when a field is declared in two ways', async () => {
			const runId = await startRun();
			await write(runId, { declare: [field('notes', 'append')] });

			expect((await store.declaredFields(runId)).map(({ name }) => name)).toEqual([
				...BUILT_IN_FIELDS.map(({ name }) => name),
				'notes',
			]);
			expect(await write(runId, { declare: [field('notes', 'set')] })).toMatchObject({
				ok: false,
				failure: { code: 'rule_mismatch' },
			});
		});

		if (subject.reopens) {
			it('has everything after closing and opening again', async () => {
				const runId = await startRun('noir');
				await write(runId, { commands: [{ op: 'set', field: 'intent', value: { title: 'x' } }] });
				const before = [await store.getRun(runId), await store.read(runId), await store.history(runId)];
				await store.close();

				store = await place.open();
				expect([await store.getRun(runId), await store.read(runId), await store.history(runId)]).toEqual(
					before,
				);
			});

			it('serves two openings of one place: no write is lost and no version is given twice', async () => {
				const other = await place.open();
				const runId = await startRun();
				await write(runId, { declare: [field('notes', 'append')] });
				await Promise.all(
					[store, other].flatMap((opening, side) =>
						Array.from({ length: 20 }, (_, index) =>
							opening.write(runId, [
								{ by: 'Test', commands: [{ op: 'append', field: 'notes', values: [`${side}-${index}`] }] },
							]),
						),
					),
				);

				expect(new Set(list((await other.read(runId)).fields.notes)).size).toBe(40);
				expect((await store.getRun(runId)).version).toBe(40);
				await other.close();
			});
		}
	});
}

function field(name: string, rule: 'set' | 'append' | 'mergeById' | 'increment' | 'writeOnce') {
	return { name, rule, type: {}, part: 'content' } as const;
}

function only<T>(values: readonly T[]): T {
	expect(values).toHaveLength(1);
	const [value] = values;
	if (value === undefined) throw new Error('no value');
	return value;
}

function list(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}
