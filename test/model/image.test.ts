/** A picture is asked for over real HTTP, kept, priced and recorded; what is none never goes on. */
import { PipelineError } from '../../nodes/shared/errors';
import {
	askOnce,
	keptPictureSchema,
	openGemini,
	picturesAsAnswers,
	requestHash,
	type KeptPicture,
	type StructuredRequest,
} from '../../nodes/shared/model';
import { mediaHashOf } from '../../nodes/shared/state';
import { jpeg, png } from '../support/pictures';
import { fakeStepStore, type FakeStepStore } from './fakeStepStore';
import { failureOf, fakeDeps, NOON } from './fixtures';
import { startGeminiServer, type GeminiServer } from './geminiServer';

const REQUEST: StructuredRequest<KeptPicture> = {
	model: 'gemini-nano-banana-2.1',
	system: '',
	prompt: 'Draw a roof.',
	schema: keptPictureSchema,
	picture: { aspectRatio: '16:9', size: '2K' },
};
const STEP = { runId: 'r', key: 'k', node: 'wf/Sketch', round: 0, slot: 'c1', owner: 'p', by: 'Sketch' };

const inline = (bytes: Buffer, mimeType = 'image/png', more: object = {}) => ({
	inlineData: { mimeType, data: bytes.toString('base64') },
	...more,
});
/** 1,120 tokens of picture and 1,000 in: $0.0336 and $0.0015. */
const body = (parts: unknown[], finishReason: string | undefined = 'STOP') => ({
	candidates: [{ content: { role: 'model', parts }, ...(finishReason && { finishReason }), index: 0 }],
	usageMetadata: {
		promptTokenCount: 1000,
		candidatesTokenCount: 1120,
		totalTokenCount: 2120,
		candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1120 }],
	},
	modelVersion: 'gemini-nano-banana-2.1',
});
const COST_USD = 0.0351;

let server: GeminiServer;
let store: FakeStepStore;
let kept: Map<string, Buffer>;
beforeEach(async () => {
	server = await startGeminiServer();
	store = fakeStepStore();
	kept = new Map();
});
afterEach(() => server.close());

async function ask(
	keep = async ({ bytes }: { bytes: Uint8Array }) => {
		const hash = mediaHashOf(bytes);
		kept.set(hash, Buffer.from(bytes));
		store.log.push('kept');
		return { hash };
	},
) {
	const gemini = await openGemini({ apiKey: 'k', baseUrl: server.url, apiVersion: 'v1' });
	const { deps } = fakeDeps([]);
	return askOnce(store, STEP, REQUEST, {
		...deps,
		clock: () => NOON,
		openClient: async () => picturesAsAnswers(gemini, keep),
	});
}

test('asks on the wire for a picture of a shape and size, and for nothing else', async () => {
	server.replies.push({ json: body([inline(png())]) });
	await ask();
	expect(server.requests.map(({ url }) => url)).toEqual([
		'/v1/models/gemini-nano-banana-2.1:generateContent',
	]);
	expect(server.requests[0]?.body).toEqual({
		contents: [{ role: 'user', parts: [{ text: 'Draw a roof.' }] }],
		generationConfig: {
			responseModalities: ['IMAGE'],
			imageConfig: { aspectRatio: '16:9', imageSize: '2K' },
		},
	});
});

test('takes the last picture that is no thought, whatever is beside it, with the type that Gemini names', async () => {
	const parts = [
		{ text: 'Here' },
		inline(png(1)),
		inline(jpeg(32, 18), 'image/jpeg'),
		inline(png(2), 'image/png', { thought: true }),
	];
	server.replies.push({ json: body(parts) });
	const { value } = await ask();
	expect(value).toEqual({
		hash: mediaHashOf(jpeg(32, 18)),
		mimeType: 'image/jpeg',
		bytes: jpeg().length,
		width: 32,
		height: 18,
	});
	expect(kept.get(value.hash)).toEqual(jpeg(32, 18));
});

test('keeps the bytes before it records the answer, and records their name, not them', async () => {
	server.replies.push({ json: body([inline(png(0, 900, 900))]) });
	const paid = await ask();
	expect(store.log).toEqual(['started', 'kept', 'answered']);
	expect(JSON.stringify(store.steps.get('r/k')).length).toBeLessThan(800);
	expect(paid.usage).toEqual({
		inputTokens: 1000,
		outputTokens: 1120,
		thoughtTokens: 0,
		cachedTokens: 0,
		imageTokens: 1120,
	});
	expect(paid.costUsd).toBeCloseTo(COST_USD, 6);
});

test('is paid once: the second time the record answers', async () => {
	server.replies.push({ json: body([inline(png())]) });
	const first = await ask();
	expect(await ask()).toEqual({ ...first, replayed: true });
	expect(server.requests).toHaveLength(1);
});

test('another shape, size or file is another question', () => {
	const hash = (more: Partial<typeof REQUEST>) => requestHash({ ...REQUEST, ...more });
	const others = [
		{},
		{ picture: { aspectRatio: '1:1', size: '2K' } },
		{ picture: { aspectRatio: '16:9', size: '4K' } },
		{ attachments: [{ mimeType: 'image/png', data: 'AAAA' }] },
	];
	expect(new Set(others.map(hash)).size).toBe(4);
});

describe('what is no picture never goes on, and is paid for', () => {
	const whole = png(3, 40, 40);
	/** How often each is asked in all; the others twice. */
	const TRIES: Readonly<Record<string, number>> = { blocked_output: 1, recitation: 3 };
	test.each<[string, unknown, string, RegExp]>([
		['NO_IMAGE', body([], 'NO_IMAGE'), 'model_other', /NO_IMAGE/],
		['IMAGE_OTHER', body([], 'IMAGE_OTHER'), 'model_other', /IMAGE_OTHER/],
		['IMAGE_SAFETY', body([], 'IMAGE_SAFETY'), 'blocked_output', /IMAGE_SAFETY/],
		['IMAGE_PROHIBITED_CONTENT', body([], 'IMAGE_PROHIBITED_CONTENT'), 'blocked_output', /PROHIBITED/],
		['IMAGE_RECITATION', body([], 'IMAGE_RECITATION'), 'recitation', /IMAGE_RECITATION/],
		['IMAGE_SAFETY with a picture', body([inline(whole)], 'IMAGE_SAFETY'), 'blocked_output', /IMAGE_SAFETY/],
		['a picture that was cut off', body([inline(whole)], 'MAX_TOKENS'), 'truncated', /cut off/],
		['a picture without an end', body([inline(whole)], ''), 'truncated', /without its end/],
		['words', body([{ text: 'I cannot draw.' }]), 'model_other', /words in place of a picture/],
		['a thought alone', body([inline(whole, 'image/png', { thought: true })]), 'empty_response', /nothing/],
		['half a picture', body([inline(whole.subarray(0, -9))]), 'model_malformed', /not a whole/],
		[
			'a page that calls itself a picture',
			body([inline(Buffer.from('<html>'))]),
			'model_malformed',
			/not a whole/,
		],
		[
			'a picture of another type',
			body([inline(whole, 'image/jpeg')]),
			'model_malformed',
			/called image\/jpeg and is image\/png/,
		],
		[
			'a type that is no type',
			body([inline(whole, 'x"><script>')]),
			'model_malformed',
			/called something else/,
		],
	])('%s', async (_, reply, code, sentence) => {
		server.replies.push({ json: reply });
		const failure = await failureOf(ask());
		expect(failure).toMatchObject({ code, message: expect.stringMatching(sentence) });
		expect(kept.size).toBe(0);
		expect(store.steps.get('r/k')).toMatchObject({ state: 'failed' });
		const calls = TRIES[code] ?? 2;
		expect(store.steps.get('r/k')?.costUsd).toBeCloseTo(calls * COST_USD, 6);
		expect(server.requests).toHaveLength(calls);
	});

	test('a picture that the store cannot take', async () => {
		server.replies.push({ json: body([inline(whole)]) });
		const full = new PipelineError('store_unavailable', 'The disk is full.');
		const failure = await failureOf(ask(() => Promise.reject(full)));
		expect(failure).toMatchObject({ code: 'store_unavailable', message: 'The disk is full.' });
		expect(store.steps.get('r/k')?.costUsd).toBeCloseTo(COST_USD, 6);
	});

	test('a blocked request', async () => {
		server.replies.push({ json: { promptFeedback: { blockReason: 'IMAGE_SAFETY' } } });
		expect(await failureOf(ask())).toMatchObject({ code: 'blocked_prompt' });
	});
});

test('overload is waited for and asked again, as for text', async () => {
	server.replies.push({
		status: 503,
		json: { error: { code: 503, message: 'Busy', status: 'UNAVAILABLE' } },
	});
	server.replies.push({ json: body([inline(png())]) });
	expect(await ask()).toMatchObject({ value: { mimeType: 'image/png' }, replayed: false });
	expect(server.requests).toHaveLength(2);
});
