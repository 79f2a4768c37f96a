/** The SDK's second family of errors, which `interactions` throws, means the same as the first. */
import { GoogleGenAI } from '@google/genai';
import type { FailureCode } from '../../nodes/shared/errors';
import { thrownFailure } from '../../nodes/shared/model/failures';
import {
	errorBody,
	QUOTA_FAILURE,
	RETRY_INFO,
	startGeminiServer,
	type GeminiServer,
	type Reply,
} from './geminiServer';

const KEY = 'AQ.secret-key-0123456789abcdef';

let server: GeminiServer;
beforeEach(async () => {
	server = await startGeminiServer();
});
afterEach(() => server.close());

async function thrownAfter(reply: Reply, timeoutMs = 10_000): Promise<unknown> {
	server.replies.push(reply);
	jest.spyOn(console, 'warn').mockImplementation(() => {});
	const gemini = new GoogleGenAI({ apiKey: KEY, vertexai: false, httpOptions: { baseUrl: server.url } });
	const request = { model: 'gemini-omni-1.2-flash', input: 'x' };
	return gemini.interactions.create(request, { maxRetries: 0, timeout: timeoutMs }).then(
		() => new Error('It did not fail.'),
		(error: unknown) => error,
	);
}

const failureAfter = async (reply: Reply, timeoutMs?: number) =>
	thrownFailure(await thrownAfter(reply, timeoutMs), {
		model: 'gemini-omni-1.2-flash',
		timeoutMs: 1000,
		cancelled: false,
		timedOut: false,
		secrets: [KEY],
	});

test.each<[number, string, unknown[], FailureCode]>([
	[400, 'INVALID_ARGUMENT', [], 'bad_request'],
	[401, 'UNAUTHENTICATED', [], 'auth'],
	[403, 'PERMISSION_DENIED', [], 'auth'],
	[404, 'NOT_FOUND', [], 'model_not_found'],
	[429, 'RESOURCE_EXHAUSTED', [], 'rate_limited'],
	[429, 'RESOURCE_EXHAUSTED', [QUOTA_FAILURE('GenerateRequestsPerDayPerProject', '9')], 'quota_exhausted'],
	[500, 'INTERNAL', [], 'service_unavailable'],
	[503, 'UNAVAILABLE', [], 'service_unavailable'],
])('%i %s %j', async (status, word, details, code) => {
	const failure = await failureAfter({
		status,
		json: errorBody(status, word, `It failed for ${KEY}`, details),
	});
	expect(failure).toMatchObject({ code, details: { httpStatus: status } });
	expect(JSON.stringify(failure.toFailure())).not.toContain(KEY);
});

test('the delay that Gemini asks for is kept, from the body before that of the headers', async () => {
	const json = errorBody(429, 'RESOURCE_EXHAUSTED', 'Slow down', [RETRY_INFO('2s')]);
	expect(await failureAfter({ status: 429, json })).toMatchObject({ retryAfterMs: 2000 });
	const headers = { 'retry-after': '7' };
	server.replies.length = 0;
	const bare = errorBody(429, 'RESOURCE_EXHAUSTED', 'Slow down');
	expect(await failureAfter({ status: 429, json: bare, headers })).toMatchObject({ retryAfterMs: 7000 });
});

test('a dropped connection, a timeout and a page', async () => {
	expect(await failureAfter({ drop: true })).toMatchObject({ code: 'network' });
	server.replies.length = 0;
	expect(await failureAfter({ hang: true }, 50)).toMatchObject({ code: 'timeout' });
	server.replies.length = 0;
	expect(await failureAfter({ status: 502, text: '<html>' })).toMatchObject({ code: 'service_unavailable' });
});
