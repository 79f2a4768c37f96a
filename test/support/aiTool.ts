/** A node as the tool of an AI Agent: n8n makes the variant, and an agent of a test calls it through n8n's engine. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type {
	EngineRequest,
	EngineResponse,
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeProperties,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import { standIn, type WorkflowJson } from './engine';
import { flow, start } from './flow';

/**
 * What n8n's `convertNodeToAiTool` makes of a node. It is in the package `n8n`, which is too large for these tests; where
 * it is installed, `stateStoreTool.test` holds the two against each other.
 */
export function toolVariant(node: INodeType): INodeType {
	const { usableAsTool, ...description } = structuredClone(node.description);
	if (usableAsTool !== true) throw new Error(`${description.name} is not for agents.`);
	return Object.create(node, {
		description: {
			value: {
				...description,
				name: `${description.name}Tool`,
				displayName: `${description.displayName} Tool`,
				inputs: [],
				outputs: ['ai_tool'],
				properties: [...toolFields(description), ...description.properties],
			},
		},
	});
}

function toolFields(description: INodeTypeDescription): INodeProperties[] {
	return [
		{
			displayName: 'Tool Description',
			name: 'descriptionType',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'Set Automatically', value: 'auto' },
				{ name: 'Set Manually', value: 'manual' },
			],
			default: 'auto',
		},
		{
			displayName: 'Description',
			name: 'toolDescription',
			type: 'string',
			default: description.description,
			required: true,
			displayOptions: { show: { descriptionType: ['manual'] } },
		},
	];
}

/** n8n's own function, where `npm start` or the end-to-end suite has installed n8n. */
export function n8nsOwnConversion():
	((item: { description: INodeTypeDescription }) => { description: INodeTypeDescription }) | undefined {
	const folder = join(homedir(), '.cache/greenlight/n8n-2.41.1-node24-linux-x64/node_modules/n8n/');
	const file = join(folder, 'dist/tool-generation/ai-tools.js');
	return existsSync(file) ? createRequire(folder)(file).convertNodeToAiTool : undefined;
}

/** What a person can choose and fill in, with the parameters as they are. */
export function shownFields(
	{ description }: INodeType,
	parameters: INode['parameters'] = {},
): INodeProperties[] {
	const node = { ...start(), type: description.name, parameters };
	const all = NodeHelpers.getNodeParameters(
		description.properties,
		parameters,
		true,
		false,
		node,
		description,
	);
	return description.properties
		.filter((property) => NodeHelpers.displayParameter(all ?? {}, property, node, description))
		.map((property) => ({
			...property,
			...(property.options === undefined
				? {}
				: {
						options: property.options.filter((option) =>
							NodeHelpers.displayParameter(all ?? {}, option as INodeProperties, node, description),
						) as NonNullable<INodeProperties['options']>,
					}),
		}));
}

export interface ToolCall {
	tool: string;
	/** What the model gives. */
	input?: IDataObject;
}

/** An agent that calls tools as n8n's newer agents do: the engine runs the tools and then the agent once more. */
export function agentThatCalls(calls: readonly ToolCall[]): INodeType {
	const { description } = standIn('agent', async () => [[]]);
	return {
		description: { ...description, inputs: ['main', 'ai_tool'] },
		async execute(
			this: IExecuteFunctions,
			response?: EngineResponse,
		): Promise<INodeExecutionData[][] | EngineRequest> {
			if (response !== undefined && response.actionResponses.length > 0) {
				const answers = response.actionResponses.map(({ data }) => {
					const items = data.data?.ai_tool?.[0] ?? [];
					const failed = items.find(({ json }) => typeof json.error === 'string');
					return failed === undefined ? { items, error: '' } : { items: [], error: failed.json.error };
				});
				return [[{ json: JSON.parse(JSON.stringify({ answers })), pairedItem: { item: 0 } }]];
			}
			return {
				actions: calls.map(({ tool, input = {} }, index) => ({
					actionType: 'ExecutionNodeAction',
					nodeName: tool,
					input,
					type: 'ai_tool',
					id: `call-${index + 1}`,
					metadata: {},
				})),
				metadata: {},
			};
		},
	} as INodeType;
}

/** An agent that calls its tools itself, as n8n's older agents do. */
export function agentThatInvokes(calls: readonly ToolCall[]): INodeType {
	const { description } = standIn('agent', async () => [[]]);
	return {
		description: { ...description, inputs: ['main', 'ai_tool'] },
		async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
			const tools = (await this.getInputConnectionData('ai_tool', 0)) as Array<{
				metadata: { sourceNodeName: string };
				invoke(input: IDataObject): Promise<string>;
			}>;
			const answers: IDataObject[] = [];
			for (const { tool, input = {} } of calls) {
				const called = tools.find(({ metadata }) => metadata.sourceNodeName === tool);
				try {
					answers.push({ items: JSON.parse((await called?.invoke(input)) ?? '[]'), error: '' });
				} catch (error) {
					answers.push({ items: [], error: error instanceof Error ? error.message : String(error) });
				}
			}
			return [[{ json: { answers }, pairedItem: { item: 0 } }]];
		},
	};
}

/** `Start > steps > Agent`, with tools on the agent. */
export function flowWithAgent(steps: INode[], tools: INode[]): WorkflowJson {
	const agent: INode = { ...start(), id: 'Agent', name: 'Agent', type: 'test.Agent' };
	const json = flow(
		[start(), ...steps, agent, ...tools],
		['Start', ...steps.map(({ name }) => name), 'Agent'].join(' > '),
	);
	for (const { name } of tools) {
		json.connections[name] = { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] };
	}
	return json;
}
