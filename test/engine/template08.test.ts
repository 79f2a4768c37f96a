/** Template 08 through n8n's real engine: what one brief of a list becomes. The list itself is tried in real n8n. */
import { loadTemplate, runWorkflow, standIn, useEngine, type Ran } from '../support/engine';
import { callGate, fillForm } from '../support/gate';
import { startScriptedGemini, type ScriptedGemini } from '../support/scriptedGemini';

/** They are tried in real n8n; here they have to be there, and are not reached. */
const types = Object.fromEntries(
	['splitOut', 'limit', 'splitInBatches', 'executeWorkflow'].map((name) => [
		`n8n-nodes-base.${name}`,
		standIn(name, async () => [], ['main'], ['main', 'main']),
	]),
);
const GATE = 'Ask the creative director';

describe('template 08, many briefs', () => {
	const engine = useEngine();
	let gemini: ScriptedGemini;
	const template = () => loadTemplate('08-many-briefs.json');

	beforeEach(async () => {
		gemini = await startScriptedGemini();
	});
	afterEach(() => gemini.close());

	/** As 'Start its run' calls it. */
	const callWith = (brief: string, list = 'Spring'): Promise<Ran> =>
		runWorkflow(template(), {
			types,
			geminiUrl: gemini.url,
			startNode: 'When one brief comes',
			input: [{ list, brief }],
		});
	const runOf = async (ran: Ran) =>
		(await engine.store()).getRun(String(ran.out('Write concepts')[0]?.runId));

	it.each([
		['the form', { 'Name of the list': 'Spring', 'Your briefs': 'A chase\n\n A lighthouse \r\nA market' }],
		['the step', {}],
	])('makes one brief of each line or part of what came by %s', async (from, input) => {
		const json = template();
		delete json.connections['Make a list of them'];
		const ran = await runWorkflow(json, { types, input: [input], startNode: 'When a list is sent' });

		const briefs =
			from === 'the form'
				? ['A chase', 'A lighthouse', 'A market']
				: [
						'A tense rooftop chase at night, noir tone',
						'A lighthouse keeper who has not spoken for a year',
						'A market at dawn, before the first customer',
					];
		expect(ran.error).toBeUndefined();
		expect(ran.out('Make a list of them')).toEqual([
			{ list: from === 'the form' ? 'Spring' : 'Sample list', brief: briefs },
		]);
	});

	it('calls itself, whatever id it was given at the import, and waits for none of the runs', () => {
		const start = template().nodes.find(({ name }) => name === 'Start its run');
		expect(start?.parameters).toMatchObject({
			workflowId: { mode: 'id', value: '={{ $workflow.id }}' },
			options: { waitForSubWorkflow: false },
		});
	});

	it('gives each brief a run of its own, with a cap, that waits at its own page', async () => {
		const [chase, market] = [await callWith('A chase'), await callWith('A market')];

		expect([chase.run.status, market.run.status]).toEqual(['waiting', 'waiting']);
		const [one, two] = [await runOf(chase), await runOf(market)];
		expect(one.runId).not.toBe(two.runId);
		expect(one).toMatchObject({ runKey: 'Spring: A chase', spendCapUsd: 0.5, status: 'waiting' });

		const form = await fillForm(chase, GATE, { d0: 'approve', d1: 'approve' });
		const { resumed } = await callGate(chase, GATE, { form });
		expect(resumed?.out('Approved concepts')).toMatchObject([{ count: 2 }]);
		expect(await runOf(chase)).toMatchObject({ status: 'finished' });
		expect(await runOf(market)).toMatchObject({ status: 'waiting' });
	});

	it('goes on with the same run, and pays nothing, when the list is started again', async () => {
		const first = await callWith('A lighthouse', 'Autumn');
		const asked = gemini.asked.length;
		const again = await callWith('A lighthouse', 'Autumn');

		expect((await runOf(again)).runId).toBe((await runOf(first)).runId);
		expect(gemini.asked).toHaveLength(asked);
		expect((await runOf(await callWith('A lighthouse', 'Winter'))).runId).not.toBe(
			(await runOf(first)).runId,
		);
	});

	it('gives a brief that fails to a person, in its own run', async () => {
		gemini.script.holds = () => false;
		const ran = await callWith('A lamp');

		expect(ran.out('Tell the reviewer')).toHaveLength(2);
		expect(await runOf(ran)).toMatchObject({ status: 'escalated' });
	});
});
