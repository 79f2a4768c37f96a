import { BUILT_IN_FIELDS, type StateStore } from '../../../nodes/shared/state';
import { CALL, START, field, list, type Stage } from '../stage';

export function writesClauses(stage: Stage): void {
	const { startRun, write } = stage;
	let store: StateStore;
	beforeEach(() => {
		store = stage.store;
	});

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

	it('says of a conflict with an earlier request of the same write who wrote it, and when', async () => {
		const runId = await startRun('noir');
		const set = (by: string, value: string) =>
			({ by, expectedVersion: 1, commands: [{ op: 'set', field: 'brief', value }] }) as const;

		const results = await store.write(runId, [set('Ana', 'rain'), set('Ben', 'sun')]);

		const { at } = (await store.history(runId))[1] ?? {};
		expect(results).toMatchObject([
			{ ok: true, version: 2 },
			{
				ok: false,
				failure: {
					code: 'conflict',
					message: `Another step saved 'brief' first: Ana wrote version 2 at ${at}.`,
				},
				details: { by: 'Ana', version: 2, at, now: 'rain' },
			},
		]);
	});

	it('refuses a count that is more than a number can be', async () => {
		const runId = await startRun();
		const up = () =>
			write(runId, {
				declare: [field('count', 'increment')],
				commands: [{ op: 'increment', field: 'count', by: 1e308 }],
			});
		await up();

		expect(await up()).toMatchObject({ ok: false, failure: { code: 'type_mismatch' } });
		expect((await store.read(runId)).fields.count).toBe(1e308);
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

	it('writes nothing a second time for the same command id: no ledger, step, status or name', async () => {
		const runId = await startRun();
		await write(runId, { commandId: 'g1:once' });
		const before = [await store.getRun(runId), await store.ledger(runId)];

		await write(runId, {
			commandId: 'g1:once',
			declare: [field('notes', 'append')],
			steps: [CALL],
			ledger: [{ layer: 'state', event: 'x', note: 'y', by: 'z' }],
			status: { status: 'stopped' },
			title: 'Other',
		});

		const { updatedAt: _, ...run } = await store.getRun(runId);
		expect([before[0], before[1]]).toMatchObject([run, await store.ledger(runId)]);
		expect(await store.listSteps(runId)).toEqual([]);
		expect(await store.declaredFields(runId)).toHaveLength(BUILT_IN_FIELDS.length);
	});

	it('keeps the command id of two requests of one write apart from those of refused ones', async () => {
		const runId = await startRun('noir');
		const count = { declare: [field('count', 'increment')], by: 'Test', commandId: 'g1:c' };
		const up = { op: 'increment', field: 'count', by: 1 } as const;

		const results = await store.write(runId, [
			{ ...count, commands: [up, { op: 'set', field: 'none', value: 1 }] },
			{ ...count, commands: [up] },
			{ ...count, commands: [up] },
		]);

		expect(results).toMatchObject([
			{ ok: false },
			{ ok: true, replayed: false, version: 2 },
			{ ok: true, replayed: true, version: 2 },
		]);
		expect((await store.read(runId)).fields.count).toBe(1);
	});

	it('lets a refused request declare nothing and keep nothing of what came with it', async () => {
		const runId = await startRun();
		const before = [await store.ledger(runId), await store.declaredFields(runId)];
		await write(runId, {
			declare: [field('notes', 'append')],
			commands: [{ op: 'set', field: 'none', value: 1 }],
			steps: [{ ...CALL, costUsd: 1 }],
			ledger: [{ layer: 'state', event: 'x', note: 'y', by: 'z' }],
			status: { status: 'stopped', note: 'by hand' },
			title: 'Other',
		});

		expect([await store.ledger(runId), await store.declaredFields(runId)]).toEqual(before);
		expect(await store.listSteps(runId)).toEqual([]);
		expect(await store.getRun(runId)).toMatchObject({
			title: START.title,
			status: 'open',
			statusNote: '',
			costUsd: 0,
		});
	});

	it('lets a later request build on what an earlier one of the same write did', async () => {
		const runId = await startRun();
		const shot = { declare: [field('shots', 'mergeById')], by: 'Test' };

		await store.write(runId, [
			{ ...shot, commands: [{ op: 'mergeById', field: 'shots', items: [{ id: 's', lens: '35 mm' }] }] },
			{ ...shot, commands: [{ op: 'mergeById', field: 'shots', items: [{ id: 's', light: 'sodium' }] }] },
		]);

		expect((await store.read(runId)).fields.shots).toEqual([{ id: 's', lens: '35 mm', light: 'sodium' }]);
		expect((await store.getRun(runId)).version).toBe(1);
	});

	it('calls it a conflict when the same id or the same value changed since, never for lists and counts', async () => {
		const runId = await startRun('noir');
		await write(runId, {
			by: 'Ana',
			declare: [field('shots', 'mergeById'), field('notes', 'append'), field('count', 'increment')],
			commands: [
				{ op: 'mergeById', field: 'shots', items: [{ id: 's1' }] },
				{ op: 'append', field: 'notes', values: ['one'] },
				{ op: 'increment', field: 'count', by: 1 },
			],
		});
		const late = { expectedVersion: 1 };

		expect(
			await write(runId, {
				...late,
				commands: [{ op: 'mergeById', field: 'shots', items: [{ id: 's1', lens: '35 mm' }] }],
			}),
		).toMatchObject({
			ok: false,
			failure: { code: 'conflict', message: expect.stringContaining('Ana wrote version 2') },
			details: { field: 'shots', entry: 's1', by: 'Ana', version: 2 },
		});
		expect(
			await write(runId, {
				...late,
				commands: [
					{ op: 'mergeById', field: 'shots', items: [{ id: 's2' }] },
					{ op: 'append', field: 'notes', values: ['two'] },
					{ op: 'increment', field: 'count', by: 1 },
				],
			}),
		).toMatchObject({ ok: true });
		expect(
			await write(runId, { expectedVersion: 3, commands: [{ op: 'set', field: 'brief', value: 'comedy' }] }),
		).toMatchObject({ ok: true });
	});
}
