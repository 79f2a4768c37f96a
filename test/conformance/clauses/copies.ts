import type { StateStore } from '../../../nodes/shared/state';
import { artefact } from '../../support/samples';
import { CALL, KEEPER, field, type Stage } from '../stage';

export function copiesClauses(stage: Stage): void {
	const { startRun, write } = stage;
	let store: StateStore;
	beforeEach(() => {
		store = stage.store;
	});

	it('lists what differs between two versions, member by member', async () => {
		const runId = await startRun('noir');
		await write(runId, {
			...KEEPER,
			commands: [{ op: 'mergeById', field: 'artefacts', items: [artefact('a')] }],
		});
		await write(runId, {
			...KEEPER,
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
			...KEEPER,
			declare: [field('notes', 'append'), field('count', 'increment')],
			commands: [
				{ op: 'mergeById', field: 'artefacts', items: [artefact('a')] },
				{ op: 'lock', artefactId: 'a' },
				{ op: 'append', field: 'notes', values: ['one'] },
				{ op: 'increment', field: 'count', by: 4 },
				{ op: 'increment', field: 'attempts', by: 2 },
			],
		});
		await store.recordStep(runId, { ...CALL, state: 'answered', costUsd: 1 });

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
				...KEEPER,
				commands: [{ op: 'mergeById', field: 'artefacts', items: [{ id: 'a', title: 'x' }] }],
			}),
		).toMatchObject({ ok: true });
		expect((await store.read(runId)).fields.artefacts).toMatchObject([{ title: 'Concept a', locked: true }]);
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

	it('gives back the copy that is there only for the version that it is a copy of', async () => {
		const runId = await startRun('noir');
		await store.checkpoint(runId, 'first', 'Test');
		await write(runId, { commands: [{ op: 'set', field: 'brief', value: 'comedy' }] });
		const fork = (at?: number | string) =>
			store.fork(runId, { runKey: 'b', by: 'Test', ...(at === undefined ? {} : { at }) });
		const { run } = await fork(1);

		for (const same of [1, 'first', undefined]) {
			expect(await fork(same)).toMatchObject({ run: { runId: run.runId }, created: false });
		}
		await expect(fork(2)).rejects.toMatchObject({
			code: 'input_refused',
			message: "The run with the key 'b' is a copy of version 1, and not of version 2.",
		});
	});

	it('names what becomes stale when something changes, and what making it cost', async () => {
		const runId = await startRun('noir');
		const made = (id: string, from: string[], costUsd: number) =>
			artefact(id, { madeFrom: from.map((each) => `${each}@h`), costUsd });
		await write(runId, {
			...KEEPER,
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

	it('lists names in one order, wherever they are kept', async () => {
		const runId = await startRun('noir');
		for (const name of ['ä', 'b', 'A', 'a c', 'aB', 'Z']) await store.checkpoint(runId, name, 'Test');
		const names = ['x-b', 'xa', 'X'];
		await write(runId, {
			declare: names.map((name) => field(name, 'set')),
			commands: names.map((name) => ({ op: 'set', field: name, value: 1 })),
		});

		const order = ['A', 'Z', 'a c', 'aB', 'b', 'ä'];
		expect((await store.listCheckpoints(runId)).map(({ name }) => name)).toEqual(order);
		expect(await store.history(runId)).toMatchObject([
			{ checkpoints: order },
			{ fields: ['X', 'x-b', 'xa'] },
		]);
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

	it('names the entry by its id or position, and its member with dots', async () => {
		const runId = await startRun();
		const commands = (text: string) => [
			{ op: 'append', field: 'notes', values: [text] } as const,
			{ op: 'mergeById', field: 'shots', items: [{ id: 's', light: { key: { lamp: text } } }] } as const,
		];
		const declare = [field('notes', 'append'), field('shots', 'mergeById')];
		await write(runId, { declare, commands: commands('one') });
		await write(runId, { commands: commands('two') });

		expect(await store.compare(runId, 1, 2)).toEqual(
			expect.arrayContaining([
				{ field: 'notes', entry: '1', path: '', change: 'added', before: null, after: 'two' },
				{
					field: 'shots',
					entry: 's',
					path: 'light.key.lamp',
					change: 'changed',
					before: 'one',
					after: 'two',
				},
			]),
		);
	});

	it('compares, copies and reads only what exists', async () => {
		const runId = await startRun('noir');
		const missing = { code: 'checkpoint_not_found' };

		await expect(store.compare(runId, 1, 'none')).rejects.toMatchObject(missing);
		await expect(store.compare(runId, 2, 1)).rejects.toMatchObject(missing);
		await expect(store.fork(runId, { runKey: 'b', at: 'none', by: 'Test' })).rejects.toMatchObject(missing);
		expect(await store.listRuns()).toHaveLength(1);
	});

	it('copies all content of a checkpoint, own fields too, under the name that is given', async () => {
		const runId = await startRun('noir');
		await write(runId, {
			...KEEPER,
			declare: [
				field('notes', 'append'),
				field('shots', 'mergeById'),
				field('count', 'increment'),
				field('owner', 'writeOnce'),
				field('takes', 'append', {}, 'record'),
			],
			commands: [
				{ op: 'append', field: 'notes', values: ['one', 'two'] },
				{ op: 'mergeById', field: 'shots', items: [{ id: 'z' }, { id: 'a' }] },
				{ op: 'increment', field: 'count', by: 1 },
				{ op: 'increment', field: 'count', by: -1 },
				{ op: 'writeOnce', field: 'owner', value: null },
				{ op: 'append', field: 'takes', values: ['one'] },
			],
		});
		await store.checkpoint(runId, 'here', 'Test');
		await write(runId, { commands: [{ op: 'set', field: 'brief', value: 'comedy' }] });

		const { run } = await store.fork(runId, { runKey: 'b', at: 'here', title: 'Other way', by: 'Ana' });

		const { takes: _, ...content } = (await store.read(runId, 'here')).fields;
		expect(run).toMatchObject({ title: 'Other way', runKey: 'b', forkedFrom: `${runId}@2`, version: 1 });
		expect((await store.read(run.runId)).fields).toEqual({ ...content, takes: [] });
		expect(await store.declaredFields(run.runId)).toEqual(await store.declaredFields(runId));
		expect(await store.history(run.runId)).toMatchObject([{ version: 1, kind: 'start', by: 'Ana' }]);
	});

	it('estimates nothing when a price is unknown, and finds nothing behind what does not exist', async () => {
		const runId = await startRun();
		const items = [
			artefact('last', { madeFrom: ['middle@h'], costUsd: 1 }),
			artefact('middle', { madeFrom: ['intent@h'], costUsd: null }),
			artefact('gone', { madeFrom: ['intent@h'], costUsd: 1, status: 'replaced' }),
		];
		await write(runId, { ...KEEPER, commands: [{ op: 'mergeById', field: 'artefacts', items }] });

		expect(await store.impact(runId, 'intent')).toEqual({ stale: ['middle', 'last'], costUsd: null });
		expect(await store.impact(runId, 'middle')).toEqual({ stale: ['last'], costUsd: 1 });
		expect(await store.impact(runId, 'none')).toEqual({ stale: [], costUsd: 0 });
	});
}
