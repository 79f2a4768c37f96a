/** The part of n8n that answers at the addresses of executions that wait, on a port of its own. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Ran } from './engine';
import { callGate } from './gate';

export interface WaitingN8n {
	/** For `runWorkflow`. */
	url: string;
	/** From now on requests to this execution are answered as n8n would. */
	hold(ran: Ran): Ran;
	/** The execution as it is after what was answered. */
	now(ran: Ran): Ran;
	forget(ran: Ran): void;
	/** Answers everything in n8n's place. */
	inPlace: ((response: ServerResponse) => void) | undefined;
	/** How many requests came. */
	requests: number;
}

/** One for each test of a file. */
export function useWaitingN8n(): () => WaitingN8n {
	let current: Stoppable | undefined;
	beforeEach(async () => {
		current = await startWaitingN8n();
	});
	afterEach(() => current?.close());
	return () => {
		if (current === undefined) throw new Error('n8n is not there yet.');
		return current;
	};
}

type Stoppable = WaitingN8n & { close(): Promise<void> };

async function startWaitingN8n(): Promise<Stoppable> {
	const executions = new Map<string, Ran>();
	const server = createServer((request, response) => {
		n8n.requests += 1;
		if (n8n.inPlace !== undefined) n8n.inPlace(response);
		else void answer(executions, request, response);
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	const { port } = server.address() as AddressInfo;
	const n8n: Stoppable = {
		url: `http://127.0.0.1:${port}/webhook-waiting`,
		hold(ran: Ran) {
			executions.set(idOf(ran), ran);
			return ran;
		},
		now: (ran: Ran) => executions.get(idOf(ran)) ?? ran,
		forget: (ran: Ran) => void executions.delete(idOf(ran)),
		inPlace: undefined,
		requests: 0,
		close: () => new Promise<void>((done) => server.close(() => done())),
	};
	return n8n;
}

/** As n8n 2.41 does it, in `WaitingWebhooks.executeWebhook`. */
async function answer(
	executions: Map<string, Ran>,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const url = new URL(request.url ?? '', `http://${request.headers.host}`);
	const [, , executionId = '', nodeId = ''] = url.pathname.split('/').map(decodeURIComponent);
	const ran = executions.get(executionId);
	if (ran === undefined) return refuse(response, 404, `The execution "${executionId}" does not exist.`);
	if (!(await isSigned(url, nodeId, ran))) return page(response, 401, 'Invalid token');
	if (ran.run.data.resultData.error !== undefined)
		return refuse(response, 409, 'It has finished with error.');
	const waiting = ran.run.data.executionData?.nodeExecutionStack[0]?.node;
	if (ran.run.status !== 'waiting' || waiting?.id !== nodeId)
		return page(response, 200, 'No action required');
	const form = Object.fromEntries(new URLSearchParams(await bodyOf(request)));
	const query = Object.fromEntries(url.searchParams);
	const answered = await callGate(await asResumed(ran), waiting?.name ?? '', {
		method: request.method === 'POST' ? 'POST' : 'GET',
		query,
		form,
	});
	if (answered.resumed !== undefined) executions.set(executionId, answered.resumed);
	response.writeHead(answered.status, answered.headers).end(answered.body);
}

/** n8n makes everything anew for an execution that goes on, but its data. */
async function asResumed(ran: Ran): Promise<Ran> {
	const { ExecutionLifecycleHooks } = await import('n8n-core');
	const { additionalData, mode } = ran.engine;
	const { workflowData } = Object(additionalData.hooks);
	const hooks = new ExecutionLifecycleHooks(mode, idOf(ran), workflowData);
	return { ...ran, engine: { ...ran.engine, additionalData: { ...additionalData, hooks } } };
}

/** Whether n8n itself would sign this step's address so. */
async function isSigned(url: URL, nodeId: string, { engine, run }: Ran): Promise<boolean> {
	const { WebhookContext } = await import('n8n-core');
	const { workflow, additionalData, mode } = engine;
	const node = Object.values(workflow.nodes).find(({ id }) => id === nodeId);
	const { signature, ...query } = Object.fromEntries(url.searchParams);
	if (node === undefined || signature === undefined) return false;
	const context = new WebhookContext(workflow, node, additionalData, mode, {} as never, [], run.data);
	return new URL(context.getSignedResumeUrl(query)).searchParams.get('signature') === signature;
}

function refuse(response: ServerResponse, code: number, message: string): void {
	response.writeHead(code, { 'content-type': 'application/json; charset=utf-8' });
	response.end(JSON.stringify({ code, message }));
}

function page(response: ServerResponse, status: number, text: string): void {
	const headers = { 'content-type': 'text/html', 'content-security-policy': 'sandbox allow-forms' };
	response.writeHead(status, headers).end(`<h1>${text}</h1>`);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(Buffer.from(chunk));
	return Buffer.concat(chunks).toString();
}

function idOf(ran: Ran): string {
	return String(ran.engine.additionalData.executionId);
}
