import type { StateStore } from '../../../nodes/shared/state';
import { artefact } from '../../support/samples';
import { CALL, KEEPER, START, field, type Stage } from '../stage';

export function transferClauses(stage: Stage): void {
	const { startRun, write } = stage;
	let store: StateStore;
	beforeEach(() => {
		store = stage.store;
	});

	async function fullRun(): Promise<string> {
		const runId = await startRun('noir 🎬 \u0000');
		await write(runId, {
			...KEEPER,
			commandId: 'g1:c',
			outcome: { a: 1 },
			declare: [field('notes', 'append')],
			commands: [
				{ op: 'append', field: 'notes', values: ['one'] },
				{ op: 'mergeById', field: 'artefacts', items: [artefact('a')] },
			],
			steps: [{ ...CALL, state: 'answered', answer: { x: 1 }, costUsd: 0.1 }],
			ledger: [{ layer: 'state', event: 'x', note: 'y', by: 'z' }],
		});
		await store.checkpoint(runId, 'first', 'Test');
		await store.rollBack(runId, 1, { by: 'Test' });
		await store.linkExecution(runId, { ref: 'execution:1', round: 1 });
		return runId;
	}

	const everything = async (runId: string, at: number | string = 'first'): Promise<unknown[]> => [
		await store.getRun(runId),
		await store.read(runId),
		await store.read(runId, at),
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

	it('refuses an export of a run that is there, one that is damaged, and other text', async () => {
		const lines = await store.exportRun(await fullRun());

		for (const bad of [lines, ['{}'], ['no JSON'], [lines[0] ?? '', '{"table":"sqlite_master","row":{}}']]) {
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
			...KEEPER,
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

	it('refuses an export without its run, with rows twice or of another one, and leaves nothing', async () => {
		const lines = await store.exportRun(await fullRun());
		await store.deleteRuns({ before: '2100-01-01', alsoApproved: true });
		const [head = '', run = '', ...rest] = lines;

		for (const bad of [
			[],
			[head],
			[head, ...rest],
			[...lines, rest[0] ?? ''],
			[...lines, '{"table":"steps","row":{"run_id":"other"}}'],
			[head.replace('"formatVersion":1', '"formatVersion":99'), run, ...rest],
			[...lines.slice(0, -1), lines.at(-1)?.slice(0, 20) ?? ''],
		]) {
			await expect(store.importRun(bad)).rejects.toMatchObject({ code: 'input_refused' });
		}
		expect(await store.listRuns()).toEqual([]);
		expect(await store.importRun(lines)).toMatchObject({ runKey: START.runKey });
	});

	it.each<[string, (line: { table: string; row: Record<string, unknown> }) => unknown]>([
		['a column that no table has', ({ table, row }) => table === 'runs' && (row.nope = 1)],
		['a row with a member less', ({ table, row }) => table === 'ledger' && delete row.at],
		['text where a number belongs', ({ table, row }) => table === 'runs' && (row.version = 'abc')],
		['a number where text belongs', ({ table, row }) => table === 'versions' && (row.at = 1)],
		['a number that is too large', ({ table, row }) => table === 'runs' && (row.version = 2 ** 40)],
		['a list where a value belongs', ({ table, row }) => table === 'bodies' && (row.body = ['x'])],
		['a name that is too long', ({ table, row }) => table === 'live' && (row.entry = 'x'.repeat(5000))],
		['a run key that is too long', ({ table, row }) => table === 'runs' && (row.run_key = 'x'.repeat(5000))],
	])('refuses an export that has %s, and leaves nothing', async (_what, damage) => {
		const lines = await store.exportRun(await fullRun());
		await store.deleteRuns({ before: '2100-01-01' });
		const damaged = lines.map((line, index) => {
			const value = JSON.parse(line);
			if (index > 0) damage(value);
			return JSON.stringify(value);
		});

		expect(damaged).not.toEqual(lines);
		await expect(store.importRun(damaged)).rejects.toMatchObject({ code: 'input_refused' });
		expect(await store.listRuns()).toEqual([]);
	});

	it('refuses an export with two names that a database takes for one', async () => {
		const lines = await store.exportRun(await fullRun());
		await store.deleteRuns({ before: '2100-01-01' });
		const [head = '', ...rest] = lines;
		const named = (name: string) =>
			rest
				.filter((line) => line.startsWith('{"table":"checkpoints"'))
				.map((line) => line.replace('"first"', JSON.stringify(name)));
		const twice = [...named('\u0000'), ...named('\uFFFD')];
		const whole = { ...JSON.parse(head), rows: rest.length + twice.length };

		await expect(store.importRun([JSON.stringify(whole), ...rest, ...twice])).rejects.toMatchObject({
			code: 'input_refused',
		});
	});

	it('imports a run and starts one of the same key at once: one of them is there', async () => {
		const runId = await startRun('noir');
		const lines = await store.exportRun(runId);
		for (let time = 0; time < 5; time++) {
			await store.deleteRuns({ before: '2100-01-01' });
			const [imported, started] = await Promise.allSettled([store.importRun(lines), store.startRun(START)]);

			expect(started).toMatchObject({ status: 'fulfilled' });
			if (imported.status === 'rejected') expect(imported.reason).toMatchObject({ code: 'input_refused' });
			expect(await store.listRuns()).toHaveLength(1);
		}
	});

	it('exports the same run as the same lines', async () => {
		const runId = await fullRun();
		const lines = await store.exportRun(runId);
		await store.deleteRuns({ before: '2100-01-01' });
		await store.importRun(lines);

		expect(await store.exportRun(runId)).toEqual(lines);
	});

	it.each<[string, (runId: string) => Promise<unknown>]>([
		['a write', (runId) => write(runId, { title: 'x' })],
		['a step', (runId) => store.recordStep(runId, CALL)],
		['a claim', (runId) => store.claimStep(runId, CALL)],
		['a checkpoint', (runId) => store.checkpoint(runId, 'now', 'Test')],
		['a rollback', (runId) => store.rollBack(runId, 1, { by: 'Test' })],
		['an execution', (runId) => store.linkExecution(runId, { ref: 'execution:1', round: 0 })],
	])('counts as touched by %s', async (_what, touch) => {
		const runId = await startRun('noir');
		const idle = (await store.startRun({ ...START, runKey: 'idle' })).run;
		await touch(runId);

		const { updatedAt } = await store.getRun(runId);
		expect(updatedAt > idle.updatedAt).toBe(true);
		expect(await store.deleteRuns({ before: updatedAt })).toEqual([idle.runId]);
	});

	it('deletes a run with all that it has, and nothing of another', async () => {
		const copy = (await store.fork(await fullRun(), { runKey: 'copy', by: 'Test' })).run.runId;
		const before = await everything(copy, 1);
		await store.recordStep(copy, CALL);
		const { updatedAt } = await store.getRun(copy);
		const [deleted = ''] = await store.deleteRuns({ before: updatedAt });

		expect((await everything(copy, 1)).slice(1, 4)).toEqual(before.slice(1, 4));
		expect(await store.listSteps(deleted)).toEqual([]);
		expect(await store.ledger(deleted)).toEqual([]);
		expect(await store.findLinkedRuns(['execution:1'])).toEqual([]);
	});
}
