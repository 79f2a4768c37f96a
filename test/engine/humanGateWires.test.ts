/** A gate among other steps: several wires, several rounds, and whose brief is whose. */
import type { IDataObject } from 'n8n-workflow';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import {
	banned,
	editFields,
	flow,
	gemini,
	humanGate,
	noOp,
	other,
	retryRouter,
	rules,
	same,
	start,
	typesOf,
	validator,
} from '../support/flow';
import { callGate, timeOut } from '../support/gate';
import { APPROVED, BRIEF, NO_DECISION, REDIRECTED, REJECTED, gateTests } from '../support/parked';
import { useGemini } from '../support/storyboard';

describe('the human gate among other steps', () => {
	const engine = useEngine();
	const model = useGemini();
	const { runOf, fieldsOf, decisionsOf, leftBy, post } = gateTests(engine, model);

	it('gives each of twelve pieces, split in mixed order, its own brief', async () => {
		const briefs = Array.from({ length: 12 }, (_, index) => ({ id: `p${index}`, title: `Piece ${index}` }));
		const ran = await runWorkflow(
			flow(
				[
					start(),
					editFields('Set your brief', {}),
					gemini('Write', { ...BRIEF, count: 1 }),
					other('Pieces'),
					humanGate('Gate'),
					other('Own'),
					other('OwnRejected'),
					other('OwnRedirected'),
				],
				'Start > Write > Pieces > Set your brief > Gate:1 > Own',
				'Gate:2 > OwnRejected',
				'Gate:3 > OwnRedirected',
			),
			{
				geminiUrl: model().url,
				types: {
					...typesOf({
						Pieces: (items) => [
							briefs.map((json, index) => ({
								json: { ...json, runId: items[0]?.json.runId },
								pairedItem: { item: 0 },
								index,
							})),
						],
					}),
					...typesOf(
						Object.fromEntries(
							['Own', 'OwnRejected', 'OwnRedirected'].map((name) => [name, (items) => [same(items)]]),
						),
					),
				},
			},
		);
		expect(ran.error).toBeUndefined();
		const actions =
			'approve reject approve redirect approve reject approve approve reject approve redirect approve'.split(
				' ',
			);
		const choices = Object.fromEntries(
			actions.flatMap((action, index) => [
				[`d${index}`, action],
				[`n${index}`, action === 'redirect' ? 'Other.' : ''],
			]),
		);
		const { resumed, body } = await post(ran, choices);

		expect(body).toContain('Thank');
		const own = (output: number) => leftBy(resumed, output).map(({ id }) => id);
		expect(own(APPROVED)).toEqual(['p0', 'p2', 'p4', 'p6', 'p7', 'p9', 'p11']);
		expect(own(REJECTED)).toEqual(['p1', 'p5', 'p8']);
		expect(own(REDIRECTED)).toEqual(['p3', 'p10']);
		for (const [output, name] of [
			[APPROVED, 'Own'],
			[REJECTED, 'OwnRejected'],
			[REDIRECTED, 'OwnRedirected'],
		] as const) {
			const data = required(resumed).engine.workflow;
			expect(briefsOf(required(resumed), data, name)).toEqual(own(output));
		}
	});

	const threeWires = (gate: IDataObject = {}): Promise<Ran> =>
		runWorkflow(
			flow(
				[
					start(),
					gemini('Write', { ...BRIEF, count: 3 }),
					other('Split'),
					noOp('A'),
					humanGate('Gate', gate),
					noOp('Kept'),
				],
				'Start > Write > Split > Gate:1 > Kept',
				'Split:1 > A > Gate',
				'Split:2 > Gate',
			),
			{
				geminiUrl: model().url,
				types: typesOf(
					{ Split: (items) => [1, 2, 3].map((slot) => same(items).filter(({ json }) => json.slot === slot)) },
					3,
				),
			},
		);

	it('asks once about what comes by three wires, and each piece leaves where it was decided to go', async () => {
		const ran = await threeWires();
		expect(ran.run.status).toBe('waiting');
		const { body } = await callGate(ran, 'Gate');
		for (const { title } of ran.out('Write')) expect(body).toContain(String(title));

		const { resumed } = await post(ran, { d0: 'approve', d1: 'reject', d2: 'approve' });
		expect([...leftBy(resumed, APPROVED), ...leftBy(resumed, REJECTED)]).toHaveLength(3);
		expect((await fieldsOf(ran)).reviews).toHaveLength(1);
	});

	it('gives all that came by three wires out by No Decision when time is up, also what was decided', async () => {
		const ran = await threeWires({ waitHours: 1 });
		await post(ran, { d0: 'approve', send: 'save' });
		const late = await timeOut(ran);

		expect(leftBy(late, NO_DECISION)).toHaveLength(3);
		expect(leftBy(late, NO_DECISION).every(({ timedOut }) => timedOut === true)).toBe(true);
		expect(await decisionsOf(ran)).toHaveLength(1);
	});

	it('goes round with what was sent back until a person approves it, and the rest stays approved', async () => {
		const ran = await runWorkflow(
			flow(
				[
					start(),
					gemini('Write', { ...BRIEF, count: 2 }),
					validator('Check', rules(banned('spotless'))),
					retryRouter('Router'),
					humanGate('Gate'),
					noOp('Kept'),
				],
				'Start > Write > Check > Router:1 > Write',
				'Router:2 > Gate:1 > Kept',
				'Gate:2 > Router',
				'Gate:3 > Router',
			),
			{ geminiUrl: model().url },
		);
		expect(ran.run.status).toBe('waiting');
		const round1 = await post(ran, { d0: 'approve', d1: 'reject', n1: 'Too clean.' });
		const again = required(round1.resumed);

		expect(again.error).toBeUndefined();
		expect(again.run.status).toBe('waiting');
		const page = await callGate(again, 'Gate');
		expect(page.body).toContain('Too clean.');
		const round2 = await post(again, { d0: 'approve' });
		expect(round2.resumed?.run.status).toBe('success');
		expect((await fieldsOf(ran)).artefacts).toMatchObject([
			{ slot: 1, locked: true },
			{ slot: 2, status: 'replaced' },
			{ slot: 2, locked: true },
		]);
		expect((await runOf(ran)).status).toBe('finished');
		const old = await callGate(again, 'Gate', {
			query: { nonce: String(Object((await fieldsOf(ran)).reviews)[0].nonce) },
		});
		expect(old.status).toBe(410);
	});
});

function required<T>(value: T | undefined): T {
	if (value === undefined) throw new Error('The execution did not go on.');
	return value;
}

/** What `$('Set your brief').item` says for each item of a step. */
function briefsOf(ran: Ran, workflow: Ran['engine']['workflow'], name: string): unknown[] {
	const count = ran.outputs(name).at(-1)?.[0]?.length ?? 0;
	return Array.from({ length: count }, (_, item) => {
		const pass = required(ran.run.data.resultData.runData[name]?.at(-1));
		const { WorkflowDataProxy } = jest.requireActual<typeof import('n8n-workflow')>('n8n-workflow');
		const items = pass.data?.main?.[0] ?? [];
		const proxy = new WorkflowDataProxy(
			workflow,
			ran.run.data,
			0,
			item,
			name,
			items,
			{},
			'manual',
			{},
			{
				node: required(workflow.getNode(name) ?? undefined),
				data: { main: [items] },
				source: { main: pass.source },
			},
		).getDataProxy();
		return proxy.$('Set your brief').item.json.id;
	});
}
