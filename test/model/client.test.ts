import { openGemini, type GeminiConnection } from '../../nodes/shared/model';
import { sdkOptionsOf } from '../../nodes/shared/model/connection';
import { failureOf } from './fixtures';
import { answerBody, startGeminiServer, type GeminiServer } from './geminiServer';
import { HIJACKS, useHijacks } from './hijacks';

const KEY = 'AQ.test-key-0123456789abcdef';

let server: GeminiServer;
beforeEach(async () => {
	server = await startGeminiServer();
});
afterEach(() => server.close());

const connect = (more: Partial<GeminiConnection> = {}) =>
	openGemini({ apiKey: KEY, baseUrl: server.url, apiVersion: 'v1', ...more });

describe('what a call sends', () => {
	test('a plain call sends the prompt and no setting that is not set', async () => {
		server.replies.push({ json: answerBody({ ok: true }) });
		const gemini = await connect();
		await gemini.generate({ model: 'gemini-3.8-flash', prompt: 'Hello' }, { timeoutMs: 5000 });
		const [request] = server.requests;
		expect(request?.url).toBe('/v1/models/gemini-3.8-flash:generateContent');
		expect(request?.headers['x-goog-api-key']).toBe(KEY);
		expect(request?.headers['x-server-timeout']).toBe('5');
		expect(request?.body).toEqual({
			contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
			generationConfig: {},
		});
	});

	test('every setting, attachment, schema and follow-up has its place on the wire', async () => {
		server.replies.push({ json: answerBody({ ok: true }) });
		const gemini = await connect({ apiVersion: 'v1beta', baseUrl: `${server.url}/proxy/` });
		await gemini.generate(
			{
				model: 'models/gemini-3.8-flash',
				system: 'Be brief.',
				prompt: 'Look',
				attachments: [{ mimeType: 'image/png', data: 'AAAA' }],
				jsonSchema: { type: 'object', properties: { a: { type: 'string' } } },
				followUp: { answer: '{}', prompt: 'Again' },
				temperature: 0,
				maxOutputTokens: 900,
				thinking: 'low',
				tier: 'flex',
			},
			{ timeoutMs: 5000 },
		);
		expect(server.requests[0]?.url).toBe('/proxy/v1beta/models/gemini-3.8-flash:generateContent');
		expect(server.requests[0]?.body).toEqual({
			contents: [
				{
					role: 'user',
					parts: [{ text: 'Look' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }],
				},
				{ role: 'model', parts: [{ text: '{}' }] },
				{ role: 'user', parts: [{ text: 'Again' }] },
			],
			systemInstruction: { role: 'user', parts: [{ text: 'Be brief.' }] },
			serviceTier: 'flex',
			generationConfig: {
				temperature: 0,
				maxOutputTokens: 900,
				responseMimeType: 'application/json',
				responseJsonSchema: { type: 'object', properties: { a: { type: 'string' } } },
				thinkingConfig: { thinkingLevel: 'LOW' },
			},
		});
	});

	test('an answer comes back without thoughts, with its tokens and the model that gave it', async () => {
		const body = answerBody({ a: 1 });
		body.candidates[0]?.content.parts.unshift({ text: 'Let me think', thought: true } as never);
		server.replies.push({ json: body });
		const gemini = await connect();
		const answer = await gemini.generate({ model: 'gemini-flash-latest', prompt: 'x' }, { timeoutMs: 5000 });
		expect(answer).toEqual({
			text: '{"a":1}',
			finishReason: 'STOP',
			blockReason: undefined,
			harms: [],
			usage: { inputTokens: 1000, outputTokens: 100, thoughtTokens: 50, cachedTokens: 400 },
			model: 'gemini-3.8-flash',
		});
	});

	test('an answer that asks to be continued is not continued behind our back', async () => {
		server.replies.push({ json: answerBody({}, { finishReason: 'CONTINUATION' }) });
		const gemini = await connect();
		const answer = await gemini.generate({ model: 'gemini-4-argon', prompt: 'x' }, { timeoutMs: 5000 });
		expect(answer.finishReason).toBe('CONTINUATION');
		expect(server.requests).toHaveLength(1);
	});
});

describe('environment variables', () => {
	useHijacks();

	test('are all tried', () => {
		expect(Object.keys(HIJACKS)).toEqual(
			expect.arrayContaining(['GOOGLE_GENAI_API_KEY', 'GOOGLE_APPLICATION_CREDENTIALS', 'HTTPS_PROXY']),
		);
	});

	test('redirect neither the request nor the key', async () => {
		server.replies.push({ json: answerBody({}) });
		const gemini = await connect();
		await gemini.generate({ model: 'gemini-3.8-flash', prompt: 'x' }, { timeoutMs: 5000 });
		expect(server.requests[0]?.url).toBe('/v1/models/gemini-3.8-flash:generateContent');
		expect(server.requests[0]?.headers['x-goog-api-key']).toBe(KEY);
	});

	test('do not stand in for a key that is not there', async () => {
		expect(await failureOf(connect({ apiKey: '  ' }))).toMatchObject({ code: 'auth' });
		expect(server.requests).toHaveLength(0);
	});

	test('do not stand in for an address that is not there', () => {
		const options = sdkOptionsOf({ apiKey: KEY, baseUrl: '', apiVersion: 'v1' });
		expect(options.httpOptions?.baseUrl).toBe('https://generativelanguage.googleapis.com');
	});
});

describe('a connection', () => {
	test('with a key that holds a line break is refused without showing the key', async () => {
		const error = await failureOf(connect({ apiKey: 'AQ.secret\nsecond' }));
		expect(error).toMatchObject({ code: 'auth' });
		expect(error.message).not.toContain('secret');
	});

	test('with an address that is none is refused without showing it', async () => {
		const error = await failureOf(connect({ baseUrl: 'not a url?key=secret' }));
		expect(error).toMatchObject({ code: 'input_refused' });
		expect(error.message).not.toContain('secret');
	});

	test.each([
		['global', 'https://aiplatform.googleapis.com'],
		['eu', 'https://aiplatform.eu.rep.googleapis.com'],
		['europe-west4', 'https://europe-west4-aiplatform.googleapis.com'],
	])('to Google Cloud in %s goes to %s with the service account', (location, baseUrl) => {
		const options = sdkOptionsOf({
			apiKey: '',
			baseUrl: 'https://generativelanguage.googleapis.com/',
			apiVersion: 'v1beta',
			vertex: { project: 'p1', location, clientEmail: 'a@b.iam', privateKey: 'line1\\nline2' },
		});
		expect(options).toEqual({
			vertexai: true,
			project: 'p1',
			location,
			apiVersion: 'v1beta1',
			httpOptions: { baseUrl },
			googleAuthOptions: {
				projectId: 'p1',
				credentials: { client_email: 'a@b.iam', private_key: 'line1\nline2' },
				clientOptions: {
					transporterOptions: expect.objectContaining({ fetchImplementation: expect.any(Function) }),
				},
			},
		});
	});

	test.each([
		[{ project: ' ' }, /'Project ID' is empty/],
		[{ project: '../../v1/projects/other' }, /'Project ID' is empty or not/],
		[{ clientEmail: '' }, /no service account email/],
		[{ privateKey: ' ' }, /no private key/],
	])('to Google Cloud with %j is refused before anything is looked up elsewhere', async (more, words) => {
		const vertex = { project: 'p', location: 'global', clientEmail: 'a@b.iam', privateKey: 'x', ...more };
		const error = await failureOf(connect({ vertex }));
		expect(error).toMatchObject({ code: 'auth', message: expect.stringMatching(words) });
	});

	test('to Google Cloud with a broken private key fails as auth and does not show it', async () => {
		jest.spyOn(console, 'debug').mockImplementation(() => {});
		const vertex = {
			project: 'p',
			location: 'global',
			clientEmail: 'a@b.iam',
			privateKey: 'not-a-private-key',
		};
		const gemini = await connect({ vertex });
		const error = await failureOf(
			gemini.generate({ model: 'gemini-3.8-flash', prompt: 'x' }, { timeoutMs: 5000 }),
		);
		expect(error).toMatchObject({ code: 'auth' });
		expect(JSON.stringify([error.toFailure(), error.details, error.stack])).not.toContain(
			'not-a-private-key',
		);
		expect(server.requests).toHaveLength(0);
	});

	test.each(['', '../files/x', 'gemini?x=1', 'two words'])(
		'never sends the model name "%s"',
		async (model) => {
			const gemini = await connect();
			const error = await failureOf(gemini.generate({ model, prompt: 'x' }, { timeoutMs: 5000 }));
			expect(error.code).toBe(model === '' ? 'input_missing' : 'model_not_found');
			expect(server.requests).toHaveLength(0);
		},
	);
});

describe('the list of models', () => {
	const model = (name: string, methods = ['generateContent']) => ({
		name: `models/${name}`,
		displayName: name.toUpperCase(),
		supportedGenerationMethods: methods,
		inputTokenLimit: 1000,
		outputTokenLimit: 500,
	});

	test('holds only models that write text, over all pages', async () => {
		server.replies.push(
			{
				json: {
					models: [
						model('gemini-3.8-flash'),
						model('gemini-nano-banana-2.1'),
						model('gemini-omni-1.2-flash'),
						model('gemini-3.8-flash-tts'),
						model('gemini-embedding-2', ['embedContent']),
					],
					nextPageToken: 'p2',
				},
			},
			{ json: { models: [model('gemma-4-31b-it'), model('lyria-3.5')] } },
		);
		const models = await (await connect()).listModels();
		expect(models.map(({ id }) => id)).toEqual(['gemini-3.8-flash', 'gemma-4-31b-it']);
		expect(models[0]).toEqual({
			id: 'gemini-3.8-flash',
			name: 'GEMINI-3.8-FLASH',
			description: '',
			inputTokenLimit: 1000,
			outputTokenLimit: 500,
		});
		expect(server.requests[1]?.url).toContain('pageToken=p2');
	});

	test('holds the models that draw, when those are asked for', async () => {
		const names = [
			'gemini-3.8-flash',
			'gemini-nano-banana-2.1',
			'gemini-3-pro-image',
			'imagen-4.0-generate-001',
			'gemini-omni-1.2-flash',
		];
		server.replies.push({ json: { models: names.map((name) => model(name)) } });
		const models = await (await connect()).listModels({ kind: 'pictures' });
		expect(models.map(({ id }) => id)).toEqual(['gemini-nano-banana-2.1', 'gemini-3-pro-image']);
	});

	test('is a failure, not an empty list, when Gemini refuses', async () => {
		server.replies.push({
			status: 403,
			json: { error: { code: 403, message: 'no', status: 'PERMISSION_DENIED' } },
		});
		expect(await failureOf((await connect()).listModels())).toMatchObject({ code: 'auth' });
	});
});
