/** A workflow that waits at a Human Gate in n8n, and what reviewers do with its link. */
import type { Execution, Json, N8n, N8nApi } from './world';
import { until, world } from './world';

export interface Answer {
	status: number;
	headers: Record<string, string>;
	body: string;
	bytes: Buffer;
}

export interface Request {
	form?: Record<string, string>;
	method?: string;
	headers?: Record<string, string>;
}

/** `scripts/prove/gateFlow.mjs` */
export interface GateScripts {
	GATE: string;
	GATE_ID: string;
	BRIEF: string;
	AFTER: string[];
	gateWorkflow(options: { name: string; pieces: readonly Json[]; gate?: Json }): Json;
	tellWorkflow(name: string): Json;
	callAndWait(api: N8nApi, workflow: Json): Promise<Execution>;
	waits(api: N8nApi, id: string): Promise<Execution>;
	linkOf(execution: Execution): string;
	visit(link: string, request?: Request): Promise<Answer>;
	formOf(page: string, choices: Record<string, string>): Record<string, string>;
	choose(actions: readonly string[], more?: Record<string, string>): Record<string, string>;
	kindOf(answer: Answer): string;
	itemsOf(execution: Execution, name: string): Json[];
	timesRun(execution: Execution, name: string): number;
}

const scripts = world.scripts.gate;
export const { AFTER, BRIEF, GATE, GATE_ID, choose, formOf, kindOf, linkOf, timesRun, visit } = scripts;
export const [NO_DECISION, APPROVED, REJECTED, REDIRECTED] = [0, 1, 2, 3];

export interface Parked {
	n8n: N8n;
	workflow: Json;
	executionId: string;
	/** As the reviewer was told. */
	link: string;
	told: Json;
}

/** `count` pieces `p0`, `p1` …, changed as the test says. */
export function piecesOf(count: number, change: (piece: Json, index: number) => Json = (piece) => piece) {
	return Array.from({ length: count }, (_, index) =>
		change({ id: `p${index}`, title: `Still ${index}`, text: `The chase, seen from roof ${index}.` }, index),
	);
}

export interface GateOptions {
	name: string;
	pieces: readonly Json[];
	gate?: Json;
	n8n?: N8n;
	change?: (workflow: Json) => void;
}

/** Imports and publishes the workflow and the one that tells the reviewer. */
export async function publishGate({ name, pieces, gate, n8n = world.n8n, change }: GateOptions) {
	const { api } = n8n;
	const tell = await api.importWorkflow(scripts.tellWorkflow(`${name}-tell`));
	await api.publish(tell as { id: string });
	const workflow = scripts.gateWorkflow({ name, pieces, gate: { ...gate, tellWorkflow: tell.id } });
	change?.(workflow);
	const imported = await api.importWorkflow(workflow);
	await api.publish(imported as { id: string });
	return { n8n, workflow: imported, tellId: String(tell.id) };
}

/** Lets the workflow run until it waits; the link is the one that the telling workflow got. */
export async function park(options: GateOptions): Promise<Parked> {
	const { n8n, workflow, tellId } = await publishGate(options);
	const { id } = await scripts.callAndWait(n8n.api, workflow);
	const told = await toldOf(n8n, tellId, id);
	return { n8n, workflow, executionId: id, link: String(told.link), told };
}

/** What the telling workflow was given for this execution, and that it was started once. */
export async function toldOf({ api }: N8n, tellId: string, executionId: string): Promise<Json> {
	return until('the reviewer is told', async () => {
		const all = await api.listExecutions({ workflowId: tellId, status: ['success'] });
		const told = await Promise.all(all.map(async ({ id }) => outOf(await api.getExecution(id), 'Told')));
		const ours = told.flat().filter(({ json }) => String(json.link).includes(`/${executionId}/`));
		if (ours.length > 1) throw new Error(`The reviewer was told ${ours.length} times.`);
		return ours[0]?.json as Json | undefined;
	});
}

/** Sends the form as it stands on the page, with these choices. */
export async function send(link: string, choices: Record<string, string>): Promise<Answer> {
	return visit(link, { form: formOf((await visit(link)).body, choices) });
}

/** The execution at its end. */
export function ended({ n8n, executionId }: Parked): Promise<Execution> {
	return n8n.api.waitForExecution(executionId);
}

/** What a step gave out by its first output, over all its runs. */
export function outOf(execution: Execution, name: string): Json[] {
	return scripts.itemsOf(execution, name);
}

/** The run's state, its decisions and its reviews. */
export async function stateOf({ n8n, executionId }: Parked) {
	const execution = await n8n.api.getExecution(executionId);
	const runId = String(outOf(execution, 'Begin')[0]?.json.runId);
	const store = await world.openStore(n8n.stateFile);
	try {
		const { fields, version } = await store.read(runId);
		return { runId, version, run: await store.getRun(runId), fields: fields as Json };
	} finally {
		await store.close();
	}
}

/** Whether the answer came from the gate, with all that keeps a page of strangers' words harmless. */
export function isGuarded({ headers }: Answer): boolean {
	return (
		/sandbox/.test(headers['content-security-policy'] ?? '') &&
		!/allow-same-origin/.test(headers['content-security-policy'] ?? '') &&
		headers['referrer-policy'] === 'no-referrer' &&
		headers['x-content-type-options'] === 'nosniff' &&
		headers['x-robots-tag'] === 'noindex, nofollow'
	);
}
