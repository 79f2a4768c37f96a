import { z } from 'zod/v4';
import { PipelineError, type FailureCode } from '../../nodes/shared/errors';
import { askForJson, billOf, openGemini } from '../../nodes/shared/model';
import { answer, ANSWER_USD, failureOf, fakeDeps, NOON, titleRequest, titleSchema } from './fixtures';
import { answerBody, startGeminiServer } from './geminiServer';

const good = () => answer('{"title":"Night Ferry"}');
const failed = (code: FailureCode, retryAfterMs?: number) =>
	new PipelineError(code, `It failed with ${code}.`, retryAfterMs === undefined ? {} : { retryAfterMs });

describe('a good answer', () => {
	test('comes back checked, with tokens, price, model, time and number of calls', async () => {
		const { deps, sent } = fakeDeps([good()]);
		expect(await askForJson(titleRequest(), deps)).toEqual({
			value: { title: 'Night Ferry' },
			usage: { inputTokens: 1000, outputTokens: 100, thoughtTokens: 0, cachedTokens: 0 },
			costUsd: ANSWER_USD,
			model: 'gemini-3.8-flash',
			durationMs: 0,
			calls: 1,
			maybeBilledCalls: 0,
		});
		expect(sent[0]).toMatchObject({ system: 'You name things.', prompt: 'Name this.' });
		expect(sent[0]?.jsonSchema).toMatchObject({ type: 'object', required: ['title'] });
	});

	test('may stand between Markdown fences', async () => {
		const { deps } = fakeDeps([answer('```json\n{"title":"Fenced"}\n```')]);
		expect((await askForJson(titleRequest(), deps)).value).toEqual({ title: 'Fenced' });
	});

	test.each(['```\n{"title":"Fenced"}```', '  ```json  \n\n{"title":"Fenced"}\n\n```\n '])(
		'may stand between other fences: %j',
		async (text) => {
			const { deps } = fakeDeps([answer(text)]);
			expect((await askForJson(titleRequest(), deps)).value).toEqual({ title: 'Fenced' });
		},
	);

	test('that lost its way in blank lines after a fence is looked at in no time', async () => {
		const lost = `\`\`\`json${'\n'.repeat(200_000)}x`;
		const { deps } = fakeDeps([answer(lost), answer(lost)]);
		expect(await failureOf(askForJson(titleRequest(), deps))).toMatchObject({ code: 'invalid_json' });
	});

	test('loses keys that nobody asked for', async () => {
		const { deps } = fakeDeps([answer('{"title":"A","__proto__":{"x":1},"more":2}')]);
		expect((await askForJson(titleRequest(), deps)).value).toEqual({ title: 'A' });
	});

	test('of a model without a known price has no price, and not the price zero', async () => {
		const { deps } = fakeDeps([answer('{"title":"A"}', { model: 'gemini-99' })]);
		expect((await askForJson(titleRequest({ model: 'gemini-99' }), deps)).costUsd).toBeNull();
	});

	test('without a count of tokens has no price', async () => {
		const { deps } = fakeDeps([answer('{"title":"A"}', { usage: null })]);
		expect(await askForJson(titleRequest(), deps)).toMatchObject({
			costUsd: null,
			usage: { inputTokens: 0 },
		});
	});

	test('costs half with flex, and what the user says where the user says so', async () => {
		const flex = fakeDeps([good()]);
		const request = titleRequest({ options: { tier: 'flex' } });
		expect((await askForJson(request, flex.deps)).costUsd).toBeCloseTo(ANSWER_USD / 2, 12);
		const own = fakeDeps([good()], { priceOverride: { inputUsd: 10, outputUsd: 0 } });
		expect((await askForJson(titleRequest(), own.deps)).costUsd).toBeCloseTo(0.01, 12);
	});
});

describe('an answer in the wrong form', () => {
	test('goes back once with the exact issues and the answer itself', async () => {
		const schema = z.object({ concepts: z.array(titleSchema).length(2) });
		const wrong = '{"concepts":[{"title":""},{"name":"x"}]}';
		const right = '{"concepts":[{"title":"A"},{"title":"B"}]}';
		const { deps, sent } = fakeDeps([answer(wrong), answer(right)]);
		const result = await askForJson({ ...titleRequest(), schema }, deps);
		expect(result.value.concepts).toHaveLength(2);
		expect(sent[1]?.prompt).toBe(sent[0]?.prompt);
		expect(sent[1]?.followUp?.answer).toBe(wrong);
		expect(sent[1]?.followUp?.prompt).toContain('- concepts[0].title: Too small');
		expect(sent[1]?.followUp?.prompt).toContain('- concepts[1].title: Invalid input');
	});

	test('is paid for like the one that repairs it', async () => {
		const { deps } = fakeDeps([answer('Sure! Here it is'), good()]);
		const result = await askForJson(titleRequest(), deps);
		expect(result.calls).toBe(2);
		expect(result.usage.inputTokens).toBe(2000);
		expect(result.costUsd).toBeCloseTo(2 * ANSWER_USD, 12);
	});

	test.each([
		['invalid_json', 'no JSON'],
		['schema_mismatch', '{"title":7}'],
	])('twice is %s, with the issues and the whole bill', async (code, text) => {
		const { deps, sent } = fakeDeps([answer(text), answer(text), good()]);
		const error = await failureOf(askForJson(titleRequest(), deps));
		expect(error).toMatchObject({ code, retryable: true, layer: 'handoff' });
		expect(error.details).toMatchObject({ answer: text, calls: 2, issues: [expect.anything()] });
		expect(billOf(error).costUsd).toBeCloseTo(2 * ANSWER_USD, 12);
		expect(sent).toHaveLength(2);
	});

	test('that is very long is kept only in part', async () => {
		const long = 'x'.repeat(500_000);
		const { deps } = fakeDeps([answer(long), answer(long)]);
		const error = await failureOf(askForJson(titleRequest(), deps));
		expect(JSON.stringify(error.details).length).toBeLessThan(5000);
		expect(error.message.length).toBeLessThan(200);
	});

	test('with many issues names the first twenty', async () => {
		const schema = z.object({ words: z.array(z.string()) });
		const wrong = JSON.stringify({ words: Array.from({ length: 50 }, () => 1) });
		const { deps, sent } = fakeDeps([answer(wrong), answer('{"words":[]}')]);
		await askForJson({ ...titleRequest(), schema }, deps);
		const lines = sent[1]?.followUp?.prompt.split('\n').filter((line) => line.startsWith('- '));
		expect(lines).toHaveLength(21);
		expect(lines?.at(-1)).toBe('- and 30 more of the same kind');
	});
});

describe('an answer that did not end well', () => {
	const cut = () => answer('{"title":"Cut"}', { finishReason: 'MAX_TOKENS' });

	test('is no success though it parses and fits, and is asked for once more', async () => {
		const { deps, sent } = fakeDeps([cut(), cut(), good()]);
		const error = await failureOf(askForJson(titleRequest(), deps));
		expect(error.code).toBe('truncated');
		expect(error.details).toMatchObject({
			calls: 2,
			costUsd: 2 * ANSWER_USD,
			usage: { inputTokens: 2000 },
		});
		expect(sent).toHaveLength(2);
	});

	test.each([
		[{ maxOutputTokens: 900 }, { maxOutputTokens: 1800 }],
		[{ maxOutputTokens: 40_000 }, { maxOutputTokens: 65_536 }],
		[{}, { thinking: 'low' }],
		[{ thinking: 'high' as const }, { thinking: 'low' }],
		[
			{ maxOutputTokens: 65_536, thinking: 'medium' as const },
			{ maxOutputTokens: 65_536, thinking: 'low' },
		],
	])('gets more room the second time: %j', async (options, second) => {
		const { deps, sent } = fakeDeps([cut(), good()]);
		const result = await askForJson(titleRequest({ options }), deps);
		expect(result).toMatchObject({ value: { title: 'Night Ferry' }, calls: 2 });
		expect(sent[1]).toEqual({ ...sent[0], ...second });
	});

	test.each([{}, { thinking: 'high' as const }])(
		'of a model that draws gets a level that such models know: %j',
		async (options) => {
			const { deps, sent } = fakeDeps([cut(), good()]);
			await askForJson(titleRequest({ options, picture: { aspectRatio: '1:1', size: '1K' } }), deps);
			expect(sent[1]).toEqual({ ...sent[0], thinking: 'minimal' });
		},
	);

	test.each([{ thinking: 'low' as const }, { thinking: 'minimal' as const }])(
		'is not asked for again where it cannot get more room: %j',
		async (options) => {
			const { deps, sent } = fakeDeps([cut(), good()]);
			await failureOf(askForJson(titleRequest({ options }), deps));
			expect(sent).toHaveLength(1);
		},
	);

	test('because it is long goes on where it ended', async () => {
		const part = (text: string, continuationToken?: string) =>
			answer(text, {
				finishReason: continuationToken === undefined ? 'STOP' : 'CONTINUATION',
				...(continuationToken === undefined ? {} : { continuationToken }),
			});
		const { deps, sent } = fakeDeps([part('{"title":', 't1'), part('"Long', 't2'), part('"}')]);
		const result = await askForJson(titleRequest(), deps);
		expect(result).toMatchObject({ value: { title: 'Long' }, calls: 3 });
		expect(sent.map(({ continuationToken }) => continuationToken)).toEqual([undefined, 't1', 't2']);
		const endless = fakeDeps([part('a', 't'), part('a', 't'), part('a', 't'), part('a', 't')], { tries: 1 });
		expect((await failureOf(askForJson(titleRequest(), endless.deps))).code).toBe('truncated');
		expect(endless.sent).toHaveLength(3);
	});

	test('because it repeated existing text is asked for twice more, with a note', async () => {
		const recited = () => answer('', { finishReason: 'RECITATION' });
		const { deps, sent } = fakeDeps([recited(), recited(), good()]);
		expect(await askForJson(titleRequest(), deps)).toMatchObject({ calls: 3 });
		expect(sent[0]?.system).toBe('You name things.');
		expect(sent[1]?.system).toMatch(/^You name things\.\n\n.*Be original/);
		expect(sent[2]).toEqual(sent[1]);
		const never = fakeDeps([1, 2, 3, 4, 5].map(recited), { tries: 9 });
		expect((await failureOf(askForJson(titleRequest(), never.deps))).code).toBe('recitation');
		expect(never.sent).toHaveLength(3);
	});

	test.each([
		['empty_response', { finishReason: 'STOP' }],
		['model_malformed', { finishReason: 'MALFORMED_RESPONSE' }],
		['model_other', { finishReason: 'A_NEW_ONE' }],
		['truncated', { finishReason: undefined, text: 'x' }],
	])('as %s is asked for once more, at once and as it is', async (code, more) => {
		const script = () => [1, 2, 3].map(() => answer('', more));
		const { deps, sent, sleeps } = fakeDeps([...script().slice(0, 1), good()]);
		expect(await askForJson(titleRequest(), deps)).toMatchObject({ calls: 2 });
		expect(sent[1]).toEqual(sent[0]);
		const never = fakeDeps(script());
		expect((await failureOf(askForJson(titleRequest(), never.deps))).code).toBe(code);
		expect([never.sent.length, sleeps.length]).toEqual([2, 0]);
	});

	test('is no success as a repair either', async () => {
		const { deps } = fakeDeps([answer('{}'), answer('{"title":"Cut"}', { finishReason: 'SAFETY' })]);
		const error = await failureOf(askForJson(titleRequest(), deps));
		expect(error.code).toBe('blocked_output');
		expect(billOf(error).calls).toBe(2);
	});
});

describe('a failure that may pass', () => {
	test.each<FailureCode>(['rate_limited', 'service_unavailable', 'network', 'timeout', 'bad_gateway_body'])(
		'%s is tried again, and a good answer counts',
		async (code) => {
			const { deps, sleeps } = fakeDeps([failed(code), failed(code), good()]);
			const result = await askForJson(titleRequest(), deps);
			expect(result).toMatchObject({ calls: 3, durationMs: 3000, costUsd: ANSWER_USD });
			expect(sleeps).toEqual([1000, 2000]);
		},
	);

	test.each<FailureCode>([
		'auth',
		'bad_request',
		'model_not_found',
		'quota_exhausted',
		'blocked_prompt',
		'blocked_output',
		'unsupported_language',
		'cancelled',
		'internal',
	])('is not %s, which is thrown at once', async (code) => {
		const { deps, sent, sleeps } = fakeDeps([failed(code), good()]);
		expect((await failureOf(askForJson(titleRequest(), deps))).code).toBe(code);
		expect([sent.length, sleeps.length]).toEqual([1, 0]);
	});

	test('is thrown after the third try, as it is', async () => {
		const { deps, sent } = fakeDeps([1, 2, 3, 4].map(() => failed('service_unavailable')));
		const error = await failureOf(askForJson(titleRequest(), deps));
		expect(error).toMatchObject({
			code: 'service_unavailable',
			message: 'It failed with service_unavailable.',
		});
		expect(sent).toHaveLength(3);
	});

	test('is tried as often as the caller says', async () => {
		const { deps, sent } = fakeDeps([failed('network'), good()], { tries: 1 });
		await failureOf(askForJson(titleRequest(), deps));
		expect(sent).toHaveLength(1);
	});

	test('waits as long as Gemini asks for', async () => {
		const { deps, sleeps } = fakeDeps([failed('rate_limited', 3500), good()]);
		await askForJson(titleRequest(), deps);
		expect(sleeps).toEqual([3500]);
	});

	test('never waits for less than its own pause', async () => {
		const { deps, sleeps } = fakeDeps([failed('rate_limited', 10), good()]);
		await askForJson(titleRequest(), deps);
		expect(sleeps).toEqual([1000]);
	});

	test('goes to the caller with the delay when Gemini asks for more than 20 seconds', async () => {
		const { deps, sleeps } = fakeDeps([failed('rate_limited', 20_001), good()]);
		const error = await failureOf(askForJson(titleRequest(), deps));
		expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 20_001 });
		expect(sleeps).toEqual([]);
	});

	test('in the repair round counts to the same tries', async () => {
		const { deps, sent } = fakeDeps([
			failed('network'),
			answer('{}'),
			failed('network'),
			failed('network'),
			good(),
		]);
		const error = await failureOf(askForJson(titleRequest(), deps));
		expect(error.code).toBe('network');
		expect(sent).toHaveLength(4);
		expect(billOf(error).costUsd).toBeCloseTo(ANSWER_USD, 12);
	});

	test('without an answer is counted as maybe billed only if Gemini may have seen it', async () => {
		const refused = new PipelineError('network', 'No.', { details: { code: 'ECONNREFUSED' } });
		const { deps } = fakeDeps([refused, failed('timeout'), good()]);
		expect(await askForJson(titleRequest(), deps)).toMatchObject({ calls: 3, maybeBilledCalls: 1 });
	});
});

test('an error that no contract names becomes internal without its text', async () => {
	const broken = async () => {
		throw new RangeError('secret key inside');
	};
	const { deps } = fakeDeps([broken]);
	const error = await failureOf(askForJson(titleRequest(), deps));
	expect(error).toMatchObject({ code: 'internal' });
	expect(`${error.message} ${error.stack} ${JSON.stringify(error.details)}`).not.toContain('secret');
});

test('over a real connection: overloaded, then in the wrong form, then right', async () => {
	const server = await startGeminiServer();
	try {
		server.replies.push(
			{ status: 503, json: { error: { code: 503, message: 'busy', status: 'UNAVAILABLE' } } },
			{ json: answerBody({ name: 'x' }) },
			{ json: answerBody({ title: 'Night Ferry' }) },
		);
		const openClient = () => openGemini({ apiKey: 'AQ.k', baseUrl: server.url, apiVersion: 'v1' });
		const { deps, sleeps } = fakeDeps([], { openClient });
		const result = await askForJson(titleRequest(), deps);
		expect(result).toMatchObject({ value: { title: 'Night Ferry' }, calls: 3 });
		expect(sleeps).toEqual([1000]);
		const contents = server.requests[2]?.body.contents;
		expect(contents[1]).toEqual({ role: 'model', parts: [{ text: '{"name":"x"}' }] });
		expect(contents[2].parts[0].text).toContain('title: Invalid input');
		expect(server.requests[2]?.body.generationConfig.responseJsonSchema).toMatchObject({ type: 'object' });
		expect(deps.clock()).toBe(NOON + 1000);
	} finally {
		await server.close();
	}
});
