/** A Gemini of our own on 127.0.0.1: answers each request with the next scripted reply and keeps what it was sent. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SentRequest {
	method: string;
	url: string;
	headers: IncomingHttpHeaders;
	// The wire format is what these tests are about; they read it freely.
	// eslint-disable-next-line @typescript-eslint/no-explicit-any
	body: any;
}

export type Reply =
	| { status?: number; json: unknown; headers?: Record<string, string> }
	| { status?: number; text: string; type?: string; headers?: Record<string, string> }
	| { hang: true }
	| { drop: true };

export interface GeminiServer {
	url: string;
	requests: SentRequest[];
	/** Replies in order; the last one is repeated. */
	replies: Reply[];
	/** Ends when the next request has arrived. */
	arrived(): Promise<void>;
	close(): Promise<void>;
}

export async function startGeminiServer(): Promise<GeminiServer> {
	const requests: SentRequest[] = [];
	const replies: Reply[] = [];
	let waiting: Array<() => void> = [];
	const server = createServer((request, response) => {
		void readBody(request).then((body) => {
			const { method = '', url = '', headers } = request;
			requests.push({ method, url, headers, body });
			waiting.forEach((resume) => resume());
			waiting = [];
			send(response, replies.length > 1 ? replies.shift() : replies[0]);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		requests,
		replies,
		arrived: () => new Promise((resolve) => waiting.push(resolve)),
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

function send(response: ServerResponse, reply: Reply | undefined): void {
	if (!reply) throw new Error('The test gave no reply.');
	if ('hang' in reply) return;
	if ('drop' in reply) {
		response.destroy();
		return;
	}
	const [type, text] =
		'json' in reply
			? ['application/json; charset=UTF-8', JSON.stringify(reply.json)]
			: [reply.type ?? 'text/html', reply.text];
	response.writeHead(reply.status ?? 200, { 'content-type': type, ...reply.headers });
	response.end(text);
}

async function readBody(request: IncomingMessage): Promise<unknown> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	const text = Buffer.concat(chunks).toString('utf8');
	return text === '' ? undefined : JSON.parse(text);
}

/** A complete answer as Gemini sends it. */
export function answerBody(value: unknown, more: { finishReason?: string; text?: string } = {}) {
	return {
		candidates: [
			{
				content: { parts: [{ text: more.text ?? JSON.stringify(value) }], role: 'model' },
				finishReason: more.finishReason ?? 'STOP',
				index: 0,
			},
		],
		usageMetadata: {
			promptTokenCount: 1000,
			candidatesTokenCount: 100,
			thoughtsTokenCount: 50,
			cachedContentTokenCount: 400,
			totalTokenCount: 1150,
		},
		modelVersion: 'gemini-3.8-flash',
		responseId: 'r1',
	};
}

/** An error body as Google sends it. */
export function errorBody(code: number, status: string, message: string, details: unknown[] = []) {
	return { error: { code, message, status, details } };
}

export const RETRY_INFO = (retryDelay: string) => ({
	'@type': 'type.googleapis.com/google.rpc.RetryInfo',
	retryDelay,
});

export const QUOTA_FAILURE = (quotaId: string, quotaValue?: string) => ({
	'@type': 'type.googleapis.com/google.rpc.QuotaFailure',
	violations: [{ quotaMetric: 'requests', quotaId, ...(quotaValue === undefined ? {} : { quotaValue }) }],
});
