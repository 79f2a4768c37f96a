/** Template 05 through n8n's real engine: faults that are part of the template, without any model. */
import type { INodeExecutionData } from 'n8n-workflow';
import { loadTemplate, runWorkflow, standIn, useEngine, type WorkflowJson } from '../support/engine';

const ROUTER = 'Decide what happens next';
const [ESCALATE, RETRY, DONE] = [0, 1, 2];

describe('template 05, recover from failure', () => {
	const engine = useEngine();

	/** n8n's HTTP Request, to an address that nobody has. */
	const http = standIn('http', async function () {
		const error = { message: 'getaddrinfo ENOTFOUND', code: 'ENOTFOUND' };
		return [
			this.getInputData().map((_, item): INodeExecutionData => ({ json: { error }, pairedItem: { item } })),
		];
	});
	const run = (change: (json: WorkflowJson) => void = () => undefined) => {
		const template = loadTemplate('05-recover-from-failure.json');
		for (const { name, parameters } of template.nodes) {
			if (name === ROUTER) parameters.options = { initialWait: 0 };
		}
		change(template);
		return runWorkflow(template, { types: { 'n8n-nodes-base.httpRequest': http } });
	};

	it('mends three of four faults by itself, and gives the one that it cannot mend to a person', async () => {
		const ran = await run();

		expect(ran.error).toBeUndefined();
		expect(ran.run.status).toBe('success');
		expect(ran.out(ROUTER, DONE)).toHaveLength(4);
		expect(ran.out(ROUTER, DONE).map(({ title }) => title)).toEqual(
			expect.arrayContaining(['Rain on the roof', 'The leap', 'The map']),
		);
		expect(ran.out(ROUTER, ESCALATE)).toMatchObject([
			{ title: 'The lamp', failure: { code: 'attempts_spent' } },
		]);
		expect(ran.out('Tell the producer')).toMatchObject([
			{ title: 'The lamp', handedTo: 'the producer', why: expect.stringContaining('lens flare') },
		]);
		const runId = String(ran.out('Begin the run')[0]?.runId);
		expect(await (await engine.store()).getRun(runId)).toMatchObject({ status: 'escalated' });
	});

	it('sends back in the first round what broke a rule, whose service was down, and what is missing', async () => {
		const ran = await run();

		const first = ran.out(ROUTER, RETRY).filter(({ round }) => round === 1);
		expect(first.map(({ why }) => why)).toEqual(
			expect.arrayContaining([
				expect.stringContaining('slow motion'),
				expect.stringContaining('lens flare'),
				'An earlier step failed.',
				'Nothing came of this one.',
			]),
		);
		expect(first).toHaveLength(4);
		expect(ran.out(ROUTER, RETRY).filter(({ round }) => round === 2)).toMatchObject([{ title: 'The lamp' }]);
	});

	it('ends with one report that counts what was mended', async () => {
		const ran = await run();

		expect(ran.out('The report as a page')).toMatchObject([
			{ scope: 'run', files: { report: expect.any(String) } },
		]);
	});

	it('needs one attempt less where a fault is mended by hand', async () => {
		const ran = await run((json) => {
			for (const { name, parameters } of json.nodes) {
				if (name !== 'A piece that breaks a rule') continue;
				const { assignments } = parameters.assignments as {
					assignments: Array<{ name: string; value: string }>;
				};
				for (const each of assignments) if (each.name === 'text') each.value = 'She leaps between two roofs.';
			}
		});

		expect(ran.out(ROUTER, RETRY).filter(({ round }) => round === 1)).toHaveLength(3);
		expect(ran.out(ROUTER, DONE)).toHaveLength(4);
	});

	it('passes nothing when the check is switched off', async () => {
		const ran = await run((json) => {
			for (const node of json.nodes) if (node.name === 'Check against the rules') node.disabled = true;
		});

		expect(ran.out(ROUTER, DONE)).toEqual([]);
		expect(ran.out('Hand to a person').length).toBeGreaterThan(0);
	});
});
