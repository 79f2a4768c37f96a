/** What the global set-up hands to the tests, with types: n8n, the stand-in for Gemini, and the scripts that made them. */
import type { StateStore } from '../../../nodes/shared/state';

// n8n's workflows and run data have no types of their own over REST.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = Record<string, any>;

export interface Execution {
	id: string;
	status: string;
	mode: string;
	data: Json;
	retryOf?: string | null;
}

export interface N8nApi {
	baseUrl: string;
	call(method: string, path: string, body?: unknown): Promise<Json>;
	enter(owner: Owner): Promise<void>;
	createCredential(credential: {
		name: string;
		type: string;
		data: Json;
	}): Promise<{ id: string; name: string }>;
	importWorkflow(workflow: Json): Promise<Json>;
	getWorkflow(id: string): Promise<Json>;
	updateWorkflow(id: string, changes: Json): Promise<Json>;
	publish(workflow: { id: string; versionId?: string }): Promise<string>;
	runManually(run: { workflowId: string; triggerName: string }): Promise<string>;
	getExecution(id: string): Promise<Execution>;
	listExecutions(filter?: { workflowId?: string; status?: string[] }): Promise<Execution[]>;
	waitForExecution(
		id: string,
		options?: { timeoutMs?: number; until?: readonly string[] },
	): Promise<Execution>;
	retryExecution(id: string, loadWorkflow?: boolean): Promise<Execution>;
	submitForm(
		workflow: Json,
		values: Record<string, string | number | { fileName: string; type: string; bytes: Uint8Array }>,
	): Promise<{ status: number; body: unknown }>;
	listNodeTypes(): Promise<Json[]>;
}

export interface N8n {
	baseUrl: string;
	api: N8nApi;
	pid: number;
	logFile: string;
	stateFile: string;
	exited: Promise<void>;
	stop(): Promise<void>;
	kill(): void;
}

export interface GeminiRequest {
	method: string;
	path: string;
	body: Json;
	at: string;
	/** The API key that it came with: every test has its own. */
	key: string;
}

export interface Behaviour {
	name: string;
	ms?: number;
}

export interface StandIn {
	url: string;
	requests: GeminiRequest[];
	setBehaviour(behaviour: string | ((request: GeminiRequest) => Behaviour | undefined)): void;
	stop(): Promise<void>;
}

interface Owner {
	email: string;
	password: string;
	firstName: string;
	lastName: string;
}

export interface World {
	scripts: {
		startN8n(options: {
			userFolder: string;
			packageTarball?: string;
			port?: number;
			env?: Record<string, string>;
		}): Promise<N8n>;
		withCredential(
			workflow: Json,
			types: Set<string>,
			credential: { id: string; name: string },
			type?: string,
		): Json;
		CREDENTIAL_TYPE: string;
		CHAT_CREDENTIAL_TYPE: string;
		/** `scripts/n8nInstall.mjs` */
		installN8n(): Promise<{ n8nDir: string; nodeBin: string }>;
		/** `scripts/start/review.mjs` */
		reviewLink(execution: Execution, workflow: Json, baseUrl: string): string | undefined;
		approveAll(link: string, reviewer: string): Promise<void>;
		gate: import('./gate').GateScripts;
		/** `scripts/start/waiting.mjs` */
		waitingRuns(
			api: N8nApi,
			workflows: Iterable<Json>,
			baseUrl: string,
		): Promise<Array<{ title: string; review: string; status: string }>>;
		isAlive(pid: number | undefined): boolean;
		signalGroup(pid: number | undefined, signal: string | 0): boolean;
	};
	repository: string;
	/** A temporary folder for everything that the tests write. */
	folder: string;
	screenshots: string;
	browserPath: string;
	loadLog: string;
	owner: Owner;
	tarball: string;
	standIn: StandIn;
	/** The n8n that most tests share. */
	n8n: N8n;
	openStore(path: string): Promise<StateStore>;
	/** The client of the Model Context Protocol's SDK, as n8n ships it. */
	loadMcp(): Promise<{
		Client: new (info: { name: string; version: string }) => {
			connect(transport: object): Promise<void>;
			listTools(): Promise<{ tools: Array<{ name: string; description?: string }> }>;
			callTool(call: { name: string; arguments: Json }): Promise<Json>;
			close(): Promise<void>;
		};
		StreamableHTTPClientTransport: new (url: URL, options: { requestInit: RequestInit }) => object;
	}>;
	/** Called at the end of everything, last first. */
	cleanUps: Array<() => Promise<unknown>>;
}

export const world: World = (globalThis as unknown as { greenlightWorld: World }).greenlightWorld;

/** Asks again and again until there is an answer; fails with `what` when there is none in time. */
export async function until<T>(
	what: string,
	ask: () => Promise<T | undefined | false>,
	{ timeoutMs = 60_000, everyMs = 100 } = {},
): Promise<T> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const answer = await ask();
		if (answer !== undefined && answer !== false) return answer;
		if (Date.now() > deadline) throw new Error(`It took longer than ${timeoutMs / 1000} s: ${what}.`);
		await new Promise((resolve) => setTimeout(resolve, everyMs));
	}
}
