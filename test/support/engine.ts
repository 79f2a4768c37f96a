/**
 * Runs workflows through n8n's own engine (n8n-core's WorkflowExecute), in process. Greenlight's nodes are the real ones;
 * n8n's own nodes are small stand-ins, named `standIn…`, since n8n-nodes-base is far too large for a test.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import type {
	IConnections,
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IRun,
	IRunExecutionData,
	IWorkflowExecuteAdditionalData,
	Workflow,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { HumanGate } from '../../nodes/HumanGate/HumanGate.node';
import { GeminiConcept } from '../../nodes/GeminiConcept/GeminiConcept.node';
import { RetryRouter } from '../../nodes/RetryRouter/RetryRouter.node';
import { SharedStateStore } from '../../nodes/SharedStateStore/SharedStateStore.node';
import { StyleValidator } from '../../nodes/StyleValidator/StyleValidator.node';
import { StatusPage } from '../../nodes/StatusPage/StatusPage.node';
import { closeStores, openStore } from '../../nodes/shared/host';
import type { StateStore } from '../../nodes/shared/state';
import { TestDatabase } from './testDatabase';

export interface WorkflowJson {
	name: string;
	nodes: INode[];
	connections: IConnections;
	settings: IDataObject;
}

export interface EngineOptions {
	geminiUrl?: string;
	executionId?: string;
	mode?: WorkflowExecuteMode;
	startNode?: string;
	/** What the trigger hands on. */
	input?: IDataObject[];
	/** Goes on from an earlier execution's data, as n8n's Retry does. */
	from?: IRunExecutionData;
	/** The same token stands for an execution and its retries. */
	resumeToken?: string;
	/** Where n8n takes what comes to executions that wait. */
	waitingUrl?: string;
	/** Other node types of a test. */
	types?: Record<string, INodeType>;
	/** The execution that called this one as a sub-workflow. */
	parentExecution?: string;
	/** What steps start as a sub-workflow, by its id, with what it is given. */
	called?: (workflowId: unknown, items: INodeExecutionData[]) => void;
	/** Told before the first step runs, so that a test can stop the execution. */
	whileRunning?: (execution: { cancel(): void }) => void;
}

export interface Ran {
	run: IRun;
	/** What a node gave out: all its passes, one output after the other. */
	outputs(node: string): INodeExecutionData[][][];
	/** Everything that left one output of a node. */
	out(node: string, output?: number): IDataObject[];
	error: unknown;
	/** What an answer to a step that waits is given. */
	engine: { workflow: Workflow; additionalData: IWorkflowExecuteAdditionalData; mode: WorkflowExecuteMode };
}

/** A folder of its own for n8n and the state, for the tests of one `describe`. */
export function useEngine(): { store(): Promise<StateStore> } {
	const names = ['N8N_USER_FOLDER', 'N8N_ENCRYPTION_KEY'] as const;
	const before = names.map((name) => process.env[name]);
	const folder = mkdtempSync(join(tmpdir(), 'greenlight-engine-'));
	usePostgresIfThere();
	beforeAll(() => {
		process.env.N8N_USER_FOLDER = folder;
		process.env.N8N_ENCRYPTION_KEY = 'test';
	});
	afterAll(async () => {
		await closeStores();
		rmSync(folder, { recursive: true });
		names.forEach((name, index) => {
			if (before[index] === undefined) delete process.env[name];
			else process.env[name] = before[index];
		});
	});
	return { store: () => openStore() };
}

/** `node scripts/withPostgres.mjs npm test` runs the same flows on a database of their own. */
function usePostgresIfThere(): void {
	const server = process.env.GREENLIGHT_TEST_POSTGRES_URL;
	if (server === undefined) return;
	const database = new TestDatabase(server);
	beforeAll(async () => {
		await database.create();
		process.env.GREENLIGHT_DATABASE_URL = database.url;
	});
	afterAll(async () => {
		await closeStores();
		delete process.env.GREENLIGHT_DATABASE_URL;
		await database.drop();
	});
}

export function loadTemplate(name: string): WorkflowJson {
	return JSON.parse(readFileSync(join(__dirname, '..', '..', 'workflows', name), 'utf8'));
}

let executions = 0;

export async function runWorkflow(json: WorkflowJson, options: EngineOptions = {}): Promise<Ran> {
	const { ExecutionLifecycleHooks, WorkflowExecute } = await import('n8n-core');
	const { NodeHelpers, Workflow: EngineWorkflow, createRunExecutionData } = await import('n8n-workflow');
	const types: Record<string, INodeType> = {
		...greenlightTypes(),
		...standIns(options.input),
		...options.types,
	};
	const nodes: INode[] = structuredClone(json.nodes)
		.filter((node) => node.type !== 'n8n-nodes-base.stickyNote')
		.map((node) => withCredential(node));
	const workflow = new EngineWorkflow({
		id: 'w1',
		name: json.name,
		nodes,
		connections: json.connections,
		active: false,
		settings: { executionOrder: 'v1' },
		nodeTypes: {
			getByName: (name) => required(types[name], name),
			getByNameAndVersion: (name, version) =>
				NodeHelpers.getVersionedNodeType(required(types[name], name), version),
			getKnownTypes: () => ({}),
		},
	});
	const mode = options.mode ?? 'manual';
	const executionId = options.executionId ?? `e${++executions}`;
	const additionalData = {
		executionId,
		hooks: new ExecutionLifecycleHooks(mode, executionId, {
			...json,
			id: 'w1',
			active: false,
			createdAt: new Date(0),
			updatedAt: new Date(0),
			isArchived: false,
			activeVersionId: null,
		} as never),
		currentNodeExecutionIndex: 0,
		variables: {},
		restApiUrl: '',
		instanceBaseUrl: 'http://n8n.test/',
		webhookBaseUrl: 'http://n8n.test/webhook',
		webhookWaitingBaseUrl: options.waitingUrl ?? 'http://n8n.test/webhook-waiting',
		formWaitingBaseUrl: 'http://n8n.test/form-waiting',
		setExecutionStatus: () => undefined,
		executeWorkflow: async (
			{ id }: { id: unknown },
			_data: unknown,
			given: { inputData: INodeExecutionData[] },
		) => {
			options.called?.(id, given.inputData);
			return { executionId: 'called', data: [] };
		},
		credentialsHelper: {
			getDecrypted: async () => ({
				access: 'apiKey',
				// One for each execution: where Gemini asks the calls of a key to wait, only those of this execution do.
				apiKey: `test-key-${executionId}`,
				baseUrl: options.geminiUrl ?? '',
				apiVersion: 'v1',
			}),
			isCredentialUsableByNode: () => true,
			getParentTypes: () => [],
			getCredentialsProperties: () => [],
		},
	} as unknown as IWorkflowExecuteAdditionalData;
	const token = options.resumeToken ?? `token-${executionId}`;
	const startNode = required(workflow.getNode(options.startNode ?? firstTrigger(nodes)), 'start');
	const called = {
		resumeToken: token,
		parentExecution: { executionId: options.parentExecution, workflowId: 'w0' },
		executionData: {
			nodeExecutionStack: [{ node: startNode, data: { main: [[{ json: {} }]] }, source: null }],
		},
	};
	const isCalled = options.parentExecution !== undefined;
	const data = options.from ?? createRunExecutionData((isCalled ? called : { resumeToken: token }) as never);
	const engine = new WorkflowExecute(additionalData, mode, data);
	const isPrepared = options.from !== undefined || isCalled;
	const running = isPrepared ? engine.processRunExecutionData(workflow) : engine.run({ workflow, startNode });
	options.whileRunning?.(running);
	const run = await running;
	return ranOf(run, { workflow, additionalData, mode });
}

/** What came of an execution, or of its going on after a wait. */
export function ranOf(run: IRun, engine: Ran['engine']): Ran {
	const outputs = (node: string): INodeExecutionData[][][] =>
		(run.data.resultData.runData[node] ?? []).map((pass) =>
			(pass.data?.main ?? []).map((items) => items ?? []),
		);
	return {
		run,
		outputs,
		out: (node, output = 0) =>
			outputs(node).flatMap((pass) => (pass[output] ?? []).map(({ json: item }) => item)),
		error: run.data.resultData.error,
		engine,
	};
}

function firstTrigger(nodes: readonly INode[]): string {
	return required(
		nodes.find(({ type }) => type.endsWith('Trigger')),
		'trigger',
	).name;
}

function withCredential(node: INode): INode {
	const needsOne = node.type.endsWith('.geminiConcept') || node.type.endsWith('.styleValidator');
	return needsOne && node.credentials === undefined
		? { ...node, credentials: { greenlightGeminiApi: { id: 'c1', name: 'Gemini' } } }
		: node;
}

/** The real nodes, under the names that they have when installed. */
export function greenlightTypes(): Record<string, INodeType> {
	return {
		'n8n-nodes-greenlight.geminiConcept': new GeminiConcept(),
		'n8n-nodes-greenlight.styleValidator': new StyleValidator(),
		'n8n-nodes-greenlight.retryRouter': new RetryRouter(),
		'n8n-nodes-greenlight.humanGate': new HumanGate(),
		'n8n-nodes-greenlight.sharedStateStore': new SharedStateStore(),
		'n8n-nodes-greenlight.statusPage': new StatusPage(),
	};
}

const MERGE_INPUTS = Array.from({ length: 5 }, () => 'main');

function standIns(input: IDataObject[] = [{}]): Record<string, INodeType> {
	const passOn = standIn('standInNoOp', async function () {
		return [this.getInputData().map((item, index) => ({ ...item, pairedItem: { item: index } }))];
	});
	const trigger = standIn('standInTrigger', async () => [input.map((json) => ({ json }))], []);
	const set = standIn('standInSet', async function () {
		return [
			this.getInputData().map((item, index) => {
				const given = this.getNodeParameter('assignments.assignments', index, []) as Array<{
					name: string;
					value: unknown;
				}>;
				const own = Object.fromEntries(given.map(({ name, value }) => [name, value])) as IDataObject;
				const keep = this.getNodeParameter('includeOtherFields', index, false) === true;
				// As the real one from 3.4 on: files go on.
				const files = item.binary === undefined ? {} : { binary: item.binary };
				return { json: { ...(keep ? item.json : {}), ...own }, ...files, pairedItem: { item: index } };
			}),
		];
	});
	/** n8n's If, for conditions that are one expression, true or false. */
	const branch = standIn(
		'standInIf',
		async function () {
			const items = this.getInputData().map((item, index) => ({ ...item, pairedItem: { item: index } }));
			const holds = items.map((_, index) => {
				const rows = this.getNodeParameter('conditions.conditions', index, []) as IDataObject[];
				return rows.every(({ leftValue }) => leftValue === true);
			});
			return [items.filter((_, index) => holds[index]), items.filter((_, index) => !holds[index])];
		},
		['main'],
		['main', 'main'],
	);
	/** n8n's Merge, set to append, with as many inputs as a template uses. */
	const merge = standIn(
		'standInMerge',
		async function () {
			return [
				MERGE_INPUTS.flatMap((_, input) =>
					(this.getInputData(input) ?? []).map((item, index) => ({
						...item,
						pairedItem: { item: index, input },
					})),
				),
			];
		},
		MERGE_INPUTS,
	);
	return {
		'n8n-nodes-base.if': branch,
		'n8n-nodes-base.merge': merge,
		'n8n-nodes-base.manualTrigger': trigger,
		'n8n-nodes-base.formTrigger': trigger,
		'n8n-nodes-base.executeWorkflowTrigger': trigger,
		'n8n-nodes-base.scheduleTrigger': trigger,
		'n8n-nodes-base.errorTrigger': trigger,
		'n8n-nodes-base.noOp': passOn,
		'n8n-nodes-base.wait': passOn,
		'n8n-nodes-base.emailSend': passOn,
		'n8n-nodes-base.respondToWebhook': passOn,
		'n8n-nodes-base.set': set,
	};
}

/** A node type of a test: its parameters are whatever the workflow says. */
export function standIn(
	name: string,
	execute: (this: IExecuteFunctions) => Promise<INodeExecutionData[][]>,
	inputs: string[] = ['main'],
	outputs: string[] = ['main'],
): INodeType {
	const description = {
		displayName: name,
		name,
		group: ['transform'],
		version: [1, 1.1, 1.2, 1.3, 1.4, 2, 2.1, 2.2, 2.4, 3, 3.2, 3.4],
		description: 'Stand-in of a test',
		defaults: { name },
		inputs,
		outputs,
		properties: [
			{ displayName: 'Assignments', name: 'assignments', type: 'assignmentCollection', default: {} },
			{ displayName: 'Conditions', name: 'conditions', type: 'filter', default: {} },
			{ displayName: 'Include', name: 'includeOtherFields', type: 'boolean', default: false },
		],
	} as unknown as INodeTypeDescription;
	return { description, execute };
}

function required<T>(value: T | undefined | null, name: string): T {
	if (value === undefined || value === null) throw new Error(`The test has no ${name}.`);
	return value;
}
