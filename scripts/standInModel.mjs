/**
 * The offline stand-in for Gemini: a small server that speaks Gemini's REST protocol and answers each request's schema with
 * scripted texts, and a request for a picture with one that is drawn by code. It is not a model, and says so: its answers carry
 * a header, every model name begins with "stand-in-for-", and its pictures say it in words. The same request gets the same answer.
 *
 *   node scripts/standInModel.mjs --port 4010 [--script orders.json]
 *   curl -d '{"name":"rate-limit","times":2}' http://127.0.0.1:4010/__behaviour     ("normal" takes all orders back)
 *   curl http://127.0.0.1:4010/__requests
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { answerTo, asksForRulings } from './standIn/answer.mjs';
import { BEHAVIOURS, badKeyReply, createOrders, errorReply } from './standIn/behaviours.mjs';
import { PICTURE_TOKENS, asksForPicture, pictureFor } from './standIn/picture.mjs';
import { PlainError, reportError } from './lib/plainError.mjs';
import { isMain, onEndRequest } from './lib/processes.mjs';

/** @typedef {import('./standIn/behaviours.mjs').Behaviour} Behaviour */
/** @typedef {{ method: string, path: string, body: any, at: string, key: string }} RecordedRequest */

/**
 * @typedef {object} StandIn
 * @property {string} url Base URL for a Gemini credential.
 * @property {number} port
 * @property {RecordedRequest[]} requests Every request to the Gemini protocol, oldest first.
 * @property {(behaviour: Behaviour | string | ((request: RecordedRequest) => Behaviour | undefined)) => void} setBehaviour
 *   An order, its name, or a function that gives one for a request; `normal` takes all back.
 * @property {() => Promise<void>} stop
 */

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const MODEL_NAMES = [
	'gemini-4-argon',
	'gemini-3.8-flash',
	'gemini-3.5-flash',
	'gemini-3.1-flash-lite',
	'gemini-nano-banana-2.1',
];
const MODELS = MODEL_NAMES.map((name) => ({
	name: `models/${name}`,
	version: '001',
	displayName: `${name} (stand-in)`,
	inputTokenLimit: 1_048_576,
	outputTokenLimit: 65_536,
	supportedGenerationMethods: ['generateContent', 'countTokens'],
	thinking: true,
}));
const MODEL_CALL = /^\/v1(?:beta1?)?\/(?:[\w-]+\/)*models\/([^/:]+)(?::(\w+))?$/;
const MODEL_LIST = /^\/v1(?:beta1?)?\/models$/;

/**
 * @param {{ port?: number, script?: readonly Behaviour[] }} [options] `port` 0 takes a free one; `script` is given at the start.
 * @returns {Promise<StandIn>}
 */
export async function startStandIn({ port = 0, script = [] } = {}) {
	/** @type {RecordedRequest[]} */
	const requests = [];
	const orders = createOrders();
	/** @type {((request: RecordedRequest) => Behaviour | undefined) | undefined} */
	let decide;
	/** @type {StandIn['setBehaviour']} */
	const setBehaviour = (behaviour) => {
		if (typeof behaviour === 'function') decide = behaviour;
		else if (behaviour === 'normal' || (typeof behaviour === 'object' && behaviour.name === 'normal')) {
			decide = undefined;
			orders.clear();
		} else orders.add(typeof behaviour === 'string' ? { name: behaviour } : behaviour);
	};
	for (const behaviour of script) setBehaviour(behaviour);

	const server = createServer(async (request, response) => {
		try {
			const path = new URL(request.url ?? '/', 'http://stand-in').pathname;
			const raw = await readBody(request);
			if (path.startsWith('/__')) return sendJson(response, ...control(request.method ?? '', path, raw));
			const recorded = record(request, path, raw);
			requests.push(recorded);
			await serve(recorded, response);
		} catch (error) {
			sendJson(response, 400, { error: { code: 400, message: String(error), status: 'INVALID_ARGUMENT' } });
		}
	});

	/** @param {string} method @param {string} path @param {string} raw @returns {[number, unknown]} */
	function control(method, path, raw) {
		if (path === '/__requests') return [200, requests];
		if (path !== '/__behaviour' || method !== 'POST') return [404, { error: 'Not found' }];
		try {
			setBehaviour(JSON.parse(raw));
			return [200, { ok: true }];
		} catch (error) {
			return [400, { error: error instanceof Error ? error.message : String(error) }];
		}
	}

	/** @param {RecordedRequest} request @param {import('node:http').ServerResponse} response */
	async function serve(request, response) {
		if (request.key.startsWith('bad')) return sendReply(response, badKeyReply(request.key));
		if (request.method === 'GET' && MODEL_LIST.test(request.path))
			return sendJson(response, 200, { models: MODELS });
		const [, model, action] = MODEL_CALL.exec(request.path) ?? [];
		if (model && request.method === 'GET' && !action) {
			const found = MODELS.find(({ name }) => name === `models/${model}`);
			return found ? sendJson(response, 200, found) : sendReply(response, unknownModel(model));
		}
		if (model && action === 'countTokens') {
			return sendJson(response, 200, { totalTokens: tokensIn(request.body?.contents ?? '') });
		}
		if (!model || action !== 'generateContent') {
			return sendReply(
				response,
				errorReply(404, 'NOT_FOUND', `${request.path} is not served by the stand-in.`),
			);
		}
		await generate(model, request, response);
	}

	/** @param {string} model @param {RecordedRequest} request @param {import('node:http').ServerResponse} response */
	async function generate(model, request, response) {
		const { generationConfig } = request.body ?? {};
		const isVerdict = asksForRulings(
			generationConfig?.responseJsonSchema ?? generationConfig?.responseSchema,
		);
		const order =
			decide?.(request) ?? orders.take({ path: request.path, body: JSON.stringify(request.body), isVerdict });
		const value = (/** @type {boolean} */ alwaysFail) => {
			const answer = answerTo(request.body, { alwaysFail }).value;
			return typeof answer === 'string' ? answer : JSON.stringify(answer);
		};
		const isPicture = asksForPicture(request.body);
		const normal = () =>
			isPicture
				? drawn(model, request.body, pictureFor(request.body))
				: generated(model, request.body, value(false), 'STOP');
		const reply = order ? BEHAVIOURS[order.name]?.(value(false), order) : undefined;
		if (reply === undefined) return sendJson(response, 200, normal());
		if (reply === 'hang') return;
		if (reply === 'halfPicture') {
			const bytes = pictureFor(request.body);
			return sendJson(response, 200, drawn(model, request.body, bytes.subarray(0, bytes.length / 2)));
		}
		if (reply === 'drop') return void response.socket?.destroy();
		if (reply === 'alwaysFail')
			return sendJson(response, 200, generated(model, request.body, value(true), 'STOP'));
		if ('status' in reply) return sendReply(response, reply);
		if ('text' in reply)
			return sendJson(response, 200, generated(model, request.body, reply.text, reply.finishReason));
		await sleep(reply.delayMs, undefined, { ref: false });
		sendJson(response, 200, normal());
	}

	await new Promise((resolve, reject) => {
		server.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
			reject(
				error.code === 'EADDRINUSE'
					? new PlainError(`Port ${port} is taken: choose another with --port.`)
					: error,
			),
		);
		server.listen(port, '127.0.0.1', () => resolve(undefined));
	});
	const { port: taken } = /** @type {import('node:net').AddressInfo} */ (server.address());
	return {
		url: `http://127.0.0.1:${taken}`,
		port: taken,
		requests,
		setBehaviour,
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

/** @param {import('node:http').IncomingMessage} request @returns {Promise<string>} */
async function readBody(request) {
	const chunks = [];
	let size = 0;
	for await (const chunk of request) {
		size += chunk.length;
		if (size > MAX_BODY_BYTES) throw new Error('The request is too large.');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

/** @param {import('node:http').IncomingMessage} request @param {string} path @param {string} raw @returns {RecordedRequest} */
function record(request, path, raw) {
	const query = new URL(request.url ?? '/', 'http://stand-in').searchParams.get('key');
	return {
		method: request.method ?? '',
		path,
		body: raw === '' ? undefined : JSON.parse(raw),
		at: new Date().toISOString(),
		key: String(request.headers['x-goog-api-key'] ?? query ?? ''),
	};
}

/** @param {string} model @param {any} body @param {string} text @param {string} finishReason */
function generated(model, body, text, finishReason) {
	const promptTokenCount = tokensIn(body?.contents) + tokensIn(body?.systemInstruction);
	const candidatesTokenCount = tokensIn(text);
	const thoughtsTokenCount = Math.ceil(candidatesTokenCount / 4);
	return {
		candidates: [
			{
				content: { role: 'model', ...(text === '' ? {} : { parts: [{ text }] }) },
				finishReason,
				index: 0,
				...(finishReason === 'SAFETY'
					? {
							safetyRatings: [
								{ category: 'HARM_CATEGORY_DANGEROUS_CONTENT', probability: 'HIGH', blocked: true },
							],
						}
					: {}),
			},
		],
		usageMetadata: {
			promptTokenCount,
			candidatesTokenCount,
			thoughtsTokenCount,
			totalTokenCount: promptTokenCount + candidatesTokenCount + thoughtsTokenCount,
			promptTokensDetails: [{ modality: 'TEXT', tokenCount: promptTokenCount }],
		},
		modelVersion: `stand-in-for-${model}`,
		responseId: 'stand-in',
	};
}

/** @param {string} model @param {any} body @param {Buffer} bytes */
function drawn(model, body, bytes) {
	const answer = generated(model, body, '', 'STOP');
	const tokenCount = PICTURE_TOKENS[body?.generationConfig?.imageConfig?.imageSize ?? '1K'] ?? 1120;
	const inlineData = { mimeType: 'image/png', data: bytes.toString('base64') };
	const { promptTokenCount } = answer.usageMetadata;
	return {
		...answer,
		candidates: [{ content: { role: 'model', parts: [{ inlineData }] }, finishReason: 'STOP', index: 0 }],
		usageMetadata: {
			...answer.usageMetadata,
			candidatesTokenCount: tokenCount,
			thoughtsTokenCount: 0,
			totalTokenCount: promptTokenCount + tokenCount,
			candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount }],
		},
	};
}

/** About four letters make a token. @param {unknown} content */
function tokensIn(content) {
	const text = typeof content === 'string' ? content : JSON.stringify(content ?? '');
	return Math.max(1, Math.ceil(text.length / 4));
}

/** @param {string} model */
function unknownModel(model) {
	return errorReply(404, 'NOT_FOUND', `models/${model} is not found for this API version.`);
}

/** @param {import('node:http').ServerResponse} response @param {{ status: number, body: unknown }} reply */
function sendReply(response, { status, body }) {
	sendJson(response, status, body);
}

/** @param {import('node:http').ServerResponse} response @param {number} status @param {unknown} body */
function sendJson(response, status, body) {
	if (response.writableEnded || response.destroyed) return;
	response.writeHead(status, {
		'content-type': 'application/json; charset=UTF-8',
		'x-greenlight-stand-in': '1',
	});
	response.end(JSON.stringify(body));
}

if (isMain(import.meta.url)) {
	try {
		const { values } = parseArgs({
			options: { port: { type: 'string', default: '4010' }, script: { type: 'string' } },
		});
		const script = values.script ? JSON.parse(await readFile(values.script, 'utf8')) : [];
		const standIn = await startStandIn({ port: Number(values.port), script });
		process.stdout.write(`Offline stand-in model (scripted answers, not Gemini) at ${standIn.url}\n`);
		onEndRequest(async (exitCode) => {
			await standIn.stop();
			process.exit(exitCode === 130 ? 0 : exitCode);
		});
	} catch (error) {
		process.exitCode = reportError(error);
	}
}
