/** Gemini through Google Cloud (Vertex AI), over HTTP, while every environment variable tries to send the call elsewhere. */
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { openGemini, type GeminiConnection } from '../../nodes/shared/model';
import { toConnection } from '../../nodes/shared/host/gemini';
import { failureOf } from './fixtures';
import { answerBody, startGeminiServer, type GeminiServer } from './geminiServer';
import { useHijacks } from './hijacks';

const EMAIL = 'studio@my-project.iam.gserviceaccount.com';
const KEY = 'AQ.cloud-key-0123456789abcdef';
const { publicKey, privateKey } = generateKeyPairSync('rsa', {
	modulusLength: 2048,
	publicKeyEncoding: { type: 'spki', format: 'pem' },
	privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

let server: GeminiServer;
/** Where requests were sent, before they were led to the server of the test. */
let sentTo: URL[];
let tokenRequests: URLSearchParams[];
let tokenAnswer: () => Response;

beforeEach(async () => {
	server = await startGeminiServer();
	server.replies.push({ json: answerBody({ ok: true }) });
	sentTo = [];
	tokenRequests = [];
	jest.spyOn(console, 'debug').mockImplementation(() => undefined);
	tokenAnswer = () => Response.json({ access_token: 'ya29.token', expires_in: 3600, token_type: 'Bearer' });
	const real = globalThis.fetch;
	jest.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
		const url = new URL(input instanceof Request ? input.url : String(input));
		sentTo.push(url);
		if (url.hostname === 'oauth2.googleapis.com') {
			tokenRequests.push(new URLSearchParams(String(init?.body)));
			return tokenAnswer();
		}
		return real(`${server.url}${url.pathname}${url.search}`, init);
	});
});
afterEach(async () => {
	jest.restoreAllMocks();
	await server.close();
});

/** As a credential has it. */
const account = (more: Record<string, unknown> = {}): GeminiConnection =>
	toConnection({
		access: 'vertex',
		apiKey: '',
		project: 'my-project',
		location: 'europe-west4',
		clientEmail: EMAIL,
		privateKey: privateKey.replaceAll('\n', '\\n'),
		baseUrl: '',
		apiVersion: 'v1',
		...more,
	});
const ask = async (connection: GeminiConnection) => {
	const gemini = await openGemini(connection);
	return gemini.generate({ model: 'gemini-3.8-flash', prompt: 'Hello', tier: 'flex' }, { timeoutMs: 10_000 });
};

describe('a service account', () => {
	useHijacks();

	test('sends project, region and token, and no key', async () => {
		expect(await ask(account())).toMatchObject({ text: '{"ok":true}' });
		expect(sentTo.map(({ origin }) => origin)).toEqual([
			'https://oauth2.googleapis.com',
			'https://europe-west4-aiplatform.googleapis.com',
		]);
		const [request] = server.requests;
		expect(server.requests).toHaveLength(1);
		expect(request?.method).toBe('POST');
		expect(request?.url).toBe(
			'/v1/projects/my-project/locations/europe-west4/publishers/google/models/gemini-3.8-flash:generateContent',
		);
		expect(request?.headers.authorization).toBe('Bearer ya29.token');
		expect(request?.headers).not.toHaveProperty('x-goog-api-key');
		expect(request?.headers).not.toHaveProperty('x-goog-user-project');
		expect(request?.body.contents).toEqual([{ role: 'user', parts: [{ text: 'Hello' }] }]);
	});

	test('asks for its token with its own key, in its own name', async () => {
		await ask(account());
		const [asked] = tokenRequests;
		expect(asked?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
		const [head = '', claims = '', signature = ''] = asked?.get('assertion')?.split('.') ?? [];
		expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
			iss: EMAIL,
			scope: 'https://www.googleapis.com/auth/cloud-platform',
			aud: 'https://oauth2.googleapis.com/token',
		});
		const verify = createVerify('RSA-SHA256').update(`${head}.${claims}`);
		expect(verify.verify(publicKey, signature, 'base64url')).toBe(true);
	});

	test.each([
		[{ location: '' }, 'https://aiplatform.googleapis.com/v1/projects/my-project/locations/global/'],
		[{ location: 'eu' }, 'https://aiplatform.eu.rep.googleapis.com/v1/projects/my-project/locations/eu/'],
		[
			{ apiVersion: 'v1beta' },
			'https://europe-west4-aiplatform.googleapis.com/v1beta1/projects/my-project/locations/europe-west4/',
		],
		[
			{ baseUrl: 'https://proxy.example.org/gemini/' },
			'https://proxy.example.org/gemini/v1/projects/my-project/locations/europe-west4/',
		],
	])('with %j goes to %s', async (more, address) => {
		await ask(account(more));
		expect(sentTo.at(-1)?.href).toBe(`${address}publishers/google/models/gemini-3.8-flash:generateContent`);
	});

	test('lists the models of Google Cloud', async () => {
		const publisherModels = ['gemini-3.8-flash', 'imagen-4.0-generate-001'].map((name) => ({
			name: `publishers/google/models/${name}`,
		}));
		server.replies.splice(0, Infinity, { json: { publisherModels } });
		const models = await (await openGemini(account())).listModels();
		expect(models.map(({ id }) => id)).toEqual(['gemini-3.8-flash']);
		expect(server.requests[0]?.url).toMatch(/^\/v1\/publishers\/google\/models\?/);
		expect(server.requests[0]?.headers.authorization).toBe('Bearer ya29.token');
	});

	test('that Google refuses is auth, after no call of Gemini, and shows no part of the key', async () => {
		tokenAnswer = () => Response.json({ error: 'invalid_grant', error_description: EMAIL }, { status: 400 });
		const error = await failureOf(ask(account()));
		expect(error).toMatchObject({ code: 'auth' });
		expect(server.requests).toEqual([]);
		const line = privateKey.split('\n')[1] ?? '';
		expect(JSON.stringify([error.toFailure(), error.details, error.stack])).not.toContain(line);
	});
});

test('a token that cannot be had for the moment is no fault of the credential', async () => {
	tokenAnswer = () => Response.json({ error: 'unavailable' }, { status: 503 });
	expect(await failureOf(ask(account()))).toMatchObject({ code: 'service_unavailable', retryable: true });
	expect(tokenRequests).toHaveLength(1);
	expect(server.requests).toEqual([]);
});

describe('a key of Google Cloud', () => {
	useHijacks();
	const express = (more: Record<string, unknown> = {}) =>
		toConnection({ access: 'express', apiKey: KEY, baseUrl: '', apiVersion: 'v1', ...more });

	test.each([
		[{}, 'https://aiplatform.googleapis.com/v1/'],
		[{ apiVersion: 'v1beta' }, 'https://aiplatform.googleapis.com/v1beta1/'],
		[{ baseUrl: 'https://generativelanguage.googleapis.com/' }, 'https://aiplatform.googleapis.com/v1/'],
		[{ baseUrl: 'https://proxy.example.org' }, 'https://proxy.example.org/v1/'],
	])('with %j goes to %s, without a project', async (more, address) => {
		expect(await ask(express(more))).toMatchObject({ text: '{"ok":true}' });
		expect(sentTo.map(({ href }) => href)).toEqual([
			`${address}publishers/google/models/gemini-3.8-flash:generateContent`,
		]);
		expect(server.requests[0]?.headers['x-goog-api-key']).toBe(KEY);
		expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
	});

	test('that is empty is refused, whatever the environment has', async () => {
		expect(await failureOf(ask(express({ apiKey: '' })))).toMatchObject({ code: 'auth' });
		expect(sentTo).toEqual([]);
	});
});
