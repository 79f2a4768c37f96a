/** A copy of template 01 in n8n, with a credential of its own, and what a test asks of it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type {
	RecordedLedgerEntry,
	RecordedStep,
	Run,
	StateDocument,
	Version,
} from '../../../nodes/shared/state';
import { geminiFor, type Gemini } from './gemini';
import { world, until, type Execution, type Json, type N8n } from './world';

export const BRIEF = 'Set your brief';
export const WRITE = 'Write concepts';
export const CHECK = 'Check against the style guide';
export const ROUTER = 'Enough concepts passed?';
export const BUTTON = 'When you press the button';
export const [ESCALATE, RETRY, DONE] = [0, 1, 2];

export interface Flow {
	n8n: N8n;
	workflow: Json;
	gemini: Gemini;
	/** What the editor's button does; waits for the end. */
	press(trigger?: string): Promise<Execution>;
	/** The same, without waiting. */
	start(trigger?: string): Promise<string>;
	/** Sends the published form; the id of the execution that began. */
	send(values: Parameters<N8n['api']['submitForm']>[1]): Promise<string>;
	/** Changes the workflow as a person does in the editor. */
	edit(change: (workflow: Json) => void): Promise<void>;
	/** The runs in the state file that belong to this workflow, newest first. */
	runs(): Promise<RunState[]>;
	/** The only run. */
	run(): Promise<RunState>;
}

export interface RunState extends Run {
	fields: StateDocument['fields'];
	versions: Version[];
	steps: RecordedStep[];
	ledger: RecordedLedgerEntry[];
}

export function readTemplate(name = '01-two-agent-storyboard'): Json {
	return JSON.parse(readFileSync(join(world.repository, 'workflows', `${name}.json`), 'utf8'));
}

/** All templates, without `.json`. */
export function templateNames(): string[] {
	const files = readdirSync(join(world.repository, 'workflows')).filter((name) => name.endsWith('.json'));
	return files.map((name) => name.replace(/\.json$/, '')).sort();
}

/** Imports template 01, changed as the test says. `name` is also the API key, so it must be the test's own. */
export async function importFlow(
	name: string,
	{ n8n = world.n8n, change = () => undefined }: { n8n?: N8n; change?: (workflow: Json) => void } = {},
): Promise<Flow> {
	const template = readTemplate();
	template.name = name;
	for (const node of template.nodes) {
		if (node.webhookId) node.webhookId = `${node.webhookId}-${name}`;
		if (node.parameters.path) node.parameters.path = `${node.parameters.path}-${name}`;
	}
	change(template);
	return importWorkflow(name, template, n8n);
}

export async function importWorkflow(name: string, json: Json, n8n: N8n = world.n8n): Promise<Flow> {
	const { scripts, standIn } = world;
	const { api } = n8n;
	const credential = await api.createCredential({
		name: `Gemini for ${name}`,
		type: scripts.CREDENTIAL_TYPE,
		data: { access: 'apiKey', apiKey: name, baseUrl: standIn.url, apiVersion: 'v1' },
	});
	const asking = ['n8n-nodes-greenlight.geminiConcept', 'n8n-nodes-greenlight.styleValidator'];
	const withGemini = scripts.withCredential(json, new Set(asking), credential);
	const chatting = '@n8n/n8n-nodes-langchain.lmChatGoogleGemini';
	if (!json.nodes.some(({ type }: Json) => type === chatting)) {
		return flowOf(name, await api.importWorkflow(withGemini), n8n);
	}
	const chat = await api.createCredential({
		name: `Gemini of the agent for ${name}`,
		type: scripts.CHAT_CREDENTIAL_TYPE,
		data: { host: standIn.url, apiKey: name },
	});
	const complete = scripts.withCredential(
		withGemini,
		new Set([chatting]),
		chat,
		scripts.CHAT_CREDENTIAL_TYPE,
	);
	return flowOf(name, await api.importWorkflow(complete), n8n);
}

/** The flow of a workflow that is in n8n already, as after a restart. */
export function flowOf(name: string, imported: Json, n8n: N8n): Flow {
	const { api } = n8n;
	const start = (trigger = BUTTON) => api.runManually({ workflowId: flow.workflow.id, triggerName: trigger });
	const runs = () => readRuns(n8n.stateFile, flow.workflow.id);
	const flow: Flow = {
		n8n,
		workflow: imported,
		gemini: geminiFor(name),
		start,
		press: async (trigger) => api.waitForExecution(await start(trigger)),
		async send(values) {
			const before = new Set((await api.listExecutions({ workflowId: imported.id })).map(({ id }) => id));
			const { status, body } = await api.submitForm(flow.workflow, values);
			if (status !== 200) throw new Error(`The form answered ${status}: ${JSON.stringify(body)}`);
			return until('the form starts an execution', async () => {
				const all = await api.listExecutions({ workflowId: imported.id });
				return all.find(({ id }) => !before.has(id))?.id;
			});
		},
		async edit(change) {
			const current = await api.getWorkflow(flow.workflow.id);
			change(current);
			const { nodes, connections, settings, versionId } = current;
			flow.workflow = await api.updateWorkflow(current.id, { nodes, connections, settings, versionId });
		},
		runs,
		async run() {
			const [only, ...others] = await runs();
			if (only === undefined || others.length > 0) {
				throw new Error(`One run was expected, there are ${only === undefined ? 0 : others.length + 1}.`);
			}
			return only;
		},
	};
	return flow;
}

async function readRuns(stateFile: string, workflowId: string): Promise<RunState[]> {
	const store = await world.openStore(stateFile);
	try {
		const runs = (await store.listRuns()).filter((run) => run.workflowId === workflowId);
		return await Promise.all(
			runs.map(async (run) => ({
				...run,
				fields: (await store.read(run.runId)).fields,
				versions: await store.history(run.runId),
				steps: await store.listSteps(run.runId),
				ledger: await store.ledger(run.runId),
			})),
		);
	} finally {
		await store.close();
	}
}

export function nodeOf(workflow: Json, name: string): Json {
	const node = workflow.nodes.find((each: Json) => each.name === name);
	if (node === undefined) throw new Error(`The workflow has no node '${name}'.`);
	return node;
}

/** Puts the text into 'Set your brief', as a person types it. */
export function setBrief(workflow: Json, text: string): void {
	nodeOf(workflow, BRIEF).parameters.assignments.assignments.find(
		(entry: Json) => entry.name === 'brief',
	).value = text;
}

/** Adds a node and wires from outputs of others into it. */
export function addNode(workflow: Json, node: Json, from: Array<[name: string, output: number]> = []): void {
	workflow.nodes.push({ id: node.name, typeVersion: 1, position: [2000, 900], parameters: {}, ...node });
	for (const [name, output] of from) connect(workflow, name, output, node.name);
}

export function connect(workflow: Json, from: string, output: number, to: string, input = 0): void {
	const main = ((workflow.connections[from] ??= { main: [] }).main ??= []);
	while (main.length <= output) main.push([]);
	main[output].push({ node: to, type: 'main', index: input });
}

/** What a node gave out by one output, over all its runs. */
export function itemsOf(execution: Execution, node: string, output = 0): Json[] {
	const tasks: Json[] = execution.data.resultData?.runData?.[node] ?? [];
	return tasks.flatMap((task) => (task.data?.main?.[output] ?? []).map((item: Json) => item.json));
}

/** How often a node ran. */
export function timesRun(execution: Execution, node: string): number {
	return (execution.data.resultData?.runData?.[node] ?? []).length;
}

/** The execution's error as a person sees it; empty when there is none. */
export function errorOf(execution: Execution): string {
	const error = execution.data.resultData?.error;
	return error ? `${error.message ?? ''} ${error.description ?? ''}`.trim() : '';
}
