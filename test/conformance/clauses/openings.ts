import type { StateStore } from '../../../nodes/shared/state';
import { START, field, list, type Stage } from '../stage';

export function openingsClauses(stage: Stage): void {
	const { startRun, write } = stage;
	let store: StateStore;
	beforeEach(() => {
		store = stage.store;
	});

	it('has everything after closing and opening again', async () => {
		const runId = await startRun('noir');
		await write(runId, { commands: [{ op: 'set', field: 'intent', value: { title: 'x' } }] });
		const before = [await store.getRun(runId), await store.read(runId), await store.history(runId)];

		store = await stage.reopen();
		expect([await store.getRun(runId), await store.read(runId), await store.history(runId)]).toEqual(before);
	});

	it('serves two openings of one place: no write is lost and no version is given twice', async () => {
		const other = await stage.open();
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

	it('reads what another opening has written since it read last', async () => {
		const other = await stage.open();
		const runId = await startRun('noir');
		await store.read(runId);
		await other.write(runId, [
			{ by: 'Test', commands: [{ op: 'set', field: 'intent', value: { title: 'x' } }] },
		]);
		await other.close();

		expect(await store.read(runId)).toMatchObject({ version: 2, fields: { intent: { title: 'x' } } });
	});

	it('reads the fields of a run that another opening deleted and brought in again', async () => {
		const other = await stage.open();
		const runId = await startRun('noir');
		const lines = await store.exportRun(runId);
		await write(runId, { declare: [field('here', 'append')] });
		await store.read(runId);
		await other.deleteRuns({ before: '9999-01-01T00:00:00.000Z' });
		await other.importRun(lines);
		await other.write(runId, [{ by: 'Test', commands: [], declare: [field('there', 'append')] }]);
		await other.close();

		const { fields } = await store.read(runId);
		expect([fields.here, fields.there]).toEqual([undefined, []]);
	});

	it('knows the processes of all openings', async () => {
		const other = await stage.open();
		const facts = { role: 'worker', host: 'h', pid: 1, node: '24.1.0', n8n: null, greenlight: null } as const;
		const rest = { queueMode: true, state: 'x', address: '', unverifiedPackages: null };
		await other.noteProcess('there', { ...facts, ...rest });
		expect((await store.listProcesses()).map(({ processId }) => processId)).toEqual(['there']);
		await other.close();
	});

	it('starts another run for another brief while the key that it would have is forked to', async () => {
		const other = await stage.open();
		const { run } = await store.startRun({ ...START, brief: 'first' });
		try {
			for (let number = 2; number < 12; number++) {
				const runKey = `${START.runKey} (${number})`;
				const together = await Promise.allSettled([
					store.startRun({ ...START, brief: `brief ${number}`, ifBriefChanged: 'startAnother' }),
					other.fork(run.runId, { runKey, by: 'Test' }),
				]);

				const [started, forked] = together;
				expect(started).toMatchObject({ status: 'fulfilled', value: { created: true } });
				if (forked.status === 'rejected') expect(forked.reason).toMatchObject({ code: 'input_refused' });
			}
		} finally {
			await other.close();
		}
	});
}
