import type { StateStore } from '../../../nodes/shared/state';
import { artefact } from '../../support/samples';
import { KEEPER, field, idsOf, type Stage } from '../stage';

export function versionsClauses(stage: Stage): void {
	const { startRun, write } = stage;
	let store: StateStore;
	beforeEach(() => {
		store = stage.store;
	});

	it('makes one version for one transaction, however many requests it has', async () => {
		const runId = await startRun('noir');

		await store.write(runId, [
			{
				commands: [{ op: 'mergeById', field: 'artefacts', items: [artefact('a')] }],
				by: 'One',
				...KEEPER,
			},
			{
				commands: [{ op: 'mergeById', field: 'artefacts', items: [artefact('b')] }],
				by: 'Two',
				...KEEPER,
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

	it('has no member for a field without a value; entries are lists, in the order of writing', async () => {
		const runId = await startRun();
		const merge = (...items: Array<{ id: string; text: string }>) =>
			write(runId, {
				declare: [field('shots', 'mergeById'), field('notes', 'append')],
				commands: [{ op: 'mergeById', field: 'shots', items }],
			});
		await merge({ id: 'z', text: '1' }, { id: 'm', text: '1' });
		await merge({ id: 'a', text: '2' }, { id: 'z', text: '2' });
		await merge({ id: 'm', text: '3' });

		const { fields } = await store.read(runId);
		expect('intent' in fields || 'attempts' in fields).toBe(false);
		expect(fields.notes).toEqual([]);
		expect(idsOf((await store.read(runId)).fields.shots)).toEqual(['z', 'm', 'a']);
		expect(idsOf((await store.read(runId, 2)).fields.shots)).toEqual(['z', 'm', 'a']);
		expect(idsOf((await store.read(runId, 1)).fields.shots)).toEqual(['z', 'm']);
	});

	it('reads the latest version as it is read by its number, also when a rollback kept newer work', async () => {
		const runId = await startRun('noir');
		const make = (id: string) =>
			write(runId, {
				...KEEPER,
				commands: [{ op: 'mergeById', field: 'artefacts', items: [artefact(id)] }],
			});
		await make('z');
		await store.rollBack(runId, 1, { by: 'Test' });
		await make('a');
		await store.rollBack(runId, 2, { by: 'Test', keep: ['a'] });

		const latest = await store.read(runId);
		expect(idsOf(latest.fields.artefacts).sort()).toEqual(['a', 'z']);
		await write(runId, { commands: [{ op: 'set', field: 'brief', value: 'comedy' }] });
		expect((await store.read(runId, latest.version)).fields).toEqual(latest.fields);
		expect(idsOf((await store.read(runId)).fields.artefacts)).toEqual(idsOf(latest.fields.artefacts));
	});

	it('lists every version, oldest first, with who made it, when, and what it changed', async () => {
		const runId = await startRun('noir');
		await write(runId, {
			by: 'Ana',
			commands: [
				{ op: 'set', field: 'intent', value: { title: 'x' } },
				{ op: 'set', field: 'brief', value: 'comedy' },
			],
		});

		const history = await store.history(runId);
		expect(history).toMatchObject([
			{ version: 1, by: 'start', kind: 'start', fields: ['brief'], checkpoints: [] },
			{ version: 2, by: 'Ana', kind: 'write', fields: ['brief', 'intent'], checkpoints: [] },
		]);
		const times = history.map(({ at }) => at);
		expect(times).toEqual([...times].sort());
		for (const at of times) expect(at).toBe(new Date(at).toISOString());
	});
}
