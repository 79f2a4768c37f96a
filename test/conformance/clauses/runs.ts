import { BUILT_IN_FIELDS, artefactsOf, type StateStore } from '../../../nodes/shared/state';
import { artefact } from '../../support/samples';
import { CALL, START, field, type Stage } from '../stage';

export function runsClauses(stage: Stage): void {
	const { startRun, write } = stage;
	let store: StateStore;
	beforeEach(() => {
		store = stage.store;
	});

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

	it('marks all present work stale with a new version of the brief, approved work too, and no other', async () => {
		const runId = await startRun('noir');
		const work = (id: string, more: object) => JSON.parse(JSON.stringify(artefact(id, more)));
		const items = [work('a', { locked: true }), work('b', {}), work('c', { status: 'replaced' })];
		await store.write(runId, [
			{ by: 'Test', asRecordKeeper: true, commands: [{ op: 'mergeById', field: 'artefacts', items }] },
		]);
		const stale = async () => artefactsOf(await store.read(runId)).map((each) => each.stale);

		await store.startRun({ ...START, brief: 'comedy', ifBriefChanged: 'keep' });
		expect(await stale()).toEqual([false, false, false]);
		await store.startRun({ ...START, brief: 'comedy', ifBriefChanged: 'newVersion' });
		expect(await stale()).toEqual([true, true, false]);
		expect(artefactsOf(await store.read(runId))[0]).toMatchObject({ locked: true });
	});

	it('leaves a stopped run as it is: no change, no other status; what was paid is still recorded', async () => {
		const runId = await startRun('noir');
		await store.write(runId, [{ by: 'Test', commands: [], status: { status: 'stopped', note: 'Enough.' } }]);
		const before = await store.read(runId);

		const [refused, status, paid] = await store.write(runId, [
			{ by: 'Test', commands: [{ op: 'set', field: 'brief', value: 'comedy' }], asRecordKeeper: true },
			{ by: 'Test', commands: [], status: { status: 'open' } },
			{
				by: 'Test',
				commands: [],
				steps: [{ key: 'k', kind: 'call', state: 'answered', node: 'n', round: 0, slot: '1', costUsd: 0.5 }],
			},
		]);
		const again = await store.startRun({ ...START, brief: 'comedy', ifBriefChanged: 'newVersion' });

		expect(refused).toMatchObject({ ok: false, failure: { code: 'run_closed' } });
		expect([status?.ok, paid?.ok]).toEqual([true, true]);
		expect(await store.read(runId)).toEqual(before);
		expect(again.run).toMatchObject({ runId, status: 'stopped', statusNote: 'Enough.', costUsd: 0.5 });
	});

	it('says so when a run does not exist, whatever is asked of it', async () => {
		const runId = 'run-none';
		const asked = [
			() => store.getRun(runId),
			() => store.read(runId),
			() => store.declaredFields(runId),
			() => store.history(runId),
			() => store.listCheckpoints(runId),
			() => store.compare(runId, 1, 2),
			() => store.impact(runId, 'intent'),
			() => store.verify(runId),
			() => store.exportRun(runId),
			() => store.write(runId, []),
			() => store.checkpoint(runId, 'first', 'Test'),
			() => store.rollBack(runId, 1, { by: 'Test' }),
			() => store.fork(runId, { runKey: 'b', by: 'Test' }),
			() => store.linkExecution(runId, { ref: 'execution:1', round: 0 }),
			() => store.recordStep(runId, CALL),
			() => store.claimStep(runId, CALL),
		];
		for (const ask of asked) await expect(ask()).rejects.toMatchObject({ code: 'run_not_found' });
	});

	it('lists the runs with a review that the run was not seen to go on from', async () => {
		const { run } = await store.startRun(START);
		const { run: other } = await store.startRun({ ...START, runKey: 'autumn', title: 'Autumn' });
		const note = (runId: string, ...items: Array<{ id: string; continuedAt?: string | null }>) =>
			store.write(runId, [
				{ by: 'Gate', asRecordKeeper: true, commands: [{ op: 'mergeById', field: 'reviews', items }] },
			]);
		const waiting = async () => (await store.listRuns({ hasReview: true })).map(({ runId }) => runId);

		expect(await waiting()).toEqual([]);
		await note(run.runId, { id: 'Gate#1' });
		await note(other.runId, { id: 'Gate#1' }, { id: 'Gate#2' });
		expect(await waiting()).toEqual([other.runId, run.runId]);
		await note(other.runId, { id: 'Gate#1', continuedAt: '2026-11-22T10:00:00.000Z' });
		await note(run.runId, { id: 'Gate#1', continuedAt: '2026-11-22T10:00:00.000Z' });
		expect(await waiting()).toEqual([other.runId]);
		await note(other.runId, { id: 'Gate#2', continuedAt: '2026-11-22T10:00:00.000Z' });
		expect(await waiting()).toEqual([]);
		await note(run.runId, { id: 'Gate#1', continuedAt: null });
		expect(await waiting()).toEqual([run.runId]);
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

	it('finds a run from its first moment by the names that it is started with, and gives a known run none', async () => {
		const { run } = await store.startRun({ ...START, linkedAs: ['execution:7', 'token'] });
		await store.startRun({ ...START, linkedAs: ['execution:8'] });

		for (const ref of ['execution:7', 'token'])
			expect(await store.findLinkedRuns([ref])).toMatchObject([{ run: { runId: run.runId }, round: 0 }]);
		expect(await store.findLinkedRuns(['execution:8'])).toEqual([]);
	});

	it('begins at version 0, with nothing spent, and tells times as ISO 8601 in UTC', async () => {
		const { run } = await store.startRun(START);

		expect(run).toMatchObject({ ...START, version: 0, status: 'open', costUsd: 0, unpricedCalls: 0 });
		for (const at of [run.createdAt, run.updatedAt]) expect(at).toBe(new Date(at).toISOString());
	});

	it("has the user's own fields beside the built-in ones, also those that a later start brings", async () => {
		const first = [field('notes', 'append')];
		const { run } = await store.startRun({ ...START, fields: first });
		await store.startRun({ ...START, fields: [...first, field('count', 'increment')] });

		expect((await store.declaredFields(run.runId)).map(({ name }) => name)).toEqual([
			...BUILT_IN_FIELDS.map(({ name }) => name),
			'notes',
			'count',
		]);
	});

	it('finds runs under any of the names, with the round of the first name that has a link', async () => {
		const one = await startRun();
		const two = (await store.startRun({ ...START, runKey: 'autumn' })).run.runId;
		await store.linkExecution(one, { ref: 'token', round: 1 });
		await store.linkExecution(one, { ref: 'execution', round: 2 });
		await store.linkExecution(two, { ref: 'execution', round: 3 });

		const found = async (...refs: string[]) =>
			(await store.findLinkedRuns(refs)).map(({ run, ref, round }) => [run.runId, ref, round]).sort();
		expect(await found('none', 'token', 'execution')).toEqual([
			[one, 'token', 1],
			[two, 'execution', 3],
		]);
		expect(await found('execution', 'token')).toEqual([
			[one, 'execution', 2],
			[two, 'execution', 3],
		]);
	});

	it('searches for the words as they are typed, signs too', async () => {
		await store.startRun({ ...START, title: '100 % wool_soft!' });
		await store.startRun({ ...START, runKey: 'other', title: '1000 woolxsoft' });

		for (const search of ['100 %', 'wool_', 'soft!']) {
			expect((await store.listRuns({ search })).map(({ title }) => title)).toEqual(['100 % wool_soft!']);
		}
	});

	it('has the name that a write gave it from now on, and is found by it', async () => {
		const runId = await startRun();
		await write(runId, { title: 'Autumn' });

		expect(await store.getRun(runId)).toMatchObject({ title: 'Autumn', runKey: 'spring', version: 0 });
		expect(await store.listRuns({ search: 'autumn' })).toHaveLength(1);
	});
}
