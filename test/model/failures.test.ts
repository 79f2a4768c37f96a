import { inspect } from 'node:util';
import { FAILURE_KINDS, PipelineError, type FailureCode } from '../../nodes/shared/errors';
import { answerFailure, openGemini, type GeminiClient } from '../../nodes/shared/model';
import { sayableSentence } from '../../nodes/shared/model/providerError';
import { answer, failureOf } from './fixtures';
import {
	answerBody,
	errorBody,
	QUOTA_FAILURE,
	RETRY_INFO,
	startGeminiServer,
	type GeminiServer,
	type Reply,
} from './geminiServer';

const KEY = 'AQ.secret-key-0123456789abcdef';

let server: GeminiServer;
let gemini: GeminiClient;
beforeEach(async () => {
	server = await startGeminiServer();
	gemini = await openGemini({ apiKey: KEY, baseUrl: server.url, apiVersion: 'v1' });
});
afterEach(() => server.close());

const generate = (more: { signal?: AbortSignal; timeoutMs?: number } = {}) =>
	gemini.generate({ model: 'gemini-3.8-flash', prompt: 'x' }, { timeoutMs: 10_000, ...more });

/** What a reply of the server means: a thrown failure, or an answer that must not be used. */
async function failureAfter(reply: Reply): Promise<PipelineError> {
	server.replies.push(reply);
	const failure = await generate().then(answerFailure, (error: unknown) => error);
	if (failure instanceof PipelineError) return failure;
	throw failure ?? new Error('It did not fail.');
}

describe('answers that came but must not be used', () => {
	const blocked = (blockReason: string): Reply => ({
		json: { promptFeedback: { blockReason }, usageMetadata: { promptTokenCount: 5, totalTokenCount: 5 } },
	});
	const ended = (finishReason: string, text = '{"title":"Looks complete"}'): Reply => ({
		json: answerBody(null, { finishReason, text }),
	});

	test.each<[string, Reply, FailureCode]>([
		...['SAFETY', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'IMAGE_SAFETY', 'OTHER', 'MODEL_ARMOR', 'JAILBREAK'].map(
			(reason): [string, Reply, FailureCode] => [
				`a prompt blocked for ${reason}`,
				blocked(reason),
				'blocked_prompt',
			],
		),
		...(
			[
				['SAFETY', 'blocked_output'],
				['PROHIBITED_CONTENT', 'blocked_output'],
				['BLOCKLIST', 'blocked_output'],
				['SPII', 'blocked_output'],
				['IMAGE_SAFETY', 'blocked_output'],
				['IMAGE_PROHIBITED_CONTENT', 'blocked_output'],
				['RECITATION', 'recitation'],
				['IMAGE_RECITATION', 'recitation'],
				['LANGUAGE', 'unsupported_language'],
				['MAX_TOKENS', 'truncated'],
				['CONTINUATION', 'truncated'],
				['MALFORMED_RESPONSE', 'model_malformed'],
				['MALFORMED_FUNCTION_CALL', 'model_malformed'],
				['UNEXPECTED_TOOL_CALL', 'model_malformed'],
				['TOO_MANY_TOOL_CALLS', 'model_malformed'],
				['NO_IMAGE', 'model_other'],
				['IMAGE_OTHER', 'model_other'],
				['OTHER', 'model_other'],
				['FINISH_REASON_UNSPECIFIED', 'model_other'],
				['A_REASON_OF_NEXT_YEAR', 'model_other'],
				['constructor', 'model_other'],
			] as const
		).map(([reason, code]): [string, Reply, FailureCode] => [
			`an answer ended by ${reason}`,
			ended(reason),
			code,
		]),
		['a complete answer without text', ended('STOP', '  '), 'empty_response'],
		['an empty body', { json: {} }, 'empty_response'],
		['an empty list of candidates', { json: { candidates: [] } }, 'empty_response'],
		[
			'a text without any end',
			{ json: { candidates: [{ content: { parts: [{ text: '{}' }] } }] } },
			'truncated',
		],
	])('%s is not a success', async (_what, reply, code) => {
		const failure = await failureAfter(reply);
		expect(failure.code).toBe(code);
		expect(failure.retryable).toBe(FAILURE_KINDS[code].retryable);
	});

	test('the reason is named in the message', () => {
		expect(answerFailure(answer('', { blockReason: 'JAILBREAK' }))?.message).toContain('JAILBREAK');
		expect(answerFailure(answer('x', { finishReason: 'SPII' }))?.message).toContain('SPII');
	});

	test('a reason that is no plain word does not get into the message', () => {
		const failure = answerFailure(answer('x', { finishReason: '<script>{"a":1}</script>' }));
		expect(failure?.message).toBe('Gemini stopped before the answer was complete.');
	});

	test('a complete answer is one', () => {
		expect(answerFailure(answer('{}'))).toBeUndefined();
	});
});

describe('answers with an error status', () => {
	const failed = (status: number, word: string, details: unknown[] = [], message = 'It failed.'): Reply => ({
		status,
		json: errorBody(status, word, message, details),
	});
	const html = (status: number): Reply => ({ status, text: '<html><body>Oops</body></html>' });

	test.each<[string, Reply, FailureCode]>([
		['400 for an argument', failed(400, 'INVALID_ARGUMENT'), 'bad_request'],
		['400 for a condition', failed(400, 'FAILED_PRECONDITION'), 'bad_request'],
		[
			'400 for a key that is not valid',
			failed(400, 'INVALID_ARGUMENT', [
				{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
			]),
			'auth',
		],
		['401', failed(401, 'UNAUTHENTICATED'), 'auth'],
		['403', failed(403, 'PERMISSION_DENIED'), 'auth'],
		['404', failed(404, 'NOT_FOUND'), 'model_not_found'],
		['407 of a proxy', html(407), 'network'],
		['408', failed(408, 'DEADLINE_EXCEEDED'), 'timeout'],
		['413', failed(413, 'INVALID_ARGUMENT'), 'bad_request'],
		['429 per minute', failed(429, 'RESOURCE_EXHAUSTED'), 'rate_limited'],
		[
			'429 per day',
			failed(429, 'RESOURCE_EXHAUSTED', [
				QUOTA_FAILURE('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '250'),
				RETRY_INFO('7s'),
			]),
			'quota_exhausted',
		],
		[
			'429 for a model without allowance',
			failed(429, 'RESOURCE_EXHAUSTED', [
				QUOTA_FAILURE('GenerateContentInputTokensPerModelPerMinute-FreeTier', '0'),
			]),
			'quota_exhausted',
		],
		['500', failed(500, 'INTERNAL'), 'service_unavailable'],
		['502 with a page of HTML', html(502), 'service_unavailable'],
		['503', failed(503, 'UNAVAILABLE'), 'service_unavailable'],
		['504', failed(504, 'DEADLINE_EXCEEDED'), 'service_unavailable'],
		['304', { status: 304, text: '' }, 'bad_gateway_body'],
		[
			'503 with half a body',
			{ status: 503, text: '{"error":', type: 'application/json' },
			'bad_gateway_body',
		],
	])('%s', async (_what, reply, code) => {
		const failure = await failureAfter(reply);
		expect(failure.code).toBe(code);
		expect(server.requests).toHaveLength(1);
	});

	test('the delay that Gemini asks for is kept, in ms', async () => {
		const failure = await failureAfter(
			failed(429, 'RESOURCE_EXHAUSTED', [
				QUOTA_FAILURE('GenerateRequestsPerMinutePerProjectPerModel-FreeTier', '10'),
				RETRY_INFO('3.5s'),
			]),
		);
		expect(failure).toMatchObject({ code: 'rate_limited', retryAfterMs: 3500 });
	});

	test.each([
		[{ 'retry-after': '4' }, 4000],
		[{ 'retry-after': 'Sun, 22 Nov 2026 12:00:09 GMT', date: 'Sun, 22 Nov 2026 12:00:00 GMT' }, 9000],
		[{ 'retry-after': 'soon' }, undefined],
		[{ 'retry-after': '-1' }, undefined],
	])('the delay of the headers %j counts where the body has none', async (headers, retryAfterMs) => {
		const failure = await failureAfter({
			status: 503,
			json: errorBody(503, 'UNAVAILABLE', 'Busy'),
			headers,
		});
		expect(failure.retryAfterMs).toBe(retryAfterMs);
	});

	test('an error body inside an error body is read', async () => {
		const inner = JSON.stringify(errorBody(429, 'RESOURCE_EXHAUSTED', 'Slow down', [RETRY_INFO('2s')]));
		const failure = await failureAfter({ status: 429, json: { error: { message: inner, code: 429 } } });
		expect(failure).toMatchObject({ code: 'rate_limited', retryAfterMs: 2000 });
	});

	test('a sentence of Google is passed on without address, JSON or second line', async () => {
		const said = 'Schema is too complex, see https://ai.google.dev/x?key=1 now.\n at Object.fn (file.js:1)';
		const failure = await failureAfter(failed(400, 'INVALID_ARGUMENT', [], said));
		expect(failure.message).toBe(
			'Gemini did not accept the request (HTTP 400): Schema is too complex, see now.',
		);
	});

	test.each([
		['the key itself', `Key ${KEY} is blocked`],
		['another key', 'Consumer AIzaSyA1234567890abcdefghijklm is suspended'],
	])('a sentence that holds %s is dropped', (_what, said) => {
		expect(sayableSentence(said, [KEY])).toBe('');
	});

	test('a sentence without end is read in no time', () => {
		expect(sayableSentence('a.'.repeat(500_000), [KEY])).toHaveLength(240);
	});
});

describe('calls without an answer', () => {
	test('a connection that is dropped is a network failure', async () => {
		expect(await failureAfter({ drop: true })).toMatchObject({ code: 'network', retryable: true });
	});

	test('an address where nothing listens is a network failure that names why', async () => {
		await server.close();
		const error = await failureOf(generate());
		expect(error).toMatchObject({ code: 'network', details: { code: 'ECONNREFUSED' } });
	});

	test('a success without JSON is the answer of something in between', async () => {
		const page = { text: '<html>Sign in to the hotel network</html>' };
		expect((await failureAfter(page)).code).toBe('bad_gateway_body');
	});

	test.each([
		'null',
		'"text"',
		'[]',
		'{"candidates":"none"}',
		'{"candidates":[null]}',
		'[{"candidates":[]}]',
	])('a success whose body is %s never counts as an answer', async (text) => {
		const failure = await failureAfter({ text, type: 'application/json' });
		expect(['bad_gateway_body', 'empty_response']).toContain(failure.code);
	});

	test('a call that takes too long is a timeout', async () => {
		server.replies.push({ hang: true });
		const error = await failureOf(generate({ timeoutMs: 50 }));
		expect(error).toMatchObject({ code: 'timeout', retryable: true });
	});

	test('a call that is stopped ends at once as cancelled', async () => {
		server.replies.push({ hang: true });
		const controller = new AbortController();
		const arrived = server.arrived();
		const failing = failureOf(generate({ signal: controller.signal }));
		await arrived;
		controller.abort();
		expect(await failing).toMatchObject({ code: 'cancelled', retryable: false });
	});

	test('a call that was stopped before is never sent', async () => {
		expect(await failureOf(generate({ signal: AbortSignal.abort() }))).toMatchObject({ code: 'cancelled' });
		expect(server.requests).toHaveLength(0);
	});
});

describe('the key', () => {
	test.each<[string, Reply]>([
		['400', { status: 400, json: errorBody(400, 'INVALID_ARGUMENT', `API key ${KEY} not valid`) }],
		['403', { status: 403, json: errorBody(403, 'PERMISSION_DENIED', `Key ${KEY} was reported as leaked`) }],
		['404', { status: 404, json: errorBody(404, 'NOT_FOUND', `${KEY}`) }],
		['429', { status: 429, json: errorBody(429, 'RESOURCE_EXHAUSTED', `${KEY}`) }],
		['500', { status: 500, json: errorBody(500, 'INTERNAL', `${KEY}`) }],
		['a page', { status: 502, text: `<html>x-goog-api-key: ${KEY}</html>` }],
		['a success that is none', { text: `x-goog-api-key: ${KEY}` }],
		['an end', { json: answerBody({}, { finishReason: KEY }) }],
		['a dropped connection', { drop: true }],
	])('is nowhere in the failure after %s that repeats it', async (_what, reply) => {
		const failure = await failureAfter(reply);
		const everything = inspect([failure.toFailure(), failure, failure.stack], {
			depth: 10,
			showHidden: true,
		});
		expect(everything).not.toContain(KEY);
		expect(JSON.stringify([failure.toFailure(), failure])).not.toContain(KEY);
		expect(failure.cause).toBeUndefined();
		expect(failure.message).not.toMatch(/https?:|[{}<>]|\n/);
	});
});
