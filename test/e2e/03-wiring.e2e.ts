/** The pipeline in other shapes than the template's: several wires, sub-workflows, items of another install. */
import {
	BRIEF,
	BUTTON,
	CHECK,
	DONE,
	ESCALATE,
	RETRY,
	ROUTER,
	WRITE,
	addNode,
	connect,
	errorOf,
	importFlow,
	importWorkflow,
	itemsOf,
	nodeOf,
	readTemplate,
	timesRun,
} from './support/flow';
import { onNth } from './support/gemini';
import type { Execution, Json } from './support/world';

describe('several wires into the router', () => {
	it('count as one decision and one attempt per round, and no item is lost or doubled', async () => {
		const flow = await importFlow('three-wires', { change: splitIntoThreeWires });

		const execution = await flow.press();

		expect(errorOf(execution)).toBe('');
		// Three wires in the first round, one concept in the second.
		expect(timesRun(execution, ROUTER)).toBe(4);
		expect(itemsOf(execution, ROUTER, ESCALATE)).toEqual([]);
		expectOneDecisionPerRound(execution, (await flow.run()).fields);
		const done = itemsOf(execution, ROUTER, DONE);
		expect(done.map(({ slot, status }) => [slot, status])).toEqual([
			[1, 'passed'],
			[2, 'passed'],
			[3, 'passed'],
		]);
		expect(await flow.run()).toMatchObject({ status: 'finished', fields: { attempts: 2 } });
	});

	it('include the input Failed: what failed there is in the same decision as what passed', async () => {
		const flow = await importFlow('failed-wire', { change: wireErrorOutput });
		flow.gemini.behave(onNth('concepts', 2, { name: 'safety' }));

		const execution = await flow.press();

		expect(errorOf(execution)).toBe('');
		const { fields, status } = await flow.run();
		expectOneDecisionPerRound(execution, fields);
		expect(status).toBe('escalated');
		const escalated = itemsOf(execution, ROUTER, ESCALATE);
		expect(escalated.map(({ slot }) => slot).sort()).toEqual([1, 2, 3]);
		expect(escalated.find(({ slot }) => slot === 2)).toMatchObject({ failure: { code: 'blocked_output' } });
		expect(itemsOf(execution, ROUTER, DONE)).toEqual([]);
	});
});

describe('work that is dropped before the router', () => {
	it('goes to a person with the rest, and is not made anew, when it had passed', async () => {
		const flow = await importFlow('dropped-third', { change: (workflow) => dropBeforeRouter(workflow, 3) });

		const execution = await flow.press();

		expect(itemsOf(execution, ROUTER, DONE)).toEqual([]);
		expect(itemsOf(execution, ROUTER, ESCALATE)).toMatchObject([
			{ slot: 1, status: 'passed' },
			{ slot: 2, status: 'passed' },
			{ slot: 3, failure: { code: 'lost_on_the_way' } },
		]);
		expect(await flow.run()).toMatchObject({ status: 'escalated' });
	});

	it('does not leave a finished run when nothing reaches the router at all', async () => {
		const flow = await importFlow('dropped-all', { change: (workflow) => dropBeforeRouter(workflow, 1) });

		const execution = await flow.press();

		expect(timesRun(execution, ROUTER)).toBe(0);
		expect((await flow.run()).status).not.toBe('finished');
	});
});

describe('a sub-workflow', () => {
	it.each([
		['items that carry the run', false],
		['items that a step before stripped of everything', true],
	])('finds the run of the workflow that called it, with %s', async (_what, strips) => {
		const name = strips ? 'child-stripped' : 'child';
		const child = await importWorkflow(name, childWorkflow(name));
		await child.n8n.api.publish(child.workflow as { id: string });
		const parent = await importWorkflow(
			`${name}-parent`,
			parentWorkflow(`${name}-parent`, child.workflow.id, strips),
		);

		const execution = await parent.press();

		expect(errorOf(execution)).toBe('');
		const run = await parent.run();
		expect(await child.runs()).toEqual([]);
		expect(run).toMatchObject({
			status: 'finished',
			fields: { attempts: 2, intent: { title: 'Rooftop Chase' } },
		});
		const done = itemsOf(execution, 'Run the pipeline').filter(({ runId }) => runId === run.runId);
		expect(done).toHaveLength(3);
		expect(child.gemini.requests('concepts')).toHaveLength(2);
	});
});

describe('items of another install', () => {
	const foreign = {
		title: 'Chase',
		status: 'new',
		why: '',
		runId: 'other-install',
		round: 0,
		kind: 'intent',
	};

	it('stop with a sentence that says their run is not in this store, and nothing is paid', async () => {
		const flow = await importFlow('pinned', {
			change: (workflow) => {
				workflow.pinData = { 'Capture the intent': [{ json: foreign }] };
			},
		});

		const execution = await flow.press();

		expect(saidIn(execution)).toMatch(/not in this store/i);
		expect(saidIn(execution)).toMatch(/pinned|copied|unpin/i);
		expect(flow.gemini.requests()).toEqual([]);
		expect(itemsOf(execution, 'Concepts that passed')).toEqual([]);
		expect(itemsOf(execution, WRITE)).toMatchObject([{ runId: 'other-install', title: 'Chase' }]);
	});

	it('work again as soon as they are unpinned', async () => {
		const flow = await importFlow('unpinned', {
			change: (workflow) => {
				workflow.pinData = { 'Capture the intent': [{ json: foreign }] };
			},
		});
		await flow.press();
		const { versionId } = await flow.n8n.api.getWorkflow(flow.workflow.id);
		await flow.n8n.api.updateWorkflow(flow.workflow.id, { pinData: {}, versionId });

		const execution = await flow.press();

		expect(errorOf(execution)).toBe('');
		expect(itemsOf(execution, ROUTER, DONE)).toHaveLength(3);
	});
});

/** Slot 1 goes straight to the router, slot 2 by an extra step, slot 3 by another branch. */
function splitIntoThreeWires(workflow: Json): void {
	workflow.connections[CHECK].main[0] = [];
	addNode(workflow, ifSlotIs('First?', 1), [[CHECK, 0]]);
	addNode(workflow, ifSlotIs('Second?', 2), [['First?', 1]]);
	addNode(workflow, { name: 'Detour', type: 'n8n-nodes-base.noOp' }, [['Second?', 0]]);
	connect(workflow, 'First?', 0, ROUTER);
	connect(workflow, 'Detour', 0, ROUTER);
	connect(workflow, 'Second?', 1, ROUTER);
}

/** n8n's own Filter lets only the places below `slot` through. */
function dropBeforeRouter(workflow: Json, slot: number): void {
	workflow.connections[CHECK].main[0] = [];
	const filter = ifSlotIs('Drop', slot);
	filter.type = 'n8n-nodes-base.filter';
	filter.parameters.conditions.conditions[0].operator.operation = 'lt';
	addNode(workflow, filter, [[CHECK, 0]]);
	connect(workflow, 'Drop', 0, ROUTER);
}

/** What passed goes to 'Checked', what failed by a wire of its own to 'Failed'. */
function wireErrorOutput(workflow: Json): void {
	nodeOf(workflow, WRITE).onError = 'continueErrorOutput';
	connect(workflow, WRITE, 1, ROUTER, 1);
	splitIntoThreeWires(workflow);
}

function ifSlotIs(name: string, slot: number): Json {
	const condition = {
		id: name,
		leftValue: '={{ $json.slot }}',
		rightValue: slot,
		operator: { type: 'number', operation: 'equals' },
	};
	const options = { caseSensitive: true, leftValue: '', typeValidation: 'loose', version: 2 };
	return {
		name,
		type: 'n8n-nodes-base.if',
		typeVersion: 2.2,
		parameters: { conditions: { options, conditions: [condition], combinator: 'and' }, options: {} },
	};
}

function expectOneDecisionPerRound(execution: Execution, fields: Json): void {
	const rounds = fields.rounds.map(({ round }: Json) => round);
	expect(rounds).toEqual(rounds.map((_: number, index: number) => index));
	expect(fields.attempts).toBe(rounds.length);
	for (const output of [ESCALATE, RETRY, DONE]) {
		const out = itemsOf(execution, ROUTER, output).map(({ round, slot }) => `${round}/${slot}`);
		expect(out).toEqual([...new Set(out)]);
	}
}

/** Everything that a person can read about what went wrong. */
function saidIn(execution: Execution): string {
	const failures = [WRITE, ROUTER, 'Hand to a person'].flatMap((node) =>
		itemsOf(execution, node).map(({ failure }) => `${failure?.message ?? ''} ${failure?.hint ?? ''}`),
	);
	return [errorOf(execution), ...failures].join('\n');
}

function parentWorkflow(name: string, childId: string, strips: boolean): Json {
	const template = readTemplate();
	const keep = [BUTTON, BRIEF, 'Capture the intent'];
	const workflow: Json = {
		name,
		nodes: template.nodes.filter((node: Json) => keep.includes(node.name)),
		connections: Object.fromEntries(keep.slice(0, 2).map((from) => [from, template.connections[from]])),
		settings: template.settings,
	};
	const assignments = strips ? [{ id: 'n', name: 'note', type: 'string', value: 'go' }] : [];
	addNode(
		workflow,
		{
			name: 'Between',
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: { assignments: { assignments }, includeOtherFields: !strips, options: {} },
		},
		[['Capture the intent', 0]],
	);
	addNode(
		workflow,
		{
			name: 'Run the pipeline',
			type: 'n8n-nodes-base.executeWorkflow',
			typeVersion: 1.2,
			parameters: {
				workflowId: { __rl: true, mode: 'id', value: childId },
				options: { waitForSubWorkflow: true },
			},
		},
		[['Between', 0]],
	);
	return workflow;
}

function childWorkflow(name: string): Json {
	const workflow: Json = { ...readTemplate(), name };
	const gone = [BUTTON, 'When a brief is sent', BRIEF, 'Capture the intent'];
	workflow.nodes = workflow.nodes.filter(
		(node: Json) => !gone.includes(node.name) && !node.type.endsWith('stickyNote'),
	);
	for (const from of gone) delete workflow.connections[from];
	nodeOf(workflow, WRITE).parameters.count = 3;
	addNode(workflow, {
		name: 'When called',
		type: 'n8n-nodes-base.executeWorkflowTrigger',
		typeVersion: 1.1,
		parameters: { inputSource: 'passthrough' },
	});
	connect(workflow, 'When called', 0, WRITE);
	return workflow;
}
