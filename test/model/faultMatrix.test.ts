/**
 * Every way a call can fail, provoked over real HTTP through the whole way of a paid question: the failure that comes of it,
 * how it is tried again, how many requests reached the server, what is on record. The server repeats the key in all it says.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { FAILURE_KINDS, type FailureCode } from '../../nodes/shared/errors';
import { askOnce, openGemini, type AskDeps, type PaidStep } from '../../nodes/shared/model';
import { openStateStore, type StateStore } from '../../nodes/shared/state';
import { failureOf, NOON, titleRequest } from './fixtures';
import {
	answerBody,
	errorBody,
	QUOTA_FAILURE,
	RETRY_INFO,
	startGeminiServer,
	type GeminiServer,
	type Reply,
} from './geminiServer';

const KEY = 'AQ.planted-key-0123456789abcdef';
const GOOD: Reply = { json: answerBody({ title: 'Night Ferry' }) };

interface Row {
	what: string;
	reply: Reply;
	code: FailureCode;
	/** How many requests reach the server when it always fails like this. */
	requests: number;
	/** The pauses in between, ms. */
	pauses?: number[];
	/** Where it is told how long the next try has to wait. */
	retryAfterMs?: number;
	/** Where it is not as the code has it. */
	retryable?: boolean;
	/** Where the sentence matters. */
	message?: string;
}

const WAITS = { requests: 3, pauses: [1000, 2000] };
const blocked = (blockReason: string): Reply => ({
	json: { promptFeedback: { blockReason, blockReasonMessage: KEY } },
});
const rated = (category: string, probability: string, isCause?: boolean) => ({
	category,
	probability,
	...(isCause === undefined ? {} : { blocked: isCause }),
});
const ended = (finishReason: string, text = '{"title":"Looks complete"}'): Reply => ({
	json: answerBody(null, { finishReason, text }),
});
const failed = (status: number, word: string, details: unknown[] = []): Reply => ({
	status,
	json: errorBody(status, word, `Something about ${KEY}, see https://x.example/?key=${KEY}`, details),
	headers: { 'x-goog-api-key': KEY },
});
const many = (names: string[], row: (name: string) => Row): Row[] => names.map(row);

const ROWS: Row[] = [
	...many(
		['SAFETY', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'IMAGE_SAFETY', 'OTHER', 'MODEL_ARMOR', 'JAILBREAK'],
		(reason) => ({
			what: `a prompt blocked for ${reason}`,
			reply: blocked(reason),
			code: 'blocked_prompt',
			requests: 1,
		}),
	),
	...many(
		['SAFETY', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'SPII', 'IMAGE_SAFETY', 'IMAGE_PROHIBITED_CONTENT'],
		(reason) => ({
			what: `an answer blocked for ${reason}`,
			reply: ended(reason),
			code: 'blocked_output',
			requests: 1,
		}),
	),
	{
		what: 'a prompt blocked with what was found in it',
		reply: {
			json: {
				promptFeedback: {
					blockReason: 'SAFETY',
					safetyRatings: [
						rated('HARM_CATEGORY_HARASSMENT', 'MEDIUM'),
						rated('HARM_CATEGORY_SEXUALLY_EXPLICIT', 'HIGH', true),
						rated('HARM_CATEGORY_IMAGE_HATE', 'HIGH', true),
						rated(KEY, 'HIGH', true),
						null,
					],
				},
			},
		},
		code: 'blocked_prompt',
		requests: 1,
		message:
			'Gemini blocked the request because of sexually explicit content and hate speech (reason: SAFETY).',
	},
	{
		what: 'an answer blocked with what is likely in it',
		reply: {
			json: {
				candidates: [
					{
						finishReason: 'SAFETY',
						safetyRatings: [
							rated('HARM_CATEGORY_DANGEROUS_CONTENT', 'HIGH'),
							rated('HARM_CATEGORY_GAMBLING', 'MEDIUM'),
							rated('HARM_CATEGORY_HATE_SPEECH', 'NEGLIGIBLE'),
						],
					},
				],
			},
		},
		code: 'blocked_output',
		requests: 1,
		message: 'Gemini blocked its own answer because of dangerous content and gambling (reason: SAFETY).',
	},
	{
		what: 'a block with ratings that are no list',
		reply: { json: { promptFeedback: { blockReason: 'SAFETY', safetyRatings: 7 } } },
		code: 'blocked_prompt',
		requests: 1,
		message: 'Gemini blocked the request (reason: SAFETY).',
	},
	...many(['RECITATION', 'IMAGE_RECITATION'], (reason) => ({
		what: reason,
		reply: ended(reason),
		code: 'recitation',
		requests: 3,
	})),
	{ what: 'LANGUAGE', reply: ended('LANGUAGE'), code: 'unsupported_language', requests: 1 },
	{ what: 'MAX_TOKENS', reply: ended('MAX_TOKENS'), code: 'truncated', requests: 2 },
	{ what: 'MAX_TOKENS, all thoughts', reply: ended('MAX_TOKENS', ''), code: 'truncated', requests: 2 },
	{ what: 'CONTINUATION', reply: ended('CONTINUATION'), code: 'truncated', requests: 2 },
	...many(
		['MALFORMED_RESPONSE', 'MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS'],
		(reason) => ({ what: reason, reply: ended(reason), code: 'model_malformed', requests: 2 }),
	),
	...many(
		['NO_IMAGE', 'IMAGE_OTHER', 'OTHER', 'FINISH_REASON_UNSPECIFIED', 'A_REASON_OF_NEXT_YEAR', KEY],
		(reason) => ({ what: `an end of ${reason}`, reply: ended(reason), code: 'model_other', requests: 2 }),
	),
	{ what: 'an end without text', reply: ended('STOP', ' '), code: 'empty_response', requests: 2 },
	{ what: 'an empty body', reply: { json: {} }, code: 'empty_response', requests: 2 },
	{ what: 'no candidates', reply: { json: { candidates: [] } }, code: 'empty_response', requests: 2 },
	{ what: 'no JSON', reply: ended('STOP', 'Sure! Here it is'), code: 'invalid_json', requests: 2 },
	{ what: 'another form', reply: ended('STOP', '{"name":1}'), code: 'schema_mismatch', requests: 2 },
	{
		what: 'a text without an end',
		reply: { json: { candidates: [{ content: { parts: [{ text: '{"title":"A"}' }] } }] } },
		code: 'truncated',
		requests: 2,
	},
	{ what: '400 argument', reply: failed(400, 'INVALID_ARGUMENT'), code: 'bad_request', requests: 1 },
	{ what: '400 condition', reply: failed(400, 'FAILED_PRECONDITION'), code: 'bad_request', requests: 1 },
	{ what: '401', reply: failed(401, 'UNAUTHENTICATED'), code: 'auth', requests: 1 },
	{ what: '403', reply: failed(403, 'PERMISSION_DENIED'), code: 'auth', requests: 1 },
	{ what: '404', reply: failed(404, 'NOT_FOUND'), code: 'model_not_found', requests: 1 },
	{ what: '408', reply: failed(408, 'DEADLINE_EXCEEDED'), code: 'timeout', ...WAITS },
	{ what: '429', reply: failed(429, 'RESOURCE_EXHAUSTED'), code: 'rate_limited', ...WAITS },
	{
		what: '429 per minute, with a delay',
		reply: failed(429, 'RESOURCE_EXHAUSTED', [
			QUOTA_FAILURE('GenerateRequestsPerMinutePerProjectPerModel-FreeTier', '10'),
			RETRY_INFO('3.5s'),
		]),
		code: 'rate_limited',
		requests: 3,
		pauses: [3500, 3500],
		retryAfterMs: 3500,
	},
	{
		what: '429 with a delay that is not waited for here',
		reply: failed(429, 'RESOURCE_EXHAUSTED', [RETRY_INFO('40s')]),
		code: 'rate_limited',
		requests: 1,
		retryAfterMs: 40_000,
	},
	{
		what: '429 with a delay that nobody waits for',
		reply: failed(429, 'RESOURCE_EXHAUSTED', [RETRY_INFO('259200s')]),
		code: 'rate_limited',
		requests: 1,
		retryable: false,
		message:
			'Gemini received too many requests in a short time. It asks for 3 days of waiting, which is longer than a run waits.',
	},
	...many(['3601', '999999999999'], (seconds) => ({
		what: `503 with a delay of ${seconds} seconds in the headers`,
		reply: { status: 503, text: 'Down', headers: { 'retry-after': seconds } },
		code: 'service_unavailable',
		requests: 1,
		retryable: false,
		message: `Gemini is overloaded or down for the moment (HTTP 503). It asks for ${seconds === '3601' ? '2 hours' : 'more than a year'} of waiting, which is longer than a run waits.`,
	})),
	{
		what: '503 with the longest delay that is waited for',
		reply: { status: 503, text: 'Down', headers: { 'retry-after': '3600' } },
		code: 'service_unavailable',
		requests: 1,
		retryAfterMs: 3_600_000,
	},
	{
		what: '429 per day',
		reply: failed(429, 'RESOURCE_EXHAUSTED', [
			QUOTA_FAILURE('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '250'),
			RETRY_INFO('7s'),
		]),
		code: 'quota_exhausted',
		requests: 1,
	},
	{
		what: '429 without any allowance',
		reply: failed(429, 'RESOURCE_EXHAUSTED', [QUOTA_FAILURE('GenerateRequestsPerMinute-FreeTier', '0')]),
		code: 'quota_exhausted',
		requests: 1,
	},
	...many(['500', '502', '503', '504'], (status) => ({
		what: status,
		reply: failed(Number(status), 'UNAVAILABLE'),
		code: 'service_unavailable',
		...WAITS,
	})),
	{
		what: '503 with a page and a delay in the headers',
		reply: { status: 503, text: `<html>${KEY}</html>`, headers: { 'retry-after': '4' } },
		code: 'service_unavailable',
		requests: 3,
		pauses: [4000, 4000],
		retryAfterMs: 4000,
	},
	{ what: 'a dropped connection', reply: { drop: true }, code: 'network', ...WAITS },
	{
		what: 'a page in place of an answer',
		reply: { text: `<html>${KEY}</html>` },
		code: 'bad_gateway_body',
		...WAITS,
	},
	{
		what: 'half an answer',
		reply: { text: '{"candidates":[{"content":', type: 'application/json' },
		code: 'bad_gateway_body',
		...WAITS,
	},
];

const said: string[] = [];
let folder: string;
let server: GeminiServer;
let store: StateStore;
let runId: string;

beforeEach(async () => {
	for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
		jest.spyOn(console, level).mockImplementation((...words: unknown[]) => void said.push(inspect(words)));
	}
	folder = mkdtempSync(join(tmpdir(), 'greenlight-faults-'));
	const path = join(folder, 'state.sqlite');
	store = await openStateStore({ path, clock: () => NOON, newId: () => 'faults' });
	const start = { runKey: 'faults', title: 'Faults', startedFrom: 'editor', workflowId: 'w1' } as const;
	runId = (await store.startRun(start)).run.runId;
	server = await startGeminiServer();
});

/** Whatever happened: the key is in nothing that was said, listed or stored. */
afterEach(async () => {
	const listed = [await store.ledger(runId), await store.listSteps(runId), await store.exportRun(runId)];
	await store.close();
	await server.close();
	jest.restoreAllMocks();
	const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
	const stored = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
	rmSync(folder, { recursive: true, force: true });
	expectNoKey(said, listed);
	expect(stored.length).toBeGreaterThan(0);
	expect(stored.filter((bytes) => bytes.includes(KEY))).toEqual([]);
});

const step = (key: string): PaidStep => ({
	runId,
	key,
	node: 'w1/Write',
	round: 0,
	slot: '1',
	owner: 'p1',
	by: 'Write',
});

async function openDeps(more: Partial<AskDeps> = {}): Promise<{ deps: AskDeps; pauses: number[] }> {
	const pauses: number[] = [];
	let now = NOON;
	const deps: AskDeps = {
		openClient: () => openGemini({ apiKey: KEY, baseUrl: server.url, apiVersion: 'v1' }),
		clock: () => now,
		sleep: async (ms) => {
			pauses.push(ms);
			now += ms;
		},
		...more,
	};
	return { deps, pauses };
}

function expectNoKey(...things: unknown[]): void {
	for (const thing of things) expect(inspect(thing, { depth: 20 })).not.toContain(KEY);
}

describe.each(ROWS)('$what', (row) => {
	const { reply, code, requests, pauses = [], retryAfterMs, message } = row;
	const { retryable = FAILURE_KINDS[code].retryable } = row;

	test(`is ${code} after as many requests as its rule says`, async () => {
		server.replies.push(reply);
		const { deps, pauses: paused } = await openDeps();
		const error = await failureOf(askOnce(store, step('k1'), titleRequest(), deps));
		expect(error).toMatchObject({ code, retryable });
		expect(error.retryAfterMs).toBe(retryAfterMs);
		if (message !== undefined) expect(error.message).toBe(message);
		expect(server.requests).toHaveLength(requests);
		expect(paused).toEqual(pauses);
		const recorded = await store.findStep(runId, 'k1');
		expect(recorded).toMatchObject({ state: 'failed', failure: { code } });
		expectNoKey(error, error.cause, error.stack, recorded);

		// A good answer after it counts where it is tried again, and is not even looked at where not.
		const isTriedAgain = requests > 1;
		server.requests.length = 0;
		server.replies.splice(0, Infinity, reply, GOOD);
		const answer = await askOnce(store, step('k2'), titleRequest(), deps).catch(() => undefined);
		expect(answer?.value).toEqual(isTriedAgain ? { title: 'Night Ferry' } : undefined);
		expect(server.requests).toHaveLength(isTriedAgain ? 2 : 1);
	});
});

describe('time', () => {
	test('that is over is a timeout, and the one request is counted as maybe billed', async () => {
		server.replies.push({ hang: true });
		const { deps } = await openDeps({ deadlineMs: 60 });
		const error = await failureOf(askOnce(store, step('k1'), titleRequest(), deps));
		expect(error).toMatchObject({ code: 'timeout', retryable: true, details: { maybeBilledCalls: 1 } });
		expect(server.requests).toHaveLength(1);
	});

	test('cut short by the user is cancelled, and nothing is sent again', async () => {
		server.replies.push({ hang: true });
		const controller = new AbortController();
		const { deps } = await openDeps({ signal: controller.signal });
		const arrived = server.arrived();
		const failing = failureOf(askOnce(store, step('k1'), titleRequest(), deps));
		await arrived;
		controller.abort();
		expect(await failing).toMatchObject({ code: 'cancelled', retryable: false });
		expect(server.requests).toHaveLength(1);
	});
});
