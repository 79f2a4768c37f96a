/** The Shared State Store as the tool of an AI Agent. */
import { type IDataObject, type INode, type INodeProperties } from 'n8n-workflow';
import { SharedStateStore } from '../../nodes/SharedStateStore/SharedStateStore.node';
import {
	agentThatCalls,
	agentThatInvokes,
	flowWithAgent,
	n8nsOwnConversion,
	shownFields,
	toolVariant,
	type ToolCall,
} from '../support/aiTool';
import { runWorkflow, useEngine } from '../support/engine';
import { editFields, stateStore } from '../support/flow';

const TOOL_TYPE = 'n8n-nodes-greenlight.sharedStateStoreTool';
const variant = toolVariant(new SharedStateStore());
const valuesOf = (field: INodeProperties | undefined) =>
	(field?.options ?? []).map((option) => String(Object(option).value));
const named = (fields: INodeProperties[], name: string) => fields.filter((field) => field.name === name);

const tool = (name: string, resource: string, operation: string, parameters: IDataObject = {}): INode => ({
	...stateStore(name, resource, operation, parameters),
	type: TOOL_TYPE,
});
/** What the agent's own item may hold and a tool's answer must not. */
const secrets = {
	reviewUrl: 'https://n8n.test/webhook-waiting/1?signature=s',
	apiKey: 'k',
	failure: { code: 'timeout', layer: 'capability', message: 'Late.', hint: 'Again.', retryable: true },
};
const begin = (more: IDataObject = {}) => stateStore('Begin', 'run', 'start', { brief: 'A chase', ...more });

describe('the variant that n8n makes for agents', () => {
	it('is made as n8n makes it', () => {
		const convert = n8nsOwnConversion();
		if (convert === undefined) return;
		const own = convert({ description: structuredClone(new SharedStateStore().description) }).description;
		const outline = ({ description }: { description: typeof own }) => ({
			...description,
			codex: undefined,
			properties: description.properties.map(({ name, displayOptions }) => ({ name, displayOptions })),
		});
		expect(outline({ description: own })).toEqual(outline(variant));
		expect(own.codex).toMatchObject({ categories: ['AI'], subcategories: { AI: ['Tools'] } });
	});

	it('offers Read, Merge and the lists of work, History and Ledger, and nothing else', () => {
		const offered = valuesOf(named(shownFields(variant), 'resource')[0]).flatMap((resource) =>
			valuesOf(named(shownFields(variant, { resource }), 'operation')[0]).map(
				(operation) => `${resource}/${operation}`,
			),
		);
		expect(offered).toEqual([
			'artefact/getAll',
			'history/getAll',
			'ledger/getAll',
			'state/merge',
			'state/read',
		]);
	});

	it('leaves the node itself as it was', () => {
		const node = new SharedStateStore();
		expect(valuesOf(named(shownFields(node), 'resource')[0])).toHaveLength(8);
		expect(valuesOf(named(shownFields(node, { resource: 'state' }), 'operation')[0])).toHaveLength(3);
		const merge = shownFields(node, { resource: 'state', operation: 'merge' });
		expect(valuesOf(named(merge, 'how')[0])).toHaveLength(3);
		expect(named(merge, 'run')[0]?.noDataExpression).toBeUndefined();
	});

	it('lets nobody but a person choose the run, and the model write the entries', () => {
		const merge = shownFields(variant, { resource: 'state', operation: 'merge' });
		expect(named(merge, 'run')).toMatchObject([{ type: 'resourceLocator', noDataExpression: true }]);
		expect(named(merge, 'value')).toMatchObject([{ default: expect.stringContaining("$fromAI('Entries'") }]);
		expect(valuesOf(named(merge, 'how')[0])).toEqual(['append', 'mergeById']);
		expect(named(merge, 'take')).toEqual([]);
	});
});

describe.each([
	['whose tools the engine runs', agentThatCalls],
	['that calls its tools itself', agentThatInvokes],
])('an agent %s', (_name, agent) => {
	const engine = useEngine();

	/** What the agent gets back, one answer for each call. */
	const ask = async (steps: INode[], tools: INode[], calls: ToolCall[], input: IDataObject[] = [{}]) => {
		const ran = await runWorkflow(flowWithAgent(steps, tools), {
			input,
			types: { 'test.Agent': agent(calls), [TOOL_TYPE]: variant },
		});
		const answers = (ran.out('Agent')[0]?.answers ?? []) as Array<{ items: IDataObject[]; error: string }>;
		return answers.map(({ items, error }) => ({
			error,
			// Agents that call tools themselves get the bare JSON.
			items: items.map((item) => (Object(item).json ?? item) as IDataObject),
			files: items.filter((item) => 'binary' in item),
		}));
	};
	const runOf = async (key: string) => {
		const found = (await (await engine.store()).listRuns({ search: key })).find(
			({ runKey }) => runKey === key,
		);
		if (found === undefined) throw new Error(`There is no run ${key}.`);
		return found;
	};

	it('reads the run of its execution: what is declared in it, and nothing of the item', async () => {
		const [answer] = await ask(
			[
				begin({
					runKey: `read ${_name}`,
					ownFields: { rows: [{ name: 'shots', type: 'any', rule: 'append' }] },
				}),
				stateStore('Add', 'state', 'merge', { field: 'shots', how: 'append', value: '["wet roof"]' }),
				editFields('Secrets', { ...secrets, runId: 'run-of-somebody-else' }),
			],
			[tool('Store', 'state', 'read')],
			[{ tool: 'Store', input: { runId: 'run-of-somebody-else' } }],
		);
		const run = await runOf(`read ${_name}`);
		const declared = (await (await engine.store()).declaredFields(run.runId)).map(({ name }) => name);

		expect(answer).toMatchObject({
			error: '',
			files: [],
			items: [{ runId: run.runId, brief: 'A chase', shots: ['wet roof'] }],
		});
		const names = Object.keys(answer?.items[0] ?? {});
		expect(names.filter((name) => !['runId', 'version', ...declared].includes(name))).toEqual([]);
		expect(JSON.stringify(answer)).not.toMatch(/signature|somebody|apiKey|Late/);
	});

	it("gets nothing of the item either where the tool fails and n8n's On Error says to go on", async () => {
		const [answer] = await ask(
			[begin({ runKey: `fails ${_name}` }), editFields('Secrets', secrets)],
			[{ ...tool('Store', 'run', 'stop'), onError: 'continueRegularOutput' }],
			[{ tool: 'Store' }],
		);
		expect(answer?.items).toMatchObject([{ status: 'failed', failure: { code: 'input_refused' } }]);
		expect(JSON.stringify(answer)).not.toMatch(/signature|apiKey|Late/);
	});

	it('reads versions and ledger', async () => {
		const [history, ledger] = await ask(
			[begin({ runKey: `lists ${_name}` })],
			[tool('History', 'history', 'getAll'), tool('Ledger', 'ledger', 'getAll')],
			[{ tool: 'History' }, { tool: 'Ledger' }],
		);
		expect(history?.items).toMatchObject([{ version: 1, fields: ['brief'] }]);
		expect(ledger?.items).toMatchObject([{ event: 'start' }]);
	});

	it('adds to a content field what the model says, and gets the version, not its own item', async () => {
		const [answer] = await ask(
			[begin({ runKey: `adds ${_name}` })],
			[tool('Store', 'state', 'merge', { field: 'shots' })],
			[{ tool: 'Store', input: { Entries: '{"id": "s1", "title": "Roof"}', toolCallId: 'x' } }],
		);
		const run = await runOf(`adds ${_name}`);

		expect(answer).toEqual({ error: '', files: [], items: [{ runId: run.runId, version: 2 }] });
		expect((await (await engine.store()).read(run.runId)).fields.shots).toEqual([
			{ id: 's1', title: 'Roof' },
		]);
	});

	it('adds twice when asked twice, each in its way', async () => {
		await ask(
			[begin({ runKey: `twice ${_name}` })],
			[tool('Store', 'state', 'merge', { field: 'notes', how: 'append' })],
			[
				{ tool: 'Store', input: { Entries: '"one"' } },
				{ tool: 'Store', input: { Entries: '"two"' } },
			],
		);
		const run = await runOf(`twice ${_name}`);
		expect((await (await engine.store()).read(run.runId)).fields.notes).toEqual(['one', 'two']);
	});

	it.each([
		['verdicts', '{}', /'verdicts' is kept by Greenlight/],
		['artefacts', '{"id": "x", "locked": true}', /'artefacts.locked' is kept/],
		['artefacts', '{"id": "x", "status": "approved"}', /'artefacts.status' is kept/],
	])('cannot write the record %s with %s', async (field, entries, sentence) => {
		const runKey = `record ${field} ${entries} ${_name}`;
		const answers = await ask(
			[begin({ runKey })],
			[tool('Store', 'state', 'merge', { field, how: field === 'verdicts' ? 'append' : 'mergeById' })],
			[{ tool: 'Store', input: { Entries: entries } }],
		);
		const run = await runOf(runKey);

		expect(answers.flatMap(({ items }) => items)).toEqual([]);
		expect(run.version).toBe(1);
		expect(answers.map(({ error }) => error).join()).toMatch(sentence);
	});

	it.each([
		['run', 'delete', {}],
		['run', 'export', { whichRuns: 'all' }],
		['run', 'stop', {}],
		['state', 'write', { field: 'note', value: 'x' }],
		['checkpoint', 'rollBack', { to: '1' }],
		['state', 'merge', { field: 'sum', how: 'increment', value: '1' }],
		['state', '={{ "wri" + "te" }}', { field: 'note', value: 'x' }],
		['state', 'read', { run: '={{ $fromAI("run") }}' }],
		['state', 'read', { run: { __rl: true, mode: 'id', value: '={{ $json.run }}' } }],
		['state', 'read', { keepStateIn: '={{ $fromAI("store") }}' }],
	])('is refused %s: %s with %j, whatever the workflow says', async (resource, operation, parameters) => {
		const runKey = `refused ${resource} ${operation} ${JSON.stringify(parameters)} ${_name}`;
		const answers = await ask(
			[begin({ runKey })],
			[tool('Store', resource, operation, parameters)],
			[{ tool: 'Store', input: { run: 'x', store: 'n8n' } }],
		);
		const run = await runOf(runKey);

		expect(answers.flatMap(({ items }) => items)).toEqual([]);
		expect(answers.map(({ error }) => error).join()).toMatch(/An AI Agent may not use|is an expression/);
		expect(run).toMatchObject({ version: 1 });
		expect(run.status).not.toBe('stopped');
	});
});
