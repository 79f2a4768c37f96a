import type { StateStore } from '../../../nodes/shared/state';
import { artefact, verdict } from '../../support/samples';
import { KEEPER, field, list, type Stage } from '../stage';

export function rollbackClauses(stage: Stage): void {
	const { startRun, write } = stage;
	let store: StateStore;
	beforeEach(() => {
		store = stage.store;
	});

	it('goes back to a checkpoint as a new version and keeps the records', async () => {
		const runId = await startRun('noir');
		await store.checkpoint(runId, 'first', 'Test');
		await write(runId, {
			...KEEPER,
			commands: [
				{ op: 'set', field: 'brief', value: 'comedy' },
				{ op: 'increment', field: 'attempts', by: 1 },
				{ op: 'mergeById', field: 'artefacts', items: [artefact('a')] },
			],
		});

		expect(await store.rollBack(runId, 'first', { by: 'Test' })).toMatchObject({ ok: true, version: 3 });

		expect((await store.read(runId)).fields).toMatchObject({ brief: 'noir', artefacts: [], attempts: 1 });
		expect((await store.read(runId, 2)).fields.brief).toBe('comedy');
		expect(await store.history(runId)).toMatchObject([{ checkpoints: ['first'] }, {}, { kind: 'rollback' }]);
	});

	it('keeps locked artefacts and those that the caller names', async () => {
		const runId = await startRun('noir');
		await write(runId, {
			...KEEPER,
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

	it('gives the latest version a name; the same name again moves it', async () => {
		const runId = await startRun('noir');
		expect(await store.checkpoint(runId, 'first', 'Test')).toBe(1);
		await write(runId, { commands: [{ op: 'set', field: 'brief', value: 'comedy' }] });
		expect(await store.checkpoint(runId, 'first', 'Test')).toBe(2);

		expect(await store.listCheckpoints(runId)).toEqual([{ name: 'first', version: 2 }]);
		expect((await store.read(runId, 'first')).fields.brief).toBe('comedy');
	});

	it('does not move a name again under the same command id', async () => {
		const runId = await startRun('noir');
		await store.checkpoint(runId, 'first', 'Test', 'g1:point');
		await write(runId, { commands: [{ op: 'set', field: 'brief', value: 'comedy' }] });
		const before = await store.ledger(runId);

		expect(await store.checkpoint(runId, 'first', 'Test', 'g1:point')).toBe(1);
		expect(await store.listCheckpoints(runId)).toEqual([{ name: 'first', version: 1 }]);
		expect(await store.ledger(runId)).toEqual(before);
	});

	it('names no version without a name', async () => {
		const runId = await startRun('noir');

		await expect(store.checkpoint(runId, ' ', 'Test')).rejects.toMatchObject({ code: 'input_missing' });
	});

	it.each(['7', ' 12 '])('gives no version the name %j, which would be another version', async (name) => {
		const runId = await startRun('noir');

		await expect(store.checkpoint(runId, name, 'Test')).rejects.toMatchObject({
			code: 'input_refused',
			hint: expect.stringContaining('version'),
		});
		expect(await store.checkpoint(runId, '7a', 'Test')).toBe(1);
	});

	it('goes back only to what exists', async () => {
		const runId = await startRun('noir');
		await write(runId, { commands: [{ op: 'set', field: 'brief', value: 'comedy' }] });

		for (const to of ['none', 3, 0, 1.5, -1]) {
			await expect(store.rollBack(runId, to, { by: 'Test' })).rejects.toMatchObject({
				code: 'checkpoint_not_found',
			});
		}
		expect(await store.history(runId)).toHaveLength(2);
	});

	it('makes no version of a rollback to what is there already', async () => {
		const runId = await startRun('noir');

		expect(await store.rollBack(runId, 1, { by: 'Test' })).toMatchObject({ ok: true, version: 1 });
		expect(await store.history(runId)).toHaveLength(1);
	});

	it('leaves kept and locked artefacts as they are, also where the earlier version has them otherwise', async () => {
		const runId = await startRun('noir');
		const titled = (title: string) =>
			write(runId, {
				...KEEPER,
				commands: [
					{
						op: 'mergeById',
						field: 'artefacts',
						items: ['locked', 'kept', 'other'].map((id) => artefact(id, { title })),
					},
				],
			});
		await titled('Old');
		await titled('New');
		await write(runId, { ...KEEPER, commands: [{ op: 'lock', artefactId: 'locked' }] });

		await store.rollBack(runId, 2, { by: 'Test', keep: ['kept'] });

		expect((await store.read(runId)).fields.artefacts).toMatchObject([
			{ id: 'locked', title: 'New', locked: true },
			{ id: 'kept', title: 'New' },
			{ id: 'other', title: 'Old' },
		]);
	});

	it("takes back no record, the run's own ones neither", async () => {
		const runId = await startRun('noir');
		await write(runId, {
			...KEEPER,
			declare: [field('takes', 'append', {}, 'record'), field('notes', 'append')],
			commands: [
				{ op: 'append', field: 'verdicts', values: [verdict('a')] },
				{ op: 'append', field: 'decisions', values: [{ action: 'approve' }] },
				{ op: 'append', field: 'directives', values: [{ text: 'darker' }] },
				{ op: 'mergeById', field: 'requested', items: [{ id: 'w/Write', count: 3 }] },
				{ op: 'mergeById', field: 'rounds', items: [{ id: 'r#0' }] },
				{ op: 'increment', field: 'attempts', by: 1 },
				{ op: 'append', field: 'takes', values: ['one'] },
				{ op: 'append', field: 'notes', values: ['one'] },
			],
		});
		const { brief: _, notes: __, ...records } = (await store.read(runId)).fields;

		await store.rollBack(runId, 1, { by: 'Test' });

		expect((await store.read(runId)).fields).toMatchObject(records);
		expect((await store.read(runId)).fields.notes ?? []).toEqual([]);
	});

	it('brings back what was made, not what was thought of it: that is what the records say', async () => {
		const runId = await startRun('noir');
		const work = { ...artefact('a', { title: 'Once' }), status: 'approved' as const, locked: true };
		await write(runId, { ...KEEPER, commands: [{ op: 'mergeById', field: 'artefacts', items: [work] }] });
		await store.checkpoint(runId, 'approved', 'Test');
		const reject = [{ id: 'a', status: 'rejected' as const, title: 'Now' }];
		await write(runId, {
			...KEEPER,
			commands: [
				{ op: 'unlock', artefactId: 'a' },
				{ op: 'mergeById', field: 'artefacts', items: reject },
			],
		});

		await store.rollBack(runId, 'approved', { by: 'Test' });
		expect((await store.read(runId)).fields.artefacts).toMatchObject([
			{ title: 'Once', status: 'new', locked: false },
		]);

		await write(runId, {
			...KEEPER,
			commands: [{ op: 'append', field: 'verdicts', values: [verdict('a', 'fail')] }],
		});
		await write(runId, { ...KEEPER, commands: [{ op: 'mergeById', field: 'artefacts', items: reject }] });
		await store.rollBack(runId, 'approved', { by: 'Test' });
		expect((await store.read(runId)).fields.artefacts).toMatchObject([{ title: 'Once', status: 'failed' }]);
	});

	it('takes work whose content another step changed for work that nobody has judged', async () => {
		const runId = await startRun('noir');
		const work = artefact('a', { status: 'passed', why: 'matches the guide' });
		await write(runId, { ...KEEPER, commands: [{ op: 'mergeById', field: 'artefacts', items: [work] }] });
		const items = [{ id: 'a', content: { title: 'Another story' } }];
		await write(runId, { commands: [{ op: 'mergeById', field: 'artefacts', items }] });

		expect((await store.read(runId)).fields.artefacts).toMatchObject([{ status: 'new', why: '' }]);
	});
}
