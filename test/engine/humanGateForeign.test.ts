/** A gate after n8n's own steps only: it takes in their work, and a person decides about each item. */
import type { IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { MAX_MEDIA_BYTES, artefactsOf, reviewsOf } from '../../nodes/shared/state';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import { editFields, flow, humanGate, noOp, other, same, start, typesOf } from '../support/flow';
import { callGate, timeOut } from '../support/gate';
import { APPROVED, NO_DECISION, REDIRECTED, REJECTED, rowTests, rowsOf } from '../support/parked';

const LINES = [
	{ id: 7, line: 'A tense chase.', nested: { shot: ['wide', 'close'] } },
	{ id: 8, line: 'A quiet ending.' },
	{ id: 9, line: 'A loud start.' },
];
const picture = (text: string): IBinaryKeyData => ({
	data: { data: Buffer.from(text).toString('base64'), mimeType: 'image/png', fileName: 'roof.png' },
});

describe("a human gate after n8n's own steps", () => {
	const engine = useEngine();
	const { park, twoWires, runIdOf, read, leftBy, post } = rowTests(engine);
	const runCount = async () => (await (await engine.store()).listRuns({ limit: 1000 })).length;

	it('asks about what a Set made, in a run that has the name of the workflow', async () => {
		const ran = await runWorkflow(
			flow(
				[start(), editFields('Set', { line: 'A tense chase.' }), humanGate('Gate'), noOp('Kept')],
				'Start > Set > Gate:1 > Kept',
			),
		);

		expect(ran.error).toBeUndefined();
		expect(ran.run.status).toBe('waiting');
		expect((await callGate(ran, 'Gate')).body).toContain('A tense chase.');
		expect(await (await engine.store()).getRun(runIdOf(ran))).toMatchObject({
			title: 'A test',
			status: 'waiting',
		});
		const { resumed } = await post(ran, { d0: 'approve' });
		expect(leftBy(resumed, APPROVED)).toMatchObject([{ line: 'A tense chase.', status: 'approved' }]);
		expect(await (await engine.store()).getRun(runIdOf(ran))).toMatchObject({ status: 'finished' });
	});

	it('sends each item where it was decided to go, with all that was on it and its own lineage', async () => {
		const ran = await park(rowsOf(LINES));
		const page = (await callGate(ran, 'Gate')).body;
		for (const text of ['A tense chase.', 'wide', 'close', 'A quiet ending.', 'A loud start.'])
			expect(page).toContain(text);
		const { resumed } = await post(ran, { d0: 'reject', d1: 'redirect', n1: 'Longer.', d2: 'approve' });

		expect(leftBy(resumed, NO_DECISION)).toEqual([]);
		expect(leftBy(resumed, REJECTED)).toMatchObject([{ ...LINES[0], status: 'rejected' }]);
		expect(leftBy(resumed, REDIRECTED)).toMatchObject([{ ...LINES[1], decision: { note: 'Longer.' } }]);
		expect(leftBy(resumed, APPROVED)).toMatchObject([
			{ ...LINES[2], status: 'approved', decision: { reviewer: 'Maya' } },
		]);
		expect(resumed?.out('Kept')).toHaveLength(1);
		const lineage = resumed?.run.data.resultData.runData.Gate?.at(-2)?.data?.main ?? [];
		expect(lineage.map((items) => items?.map(({ pairedItem }) => pairedItem))).toEqual([
			[],
			[{ item: 2 }],
			[{ item: 0 }],
			[{ item: 1 }],
		]);
		expect(artefactsOf(await read(ran))).toMatchObject([
			{ id: '7', locked: false },
			{ id: '8', locked: false },
			{ id: '9', locked: true, by: 'Gate' },
		]);
	});

	it('keeps a picture with the work, shows it, and gives it out again', async () => {
		const ran = await park([{ json: { line: 'A roof.' }, binary: picture('A') }]);
		const { body } = await callGate(ran, 'Gate');
		expect(body).toMatch(/<img[^>]+media=0-0/);
		const shown = await callGate(ran, 'Gate', { query: { media: '0-0' } });
		expect([shown.headers['content-type'], shown.body]).toEqual(['image/png', 'A']);

		const { resumed } = await post(ran, { d0: 'approve' });
		expect(resumed?.outputs('Gate').at(-1)?.[APPROVED]?.[0]?.binary).toEqual(picture('A'));
	});

	it('asks about an item that is only a picture', async () => {
		const ran = await park([{ json: {}, binary: picture('A') }]);
		expect((await callGate(ran, 'Gate')).body).toContain('roof.png');
	});

	it('asks about no item with a file that nobody could see, and says so', async () => {
		const film = Buffer.alloc(MAX_MEDIA_BYTES + 1).toString('base64');
		const binary = { film: { data: film, mimeType: 'video/mp4', fileName: 'film.mp4' } };
		const ran = await park([{ json: { line: 'A film.' }, binary }, { json: { line: 'A roof.' } }]);
		const { resumed } = await post(ran, { d0: 'approve' });

		expect(leftBy(resumed, APPROVED)).toMatchObject([{ line: 'A roof.' }]);
		expect(leftBy(resumed, NO_DECISION)).toMatchObject([
			{ line: 'A film.', why: "'film.mp4' is larger than 32 MB, so nobody could see it." },
		]);
	});

	it('gives the second of two with one id out by No Decision, with the reason', async () => {
		const ran = await park(
			rowsOf([
				{ id: 7, line: 'One.' },
				{ id: 7, line: 'Another.' },
			]),
		);
		const { body } = await callGate(ran, 'Gate');
		expect(body).toContain('One.');
		expect(body).not.toContain('Another.');
		const { resumed } = await post(ran, { d0: 'approve' });

		expect(leftBy(resumed, APPROVED)).toMatchObject([{ line: 'One.' }]);
		expect(leftBy(resumed, NO_DECISION)).toMatchObject([
			{
				line: 'Another.',
				status: 'failed',
				why: "Two pieces of work have the same id '7'.",
				failure: { code: 'input_refused', hint: expect.stringContaining('Give each row an id of its own') },
			},
		]);
	});

	it('loses no row where two sheets have the same ids, each by its own wire', async () => {
		const ran = await twoWires(
			[{ id: 7, line: 'One.' }],
			[
				{ id: 7, line: 'Two.' },
				{ id: 8, line: 'Three.' },
			],
		);
		const { resumed } = await post(ran, { d0: 'approve', d1: 'approve' });

		// What an earlier pass brought comes last.
		expect(leftBy(resumed, APPROVED)).toMatchObject([{ line: 'Three.' }, { line: 'One.' }]);
		expect(leftBy(resumed, NO_DECISION)).toMatchObject([
			{ line: 'Two.', failure: { code: 'input_refused' } },
		]);
	});

	it.each<[string, IDataObject]>([
		['is empty', {}],
		['has the id of another', { id: 7, line: 'Two.' }],
		['has failed', { error: 'The model is down.' }],
	])('asks about what came first also when all that comes last %s', async (_, last) => {
		const ran = await twoWires([{ id: 7, line: 'One.' }], [last]);
		expect(ran.run.status).toBe('waiting');
		const { resumed } = await post(ran, { d0: 'approve' });

		expect(leftBy(resumed, APPROVED)).toMatchObject([{ line: 'One.' }]);
		expect(leftBy(resumed, NO_DECISION)).toMatchObject([{ ...last, status: 'failed' }]);
	});

	it('gives what failed on also when it came before the rest', async () => {
		const ran = await twoWires([{ id: 6, line: 'Zero.' }, { error: 'The model is down.' }], [LINES[0] ?? {}]);
		const { resumed } = await post(ran, { d0: 'approve', d1: 'approve' });

		expect(leftBy(resumed, APPROVED)).toHaveLength(2);
		expect(resumed?.out('Gate', NO_DECISION)).toMatchObject([
			{ error: 'The model is down.', status: 'failed' },
		]);
	});

	it('shows items that are the same once, and what is decided goes for each of them', async () => {
		const ran = await park(rowsOf([{ line: 'Same.' }, { line: 'Other.' }, { line: 'Same.' }]));
		const { resumed } = await post(ran, { d0: 'approve', d1: 'reject' });

		expect(reviewsOf(await read(ran))).toMatchObject([{ pieces: [{}, {}] }]);
		expect(leftBy(resumed, APPROVED)).toMatchObject([{ line: 'Same.' }, { line: 'Same.' }]);
		expect(leftBy(resumed, REJECTED)).toMatchObject([{ line: 'Other.' }]);
	});

	it('gives an empty item, and one that failed, out by No Decision with the reason', async () => {
		const ran = await park(rowsOf([{}, { line: 'A roof.' }, { error: 'The model is down.' }]));
		const { resumed } = await post(ran, { d0: 'approve' });

		expect(leftBy(resumed, APPROVED)).toMatchObject([{ line: 'A roof.' }]);
		expect(leftBy(resumed, NO_DECISION)).toMatchObject([
			{ why: 'There is nothing on this item.', failure: { code: 'input_missing' } },
			{ error: 'The model is down.', status: 'failed', why: 'An earlier step failed.' },
		]);
	});

	it('begins no run for what failed', async () => {
		const before = await runCount();
		const ran = await park(rowsOf([{ error: 'The model is down.' }]));

		expect(ran.run.status).toBe('success');
		expect(leftBy(ran, NO_DECISION)).toMatchObject([{ status: 'failed', why: expect.any(String) }]);
		expect(await runCount()).toBe(before);
	});

	it('gives everything out by No Decision when time is up', async () => {
		const ran = await park(rowsOf(LINES), {}, { waitHours: 1 });
		expect(leftBy(await timeOut(ran), NO_DECISION)).toMatchObject(
			LINES.map((line) => ({ ...line, timedOut: true, why: 'No decision came in time.' })),
		);
	});

	it('finds the same review when n8n tries the execution again while it waits, and asks anew in another one', async () => {
		const before = await runCount();
		const first = await park(rowsOf(LINES), { resumeToken: 'again' });
		await post(first, { d0: 'approve', send: 'save' });
		const second = await park(rowsOf(LINES), { resumeToken: 'again' });

		expect(runIdOf(second)).toBe(runIdOf(first));
		expect(reviewsOf(await read(second))).toHaveLength(1);
		expect(await runCount()).toBe(before + 1);
		// The link of the first one belongs to an execution that waits no longer for it.
		expect((await callGate(first, 'Gate')).status).toBe(404);
		const { resumed } = await post(second, { d1: 'reject', d2: 'approve' });
		expect(leftBy(resumed, APPROVED).map(({ id }) => id)).toEqual([7, 9]);

		const third = await park(rowsOf(LINES), { resumeToken: 'again' });
		expect(third.run.status).toBe('success');
		expect(leftBy(third, APPROVED).map(({ id }) => id)).toEqual([7, 9]);
		expect(leftBy(third, REJECTED).map(({ id }) => id)).toEqual([8]);
		expect(runIdOf(await park(rowsOf(LINES)))).not.toBe(runIdOf(first));
	});

	it('finds the same review, and all rows, when n8n goes on from the step that waits', async () => {
		const rows = rowsOf([{ line: 'Same.' }, {}, { line: 'Other.' }, { line: 'Same.' }]);
		const first = await park(rows, { resumeToken: 'from here' });
		await post(first, { d0: 'approve', send: 'save' });
		const from = structuredClone(first.run.data);
		delete from.waitTill;
		from.resultData.runData.Gate?.pop();
		const second = await park(rows, { resumeToken: 'from here', from });

		expect(reviewsOf(await read(second))).toHaveLength(1);
		const { resumed } = await post(second, { d1: 'reject' });
		expect(leftBy(resumed, APPROVED)).toMatchObject([{ line: 'Same.' }, { line: 'Same.' }]);
		expect(leftBy(resumed, REJECTED)).toMatchObject([{ line: 'Other.' }]);
		expect(leftBy(resumed, NO_DECISION)).toMatchObject([{ failure: { code: 'input_missing' } }]);
	});

	it('decides nothing about a row that was corrected before n8n tried again', async () => {
		const first = await park(rowsOf(LINES.slice(0, 1)), { resumeToken: 'corrected' });
		await post(first, { d0: 'approve' });
		const second = await park(rowsOf([{ ...LINES[0], line: 'Not seen.' }]), { resumeToken: 'corrected' });

		expect(leftBy(second, APPROVED)).toEqual([]);
		expect(leftBy(second, NO_DECISION)).toMatchObject([{ line: 'Not seen.', failure: { code: 'locked' } }]);
	});

	/** What is rejected goes back to the step that made it. */
	const ledBack = (agent: (items: INodeExecutionData[]) => INodeExecutionData[][]): Promise<Ran> =>
		runWorkflow(
			flow(
				[start(), other('Agent'), humanGate('Gate'), noOp('Kept')],
				'Start > Agent > Gate:1 > Kept',
				'Gate:2 > Agent',
			),
			{ types: typesOf({ Agent: agent }) },
		);

	it('asks again about what comes back as it was, and does not go round by itself', async () => {
		let calls = 0;
		const ran = await ledBack((items) => {
			calls += 1;
			if (calls > 5) throw new Error('Round and round.');
			return [items.map((_, item) => ({ json: { line: 'Always this.' }, pairedItem: { item } }))];
		});
		const { resumed: again } = await post(ran, { d0: 'reject' });

		expect(again?.run.status).toBe('waiting');
		expect(calls).toBe(2);
		const { resumed } = await post(again as Ran, { d0: 'approve' });
		expect(resumed?.run.status).toBe('success');
		expect(resumed?.out('Kept')).toMatchObject([{ line: 'Always this.' }]);
	});

	it('asks only about what is new when another step makes work anew behind it', async () => {
		let calls = 0;
		const ran = await ledBack(() => [
			++calls === 1 ? rowsOf([{ line: 'One.' }, { line: 'Two.' }]) : rowsOf([{ line: 'Three.' }]),
		]);
		const { resumed: again } = await post(ran, { d0: 'approve', d1: 'reject' });
		const { body } = await callGate(again as Ran, 'Gate');
		expect(body).toContain('Three.');
		expect(body).not.toContain('One.');
		const { resumed } = await post(again as Ran, { d0: 'approve' });
		expect(resumed?.out('Kept').map(({ line }) => line)).toEqual(expect.arrayContaining(['One.', 'Three.']));
		expect(resumed?.out('Kept')).toHaveLength(2);
	});

	it('asks about all that two steps change and lead back by wires of their own, and not about what stays', async () => {
		const ran = await runWorkflow(
			flow(
				[
					start(),
					other('Sheet'),
					humanGate('Gate'),
					noOp('Kept'),
					editFields('Anew', { line: 'Anew.' }),
					editFields('Changed', { line: 'Changed.' }),
				],
				'Start > Sheet > Gate:1 > Kept',
				'Gate:2 > Anew > Gate',
				'Gate:3 > Changed > Gate',
			),
			{ types: typesOf({ Sheet: () => [rowsOf(LINES)] }) },
		);
		const { resumed: again } = await post(ran, {
			d0: 'reject',
			d1: 'redirect',
			n1: 'Longer.',
			d2: 'approve',
			'e2.line': 'By the reviewer.',
		});
		const { body } = await callGate(again as Ran, 'Gate');
		expect(body).toContain('Anew.');
		expect(body).toContain('Changed.');
		expect(body).not.toContain('By the reviewer.');
		const { resumed } = await post(again as Ran, { d0: 'approve', d1: 'approve' });
		expect(leftBy(resumed, APPROVED)).toHaveLength(2);
		expect(resumed?.out('Kept')).toHaveLength(3);
	});

	it('asks about one after the other in Loop Over Items, and each leaves once', async () => {
		const left = LINES.slice(0, 2);
		const ran = await runWorkflow(
			flow([start(), other('Loop'), humanGate('Gate'), other('Kept')], 'Start > Loop > Gate:1 > Kept > Loop'),
			{
				types: typesOf({
					Loop: () => {
						const next = left.shift();
						return [next === undefined ? [] : rowsOf([next])];
					},
					Kept: (items) => [same(items)],
				}),
			},
		);
		const { resumed: again } = await post(ran, { d0: 'approve' });
		const { body } = await callGate(again as Ran, 'Gate');
		expect(body).toContain('A quiet ending.');
		expect(body).not.toContain('A tense chase.');
		const { resumed } = await post(again as Ran, { d0: 'approve' });
		expect(resumed?.out('Kept').map(({ id }) => id)).toEqual([7, 8]);
	});
});
