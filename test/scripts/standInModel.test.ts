/** The offline stand-in speaks Gemini's protocol well enough for Google's own SDK, and does not pass for Gemini. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { GoogleGenAI } from '@google/genai';
import { z } from 'zod/v4';
import { readPicture } from '../../nodes/shared/model';

const SCRIPT = join(__dirname, '..', '..', 'scripts', 'standInModel.mjs');
const BRIEF = 'Generate three storyboard concepts for a tense rooftop chase scene, noir tone';

const conceptSchema = z.object({
	title: z.string(),
	logline: z.string(),
	visualApproach: z.string(),
	keyFrames: z.array(z.string()).min(2).max(8),
	palette: z.array(z.string()).min(1),
	tone: z.array(z.string()).min(1),
});
const conceptsSchema = z.object({ concepts: z.array(conceptSchema).min(3).max(3) });
const rulingsSchema = z.object({
	rulings: z.array(
		z.object({
			ruleId: z.string(),
			evidence: z.string(),
			fix: z.string(),
			holds: z.boolean(),
			confidence: z.number().min(0).max(1),
		}),
	),
});

let child: ChildProcess;
let url: string;

beforeAll(async () => {
	child = spawn(process.execPath, [SCRIPT, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
	url = await new Promise<string>((resolve, reject) => {
		child.once('exit', () => reject(new Error('The stand-in ended.')));
		child.stdout?.on('data', (chunk: Buffer) => {
			const found = /http:\S+/.exec(chunk.toString())?.[0];
			if (found) resolve(found);
		});
	});
});

afterAll(() => {
	child.kill();
});

beforeEach(async () => {
	await order({ name: 'normal' });
});

async function order(behaviour: {
	name: string;
	times?: number;
	match?: string;
	ms?: number;
}): Promise<Response> {
	return fetch(`${url}/__behaviour`, { method: 'POST', body: JSON.stringify(behaviour) });
}

function call(
	prompt: string,
	schema: z.ZodType,
	options: { apiVersion?: string; apiKey?: string; timeout?: number } = {},
) {
	const { apiVersion = 'v1', apiKey = 'any', timeout } = options;
	const client = new GoogleGenAI({
		apiKey,
		vertexai: false,
		apiVersion,
		httpOptions: { baseUrl: url, ...(timeout === undefined ? {} : { timeout }) },
	});
	return client.models.generateContent({
		model: 'gemini-3.8-flash',
		contents: [{ role: 'user', parts: [{ text: prompt }] }],
		config: { responseMimeType: 'application/json', responseJsonSchema: z.toJSONSchema(schema) },
	});
}

async function ask<T>(prompt: string, schema: z.ZodType<T>): Promise<T> {
	const { text = '' } = await call(prompt, schema);
	return schema.parse(JSON.parse(text));
}

function judgePrompt(work: unknown): string {
	return [
		'{"ruleId":"grit","rule":"Surfaces are worn and gritty."}',
		'{"ruleId":"light","rule":"One light source in every frame."}',
		'BEGIN-WORK-abc',
		JSON.stringify(work),
		'END-WORK-abc',
	].join('\n');
}

const writeThree = `Brief:\n${BRIEF}\n\nWrite exactly 3 concepts.`;

test.each(['v1', 'v1beta'])('answers a schema on %s and names itself as a stand-in', async (apiVersion) => {
	const response = await call(writeThree, conceptsSchema, { apiVersion });
	const { concepts } = conceptsSchema.parse(JSON.parse(response.text ?? ''));
	expect(new Set(concepts.map(({ title }) => title)).size).toBe(3);
	expect(response.modelVersion).toBe('stand-in-for-gemini-3.8-flash');
	expect(response.sdkHttpResponse?.headers?.['x-greenlight-stand-in']).toBe('1');
	expect(response.usageMetadata?.totalTokenCount).toBeGreaterThan(0);
});

test('gives the same answer to the same request', async () => {
	expect(await ask(writeThree, conceptsSchema)).toEqual(await ask(writeThree, conceptsSchema));
});

test('answers fields that it does not know, within their limits', async () => {
	const schema = z.object({
		mood: z.enum(['calm', 'bold']),
		facts: z.array(z.string().max(20)).min(4).max(5),
		rating: z.int().min(2).max(4),
		nested: z.object({ note: z.string().nullable() }),
		shots: z.array(z.object({ frame: z.string(), seconds: z.number().min(1) })),
	});
	const answer = await ask('Brief: a product film for our new oat yoghurt, friendly and bright', schema);
	expect(JSON.stringify(answer)).toMatch(/yoghurt/i);
});

test('makes concepts from the words of any brief', async () => {
	const { concepts } = await ask(
		'Brief: a launch film for a folding bicycle, for commuters\n\nWrite exactly 3 concepts.',
		conceptsSchema,
	);
	expect(concepts.every(({ logline }) => logline.includes('folding bicycle'))).toBe(true);
});

test('fails one first-round concept as too clean, and its replacement passes', async () => {
	const { concepts } = await ask(writeThree, conceptsSchema);
	const verdicts = await Promise.all(concepts.map((concept) => ask(judgePrompt(concept), rulingsSchema)));
	const failed = verdicts.map(({ rulings }) => rulings.filter(({ holds }) => !holds));
	expect(failed.map((rulings) => rulings.length)).toEqual([0, 1, 0]);
	expect(failed[1]?.[0]).toMatchObject({ ruleId: 'grit', evidence: 'too clean, not gritty' });

	const [first, clean, third] = concepts;
	const again = `${writeThree.replace('3', '1')}\nApproved: ${first?.title}, ${third?.title}\nTurned down: ${clean?.title}`;
	const retried = await ask(again, z.object({ concepts: z.array(conceptSchema).min(1).max(1) }));
	expect(concepts.map(({ title }) => title)).not.toContain(retried.concepts[0]?.title);
	const { rulings } = await ask(judgePrompt(retried.concepts[0]), rulingsSchema);
	expect(rulings.every(({ holds }) => holds)).toBe(true);
});

test('revises the concept that it is given', async () => {
	const { concepts } = await ask(writeThree, conceptsSchema);
	const prompt = `<concept>${JSON.stringify(concepts[0])}</concept>\n<note>heavier rain</note>\nWrite the revised concept.`;
	const revised = await ask(prompt, conceptSchema);
	expect(revised.title).toBe(concepts[0]?.title);
	expect(revised.visualApproach).toContain('heavier rain');
});

function draw(
	aspectRatio: string,
	imageSize: string,
	work: object = { title: 'Iron Sky', palette: ['#102030', '#C02020'] },
) {
	const client = new GoogleGenAI({
		apiKey: 'any',
		vertexai: false,
		apiVersion: 'v1',
		httpOptions: { baseUrl: url },
	});
	return client.models.generateContent({
		model: 'gemini-nano-banana-2.1',
		contents: [
			{ role: 'user', parts: [{ text: `[[BEGIN WORK 0f]]\n${JSON.stringify(work)}\n[[END WORK 0f]]` }] },
		],
		config: { responseModalities: ['IMAGE'], imageConfig: { aspectRatio, imageSize } },
	});
}

test.each([
	['16:9', '1K', 1024, 576, 1120],
	['9:16', '2K', 1152, 2048, 1680],
	['21:9', '4K', 4096, 1755, 2520],
])(
	'draws a whole picture of %s in %s, and says on it and beside it that it is no model',
	async (shape, size, width, height, tokens) => {
		const { candidates, usageMetadata, modelVersion } = await draw(shape, size);
		const { inlineData } = candidates?.[0]?.content?.parts?.[0] ?? {};
		const bytes = Buffer.from(inlineData?.data ?? '', 'base64');
		expect(inlineData?.mimeType).toBe('image/png');
		expect(readPicture(bytes)).toEqual({ mimeType: 'image/png', width, height });
		expect(bytes.toString('latin1')).toContain('Drawn by the offline stand-in, not by Gemini');
		expect(usageMetadata?.candidatesTokensDetails).toEqual([{ modality: 'IMAGE', tokenCount: tokens }]);
		expect(modelVersion).toBe('stand-in-for-gemini-nano-banana-2.1');
	},
);

test('draws the same for the same work, and something else for another', async () => {
	const dataOf = async (work?: object) =>
		(await draw('16:9', '1K', work)).candidates?.[0]?.content?.parts?.[0]?.inlineData?.data;
	expect(await dataOf()).toBe(await dataOf());
	expect(await dataOf({ title: 'Low Tide', palette: ['nonsense'] })).not.toBe(await dataOf());
});

test.each([
	['words-for-picture', 'STOP'],
	['no-picture', 'NO_IMAGE'],
	['picture-safety', 'IMAGE_SAFETY'],
	['picture-recitation', 'IMAGE_RECITATION'],
])('can be told to end a picture with %s', async (name, finishReason) => {
	await order({ name, times: 1 });
	const { candidates } = await draw('1:1', '1K');
	expect(candidates?.[0]?.finishReason).toBe(finishReason);
	expect(candidates?.[0]?.content?.parts?.some(({ inlineData }) => inlineData !== undefined) ?? false).toBe(
		false,
	);
});

test('can be told to send half a picture', async () => {
	await order({ name: 'half-picture', times: 1 });
	const { candidates } = await draw('1:1', '1K');
	const data = candidates?.[0]?.content?.parts?.[0]?.inlineData?.data ?? '';
	expect(data.length).toBeGreaterThan(500);
	expect(readPicture(Buffer.from(data, 'base64'))).toBeUndefined();
});

test('counts tokens and lists models', async () => {
	const client = new GoogleGenAI({ apiKey: 'any', vertexai: false, httpOptions: { baseUrl: url } });
	const { totalTokens } = await client.models.countTokens({ model: 'gemini-3.8-flash', contents: 'hello' });
	expect(totalTokens).toBeGreaterThan(0);
	const names: Array<string | undefined> = [];
	for await (const { name } of await client.models.list()) names.push(name);
	expect(names).toContain('models/gemini-3.8-flash');
});

test.each([
	['rate-limit', 429],
	['overloaded', 503],
	['daily-quota', 429],
	['bad-key', 401],
])('can be told to answer %s with %d, once', async (name, status) => {
	await order({ name, times: 1 });
	await expect(call(writeThree, conceptsSchema)).rejects.toMatchObject({ status });
	expect((await call(writeThree, conceptsSchema)).text).toBeTruthy();
});

test.each([
	['safety', { finishReason: 'SAFETY' }],
	['truncated', { finishReason: 'MAX_TOKENS' }],
	['empty', { finishReason: 'STOP' }],
	['recitation', { finishReason: 'RECITATION' }],
	['language', { finishReason: 'LANGUAGE' }],
])('can be told to end with %s', async (name, candidate) => {
	await order({ name });
	const { candidates, text } = await call(writeThree, conceptsSchema);
	expect(candidates?.[0]).toMatchObject(candidate);
	expect(() => JSON.parse(text ?? '')).toThrow();
});

test('can be told to block a prompt, to write no JSON, and to write JSON of another shape', async () => {
	await order({ name: 'blocked-prompt', times: 1 });
	expect((await call(writeThree, conceptsSchema)).promptFeedback?.blockReason).toBe('PROHIBITED_CONTENT');
	await order({ name: 'invalid-json', times: 1 });
	await expect(ask(writeThree, conceptsSchema)).rejects.toThrow(SyntaxError);
	await order({ name: 'wrong-shape', times: 1 });
	await expect(ask(writeThree, conceptsSchema)).rejects.toThrow(z.ZodError);
});

test('can be told that its answer came out malformed', async () => {
	await order({ name: 'malformed', times: 1 });
	const { candidates } = await call(writeThree, conceptsSchema);
	expect(candidates?.[0]?.finishReason).toBe('MALFORMED_RESPONSE');
});

test('can be told to drop the line, to hang and to be slow', async () => {
	await order({ name: 'drop', times: 1 });
	await expect(call(writeThree, conceptsSchema)).rejects.toThrow('fetch failed');
	await order({ name: 'hang', times: 1 });
	await expect(call(writeThree, conceptsSchema, { timeout: 200 })).rejects.toThrow('AbortError');
	await order({ name: 'slow', times: 1, ms: 50 });
	expect((await call(writeThree, conceptsSchema)).text).toBeTruthy();
});

test('can be told to fail every verdict and leaves other answers alone', async () => {
	await order({ name: 'always-fail-verdict' });
	const { concepts } = await ask(writeThree, conceptsSchema);
	const { rulings } = await ask(judgePrompt(concepts[0]), rulingsSchema);
	expect(rulings.map(({ holds }) => holds)).toEqual([false, false]);
});

test('misbehaves only where an order matches', async () => {
	await order({ name: 'overloaded', match: 'submarine' });
	expect((await call(writeThree, conceptsSchema)).text).toBeTruthy();
	await expect(call('A submarine. Write exactly 3 concepts.', conceptsSchema)).rejects.toMatchObject({
		status: 503,
	});
});

test('refuses bad keys as Google does, and orders that it does not know', async () => {
	await expect(call(writeThree, conceptsSchema, { apiKey: 'bad' })).rejects.toMatchObject({ status: 401 });
	await expect(call(writeThree, conceptsSchema, { apiKey: 'bad-403' })).rejects.toMatchObject({
		status: 403,
	});
	expect((await order({ name: 'explode' })).status).toBe(400);
});

test('keeps a journal of what it was asked', async () => {
	await call('Write exactly 3 concepts about a lighthouse.', conceptsSchema);
	const journal = (await (await fetch(`${url}/__requests`)).json()) as Array<{ path: string; body: unknown }>;
	expect(journal.at(-1)?.path).toBe('/v1/models/gemini-3.8-flash:generateContent');
	expect(JSON.stringify(journal.at(-1)?.body)).toContain('lighthouse');
});
