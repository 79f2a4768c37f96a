import type { StateStore } from '../../../nodes/shared/state';
import { START, field, list, type Stage } from '../stage';

export function readingsClauses(stage: Stage): void {
	const { startRun, write } = stage;
	let store: StateStore;
	beforeEach(() => {
		store = stage.store;
	});
	const add = (runId: string, ...shots: ReadonlyArray<{ id: string; text?: string }>) =>
		write(runId, {
			declare: [field('shots', 'mergeById')],
			commands: [{ op: 'mergeById', field: 'shots', items: [...shots] }],
		});

	it('gives an unchanged document again, and of a changed one the entries that stayed', async () => {
		const runId = await startRun('A brief');
		await add(runId, { id: '1' }, { id: '2' });
		const first = await store.read(runId);
		expect(await store.read(runId)).toBe(first);

		await add(runId, { id: '2', text: 'Later' });
		const second = await store.read(runId);
		expect(second).toEqual({
			runId,
			version: first.version + 1,
			fields: { ...first.fields, shots: [{ id: '1' }, { id: '2', text: 'Later' }] },
		});
		expect(list(second.fields.shots)[0]).toBe(list(first.fields.shots)[0]);
		expect(first.fields.shots).toEqual([{ id: '1' }, { id: '2' }]);
	});

	it('lets nobody change what others read', async () => {
		const runId = await startRun('A brief');
		await add(runId, { id: '1' });
		const { fields } = await store.read(runId);

		expect(() => (fields.brief = 'Mine')).toThrow(TypeError);
		expect(() => list(fields.shots).push({ id: '2' })).toThrow(TypeError);
		expect(() => Object.assign(Object(list(fields.shots)[0]), { text: 'Mine' })).toThrow(TypeError);
	});

	it('shows a field that was declared since, though no version came of it', async () => {
		const runId = await startRun('A brief');
		const { version, fields } = await store.read(runId);
		expect(fields.shots).toBeUndefined();

		await write(runId, { declare: [field('shots', 'mergeById')], commands: [] });
		expect(await store.read(runId)).toMatchObject({ version, fields: { shots: [] } });
	});

	it('keeps nothing of a run that was deleted, also when it is brought in again', async () => {
		const runId = await startRun('A brief');
		const first = await store.read(runId);
		const lines = await store.exportRun(runId);
		await store.deleteRuns({ before: '9999-01-01T00:00:00.000Z' });
		await expect(store.read(runId)).rejects.toMatchObject({ code: 'run_not_found' });
		await store.importRun(lines);

		const second = await store.read(runId);
		expect(second).toEqual(first);
		expect(second).not.toBe(first);
	});

	it('shows the content of a version that was rolled back to, and of more runs than are kept', async () => {
		const runIds = [];
		for (let number = 0; number < 12; number++) {
			const { run } = await store.startRun({ ...START, runKey: `key ${number}`, brief: `Brief ${number}` });
			runIds.push(run.runId);
		}
		const [first = ''] = runIds;
		await add(first, { id: '1' });
		await store.rollBack(first, 1, { by: 'Test' });

		const briefs = [];
		for (const runId of [...runIds, ...runIds]) briefs.push((await store.read(runId)).fields.brief);
		expect(briefs).toEqual([...runIds, ...runIds].map((_, index) => `Brief ${index % runIds.length}`));
		expect(await store.read(first)).toMatchObject({ version: 3, fields: { shots: [] } });
	});
}
