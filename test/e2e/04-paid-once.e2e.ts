/** Nothing that was answered is asked again: n8n's Retry On Fail, Retry execution, a step executed twice. */
import {
	BRIEF,
	BUTTON,
	DONE,
	ROUTER,
	WRITE,
	errorOf,
	importFlow,
	itemsOf,
	nodeOf,
	timesRun,
	type Flow,
} from './support/flow';
import { onNth, textOf, type Gemini } from './support/gemini';
import { until, type Json } from './support/world';

const repeatedIn = (gemini: Gemini): string[] => {
	const texts = gemini.answered().map(textOf);
	return texts.filter((text, index) => texts.indexOf(text) !== index);
};

/**
 * Nothing passes in the first round. In the second, which asks for three concepts one by one, the second call and `further`
 * ones after it fail.
 */
function failInSecondRound({ gemini }: Flow, name: string, further = Infinity): void {
	let asked = 0;
	gemini.behave((_request, kind) => {
		if (kind === 'concepts') asked += 1;
		if (kind === 'concepts' && asked >= 3 && asked <= 3 + further) return { name };
		return kind === 'verdict' && asked === 1 ? { name: 'always-fail-verdict' } : undefined;
	});
}

describe('a call that was answered is never paid for again', () => {
	it("by n8n's Retry On Fail", async () => {
		const flow = await importFlow('retry-on-fail', {
			change: (workflow) => {
				const write = nodeOf(workflow, WRITE);
				Object.assign(write, { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 });
				write.parameters.whenItFails = 'stop';
			},
		});
		failInSecondRound(flow, 'bad-key', 0);

		const execution = await flow.press();

		expect(errorOf(execution)).toBe('');
		expect(repeatedIn(flow.gemini)).toEqual([]);
		// One, then three of which the second is asked once more.
		expect(flow.gemini.requests('concepts')).toHaveLength(5);
		expect(itemsOf(execution, ROUTER, DONE)).toHaveLength(3);
		expect(await flow.run()).toMatchObject({ status: 'finished', fields: { attempts: 2 } });
	});

	it.each([
		['bad-key', false],
		['bad-key', true],
		['invalid-json', false],
	])(
		"by n8n's Retry after a failed run (%s; with the workflow as it is now: %s)",
		async (name, loadWorkflow) => {
			const flow = await importFlow(`failed-${name}-${loadWorkflow}`, {
				change: (workflow) => {
					nodeOf(workflow, WRITE).parameters.whenItFails = 'stop';
				},
			});
			failInSecondRound(flow, name);
			const failed = await flow.press();
			expect(failed.status).toBe('error');
			expect(errorOf(failed)).not.toBe('');
			expect((await flow.run()).status).toBe('open');
			flow.gemini.behave();

			const { id } = await flow.n8n.api.retryExecution(failed.id, loadWorkflow);
			const retried = await flow.n8n.api.waitForExecution(id);

			expect(errorOf(retried)).toBe('');
			expect(repeatedIn(flow.gemini)).toEqual([]);
			expect(flow.gemini.requests('intent')).toHaveLength(1);
			const done = itemsOf(retried, ROUTER, DONE);
			expect(done.map(({ slot, status }) => [slot, status])).toEqual([
				[1, 'passed'],
				[2, 'passed'],
				[3, 'passed'],
			]);
			expect(await flow.run()).toMatchObject({ status: 'finished', fields: { attempts: 2 } });
		},
	);

	it("by n8n's Retry after a person stopped the run in the middle of a call", async () => {
		const flow = await importFlow('stopped');
		flow.gemini.behave(onNth('verdict', 3, { name: 'hang' }));
		const stoppedId = await flow.start();
		await until(
			'the judge is asked for the third time',
			async () => flow.gemini.requests('verdict').length === 3,
		);
		await flow.n8n.api.call('POST', `/executions/${stoppedId}/stop`);
		expect((await flow.n8n.api.waitForExecution(stoppedId)).status).toBe('canceled');
		await until('the stopped call is recorded', async () =>
			(await flow.run()).steps.some(({ failure }) => failure?.code === 'cancelled'),
		);
		flow.gemini.behave();

		const { id } = await flow.n8n.api.retryExecution(stoppedId);
		const retried = await flow.n8n.api.waitForExecution(id);

		expect(errorOf(retried)).toBe('');
		expect(repeatedIn(flow.gemini)).toEqual([]);
		expect(itemsOf(retried, ROUTER, DONE)).toHaveLength(3);
		expect(await flow.run()).toMatchObject({ status: 'finished', fields: { attempts: 2 } });
	});

	it("by 'Execute step', pressed twice on items that carry a run", async () => {
		const flow = await importFlow('execute-step');
		const first = await flow.press();
		const asked = flow.gemini.requests().length;
		const { version, runId } = await flow.run();

		for (const _time of ['once', 'twice']) {
			const again = await executeStep(flow, WRITE, 'Capture the intent', first.data.resultData.runData);
			expect(errorOf(again)).toBe('');
			expect(timesRun(again, WRITE)).toBe(1);
			expect(timesRun(again, ROUTER)).toBe(0);
			const replayed = { runId, round: 0, replayed: true };
			expect(itemsOf(again, WRITE)).toMatchObject([replayed, replayed, replayed]);
		}

		expect(flow.gemini.requests()).toHaveLength(asked);
		expect((await flow.runs()).map((run) => [run.runId, run.version])).toEqual([[runId, version]]);
	});
});

/** What the editor sends for its 'Execute step': the step alone, with what the steps before it gave out. */
async function executeStep(
	{ n8n: { api }, workflow }: Flow,
	node: string,
	previousNode: string,
	runData: Json,
) {
	const before = Object.fromEntries([BUTTON, BRIEF, previousNode].map((name) => [name, runData[name]]));
	const { executionId } = await api.call('POST', `/workflows/${workflow.id}/run`, {
		workflowData: await api.getWorkflow(workflow.id),
		runData: before,
		startNodes: [{ name: node, sourceData: { previousNode } }],
		destinationNode: { nodeName: node, mode: 'inclusive' },
		dirtyNodeNames: [],
	});
	return api.waitForExecution(executionId);
}
