/** Gemini Concept as the tool of an AI Agent: the model says what to write, and not in which run. */
import type { IDataObject, INode, INodeProperties } from 'n8n-workflow';
import { GeminiConcept } from '../../nodes/GeminiConcept/GeminiConcept.node';
import { StyleValidator } from '../../nodes/StyleValidator/StyleValidator.node';
import { artefactsOf } from '../../nodes/shared/state';
import {
	agentThatCalls,
	agentThatInvokes,
	flowWithAgent,
	shownFields,
	toolVariant,
	type ToolCall,
} from '../support/aiTool';
import { runWorkflow, useEngine } from '../support/engine';
import { editFields, gemini as concept, stateStore } from '../support/flow';
import { startScriptedGemini, type ScriptedGemini } from '../support/scriptedGemini';

const TOOL_TYPE = 'n8n-nodes-greenlight.geminiConceptTool';
const variant = toolVariant(new GeminiConcept());
const named = (fields: INodeProperties[], name: string) => fields.filter((field) => field.name === name);
const valuesOf = (field: INodeProperties | undefined) =>
	(field?.options ?? []).map((option) => String(Object(option).value));

const tool = (name: string, resource: string, operation: string, parameters: IDataObject = {}): INode => ({
	...concept(name, { resource, operation, ...parameters }),
	type: TOOL_TYPE,
	credentials: { greenlightGeminiApi: { id: 'c1', name: 'Gemini' } },
});

describe('the variant that n8n makes for agents', () => {
	it('offers to write concepts and custom work, and nothing that needs work on the item', () => {
		const offered = valuesOf(named(shownFields(variant), 'resource')[0]).flatMap((resource) =>
			valuesOf(named(shownFields(variant, { resource }), 'operation')[0]).map(
				(operation) => `${resource}/${operation}`,
			),
		);
		expect(offered).toEqual(['concept/generate', 'custom/generate']);
	});

	it('lets nobody but a person choose the run', () => {
		const fields = shownFields(variant, { resource: 'concept', operation: 'generate' });
		expect(named(fields, 'run')).toMatchObject([{ type: 'resourceLocator', noDataExpression: true }]);
	});

	it('leaves the node itself as it was', () => {
		const node = new GeminiConcept();
		expect(valuesOf(named(shownFields(node), 'resource')[0])).toEqual(['concept', 'custom', 'intent']);
		expect(valuesOf(named(shownFields(node, { resource: 'concept' }), 'operation')[0])).toEqual([
			'generate',
			'revise',
			'sketch',
		]);
		expect(named(shownFields(node), 'run')[0]?.noDataExpression).toBeUndefined();
	});
});

it('the Style Validator is no tool: it checks the work on its items, and an agent has none', () => {
	expect(new StyleValidator().description.usableAsTool).toBeUndefined();
});

describe.each([
	['whose tools the engine runs', agentThatCalls],
	['that calls its tools itself', agentThatInvokes],
])('an agent %s', (name, agent) => {
	const engine = useEngine();
	let gemini: ScriptedGemini;
	beforeEach(async () => {
		gemini = await startScriptedGemini();
	});
	afterEach(() => gemini.close());

	const ask = async (key: string, tools: INode[], calls: ToolCall[]) => {
		const runKey = `${key} ${name}`;
		const steps = [
			stateStore('Begin', 'run', 'start', { brief: 'A chase', runKey }),
			editFields('Other', { apiKey: 'secret', runId: 'run-of-somebody-else' }),
		];
		const ran = await runWorkflow(flowWithAgent(steps, tools), {
			geminiUrl: gemini.url,
			types: { 'test.Agent': agent(calls), [TOOL_TYPE]: variant },
		});
		const store = await engine.store();
		const run = (await store.listRuns({ search: runKey })).find((each) => each.runKey === runKey);
		if (run === undefined) throw new Error(`There is no run ${runKey}.`);
		return {
			run,
			answers: JSON.stringify(ran.out('Agent')[0]?.answers ?? ''),
			works: artefactsOf(await store.read(run.runId)),
		};
	};
	const generate = { count: 1, brief: "={{ $fromAI('Brief', 'What the concept is for', 'string') }}" };

	it('writes a concept for what the model asks, into the run of the execution', async () => {
		const { works, answers, run } = await ask(
			'writes',
			[tool('Write', 'concept', 'generate', generate)],
			[{ tool: 'Write', input: { Brief: 'A film about rain', runId: 'run-of-somebody-else' } }],
		);
		expect(works).toMatchObject([{ title: 'Concept 0' }]);
		expect(gemini.asked[0]?.prompt).toContain('A film about rain');
		expect(answers).toContain(run.runId);
		expect(answers).not.toMatch(/somebody|apiKey|secret/);
	});

	it.each<[string, string, IDataObject]>([
		['concept', 'sketch', {}],
		['concept', 'revise', { note: 'Darker' }],
		['intent', 'capture', { brief: 'Another brief' }],
		['concept', '={{ "gener" + "ate" }}', generate],
		['concept', 'generate', { ...generate, run: "={{ $fromAI('run') }}" }],
		['concept', 'generate', { ...generate, run: { __rl: true, mode: 'id', value: '={{ $json.run }}' } }],
		['concept', 'generate', { ...generate, keepStateIn: "={{ $fromAI('store') }}" }],
		['concept', 'generate', { ...generate, authentication: "={{ $fromAI('key') }}" }],
		['concept', 'generate', { ...generate, options: { runKey: "={{ $fromAI('run') }}" } }],
		['concept', 'generate', { ...generate, options: { ifBriefChanged: "={{ $fromAI('run') }}" } }],
	])(
		'is refused %s: %s with %j, whatever the workflow says, and nothing is paid',
		async (resource, operation, more) => {
			const { run, works } = await ask(
				`refused ${resource} ${operation} ${JSON.stringify(more)}`,
				[tool('Write', resource, operation, more)],
				[{ tool: 'Write', input: { run: 'x', store: 'n8n', key: 'googlePalmApi', Brief: 'x' } }],
			);
			expect(works).toEqual([]);
			expect(run.version).toBe(1);
			expect(gemini.asked).toEqual([]);
		},
	);
});
