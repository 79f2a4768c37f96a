/**
 * The same calls against a Gemini-compatible server by others (aimock, API version v1beta): text, errors and chaos. Nothing
 * in the product knows of it.
 */
import { LLMock } from '@copilotkit/aimock';
import { askForJson, openGemini, type AskDeps } from '../../nodes/shared/model';
import { failureOf, NOON, titleRequest } from './fixtures';

const GOOD = JSON.stringify({ title: 'Night Ferry' });

let mock: LLMock;
let deps: AskDeps;
let pauses: number[];
beforeEach(async () => {
	mock = new LLMock({ port: 0 });
	await mock.start();
	pauses = [];
	let now = NOON;
	deps = {
		openClient: () => openGemini({ apiKey: 'AQ.any', baseUrl: mock.url, apiVersion: 'v1beta' }),
		clock: () => now,
		sleep: async (ms) => {
			pauses.push(ms);
			now += ms;
		},
	};
});
afterEach(() => mock.stop());

const ask = (more: Partial<AskDeps> = {}) => askForJson(titleRequest(), { ...deps, ...more });

describe('text', () => {
	test('a good answer comes back checked', async () => {
		mock.onMessage(/Name this/, { content: GOOD });
		expect(await ask()).toMatchObject({ value: { title: 'Night Ferry' }, calls: 1 });
		expect(mock.getRequests()).toHaveLength(1);
	});

	test('an answer in the wrong form is repaired', async () => {
		mock.on({ userMessage: /Name this/ }, { content: '{"name":1}' });
		mock.on({ userMessage: /not in the agreed form/ }, { content: GOOD });
		expect(await ask()).toMatchObject({ value: { title: 'Night Ferry' }, calls: 2 });
	});

	test.each([
		['length', 'truncated', 2],
		['SAFETY', 'blocked_output', 1],
		['RECITATION', 'recitation', 3],
	])('an end of %s is %s', async (finishReason, code, requests) => {
		mock.onMessage(/Name this/, { content: GOOD, finishReason });
		expect((await failureOf(ask())).code).toBe(code);
		expect(mock.getRequests()).toHaveLength(requests);
	});
});

describe('errors', () => {
	test.each([
		[400, 'bad_request', 1],
		[401, 'auth', 1],
		[403, 'auth', 1],
		[404, 'model_not_found', 1],
		[429, 'rate_limited', 3],
		[500, 'service_unavailable', 3],
		[503, 'service_unavailable', 3],
	])('%i is %s after %i requests', async (status, code, requests) => {
		mock.onMessage(/Name this/, { error: { message: 'It failed', type: 'error' }, status });
		expect((await failureOf(ask())).code).toBe(code);
		expect(mock.getRequests()).toHaveLength(requests);
	});

	test('a delay in the headers is heeded', async () => {
		mock.onMessage(/Name this/, {
			error: { message: 'Slow down', type: 'error' },
			status: 429,
			retryAfter: 5,
		});
		expect(await failureOf(ask())).toMatchObject({ code: 'rate_limited', retryAfterMs: 5000 });
		expect(pauses).toEqual([5000, 5000]);
	});

	test('one error, then a good answer', async () => {
		mock.onMessage(/Name this/, { content: GOOD });
		mock.nextRequestError(503, { message: 'Overloaded', type: 'error' });
		expect(await ask()).toMatchObject({ value: { title: 'Night Ferry' }, calls: 2 });
	});
});

describe('chaos', () => {
	beforeEach(() => mock.onMessage(/Name this/, { content: GOOD }));

	test.each([
		[{ malformedRate: 1 }, 'bad_gateway_body'],
		[{ dropRate: 1 }, 'service_unavailable'],
		[{ disconnectRate: 1 }, 'network'],
		[{ rateLimitRate: 1 }, 'rate_limited'],
	])('%j is %s', async (chaos, code) => {
		mock.setChaos(chaos);
		expect((await failureOf(ask())).code).toBe(code);
		mock.clearChaos();
		expect(await ask()).toMatchObject({ value: { title: 'Night Ferry' } });
	});

	test('an answer that is too late is a timeout, and a stopped call is cancelled', async () => {
		mock.setChaos({ latencyMs: 20_000 });
		expect((await failureOf(ask({ deadlineMs: 60 }))).code).toBe('timeout');
		const controller = new AbortController();
		const stopped = failureOf(ask({ signal: controller.signal }));
		setImmediate(() => controller.abort());
		expect((await stopped).code).toBe('cancelled');
	});
});
