import { MAX_NAME, type StateStore } from '../../../nodes/shared/state';
import { CALL, START, field, type Stage } from '../stage';

export function namesClauses(stage: Stage): void {
	const { startRun, write } = stage;
	let store: StateStore;
	beforeEach(() => {
		store = stage.store;
	});

	it('keeps emoji, right-to-left text, HTML and null characters as they came', async () => {
		const brief = '🎬 مطاردة على السطح <script>alert("x")</script> \u0000 שלום \ud800';
		const runId = await startRun(brief);

		expect((await store.read(runId)).fields.brief).toBe(brief);
	});

	it('goes on with names and ids that have signs which databases do not store', async () => {
		const odd = 'a\u0000b\ud800c';
		const { run } = await store.startRun({ ...START, runKey: odd, title: odd, workflowId: odd });
		const merge = (text: string) =>
			write(run.runId, {
				by: odd,
				commandId: `${odd}${text}`,
				declare: [field('shots', 'mergeById')],
				commands: [{ op: 'mergeById', field: 'shots', items: [{ id: odd, text }] }],
				steps: [{ ...CALL, key: odd, slot: odd }],
			});
		await merge('1');
		expect(await merge('2')).toMatchObject({ ok: true, version: 2 });

		expect((await store.read(run.runId)).fields.shots).toEqual([{ id: odd, text: '2' }]);
		expect(await store.listSteps(run.runId)).toHaveLength(1);
		expect(await store.verify(run.runId)).toEqual({ ok: true, versions: 2 });
		expect(await store.startRun({ ...START, runKey: odd })).toMatchObject({ created: false });
	});

	it('tells entries apart whatever signs their names and ids have', async () => {
		const runId = await startRun();
		const declare = [field('a', 'mergeById'), field('a\nb', 'mergeById')];
		await write(runId, {
			declare,
			commands: [
				{ op: 'mergeById', field: 'a', items: [{ id: 'b\nc', v: 1 }] },
				{ op: 'mergeById', field: 'a\nb', items: [{ id: 'c', v: 2 }] },
			],
		});

		expect((await store.read(runId)).fields).toMatchObject({
			a: [{ id: 'b\nc', v: 1 }],
			'a\nb': [{ id: 'c', v: 2 }],
		});
		expect(await store.verify(runId)).toEqual({ ok: true, versions: 1 });
	});

	it('takes names up to the stated length, and refuses longer ones for their request only', async () => {
		const runId = await startRun();
		const merge = (name: string, id: string) =>
			({
				by: 'Test',
				declare: [field(name, 'mergeById')],
				commands: [{ op: 'mergeById', field: name, items: [{ id }] }],
			}) as const;
		const none = { by: 'Test', commands: [] };

		const results = await store.write(runId, [
			merge(longName(MAX_NAME), longName(MAX_NAME)),
			merge('shots', longName(MAX_NAME + 1)),
			merge(longName(MAX_NAME + 1), 's'),
			{ ...none, commandId: longName(5000) },
			{ ...none, steps: [{ ...CALL, key: longName(5000) }] },
			{ ...none, steps: [{ ...CALL, slot: longName(5000) }] },
		]);

		const refused = {
			ok: false,
			failure: {
				code: 'input_refused',
				message: expect.stringMatching(/^The .* has \d+ characters; it may have at most \d+\.$/),
			},
		};
		expect(results).toMatchObject([{ ok: true }, refused, refused, refused, refused, { ok: true }]);
		for (const work of [
			() => store.startRun({ ...START, runKey: longName(MAX_NAME + 1) }),
			() => store.fork(runId, { runKey: longName(MAX_NAME + 1), by: 'Test' }),
			() => store.checkpoint(runId, longName(MAX_NAME + 1), 'Test'),
			() => store.recordStep(runId, { ...CALL, key: longName(5000) }),
			() => store.claimStep(runId, { ...CALL, key: longName(5000) }),
		]) {
			await expect(work()).rejects.toMatchObject({ code: 'input_refused' });
		}
		await store.startRun({ ...START, runKey: longName(MAX_NAME) });
		await store.checkpoint(runId, longName(MAX_NAME), 'Test');
	});

	it.each(['__proto__', 'constructor', 'prototype', 'toString'])(
		'refuses a field that is called %s, since a document could not show it',
		async (name) => {
			const runId = await startRun();
			expect(
				await write(runId, {
					declare: [field(name, 'set')],
					commands: [{ op: 'set', field: name, value: { x: 1 } }],
				}),
			).toMatchObject({ ok: false, failure: { code: 'input_refused' } });
		},
	);
}

/** Characters of three bytes each, in an order that does not repeat: what a database can make the least of. */
function longName(length: number): string {
	let state = length;
	return Array.from({ length }, () => {
		state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
		return String.fromCharCode(0x4e00 + ((state >> 8) % 0x5000));
	}).join('');
}
