/** That Set-Up: Check names what is broken and gives no alarm on what is good, in real n8n: one process, and queue mode. */
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, request as forward } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { REPOSITORY, freePorts, run } from '../lib/processes.mjs';
import { OWNER } from '../n8nApi.mjs';
import { packPackage, startN8n } from '../n8nInstance.mjs';
import { callAndWait, gateWorkflow } from './gateFlow.mjs';
import { startQueue } from './queueMode.mjs';

/** @typedef {Record<string, any>} Json */
/** @typedef {import('../n8nApi.mjs').N8nApi} Api */

const NEW_MODEL = 'gemini-9-preview';
/** Its clock is a minute and a half ahead. */
const WRONG_CLOCK = `const RealDate = Date;
globalThis.Date = class extends RealDate {
	constructor(...given) { given.length === 0 ? super(RealDate.now() + 90_000) : super(...given); }
	static now() { return RealDate.now() + 90_000; }
};`;

/** Gemini's list of models: one of them only in V1 Beta, nothing for a wrong key. @param {number} port */
async function startModelList(port) {
	const server = createServer((request, response) => {
		const send = (/** @type {number} */ status, /** @type {Json} */ body) =>
			response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
		if (request.headers['x-goog-api-key'] !== 'right') {
			const message = 'API key not valid. Please pass a valid API key.';
			return send(400, {
				error: {
					code: 400,
					message,
					status: 'INVALID_ARGUMENT',
					details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
				},
			});
		}
		const names = ['gemini-3.8-flash', ...(request.url?.startsWith('/v1beta/') ? [NEW_MODEL] : [])];
		return send(200, {
			models: names.map((name) => ({
				name: `models/${name}`,
				supportedGenerationMethods: ['generateContent'],
			})),
		});
	});
	await new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(undefined)));
	return server;
}

/** A proxy that adds to the address what some add to count visitors. @param {number} port @param {() => number} target */
async function startProxy(port, target) {
	const server = createServer((request, response) => {
		const path = `${request.url}${request.url?.includes('?') ? '&' : '?'}visitor=1`;
		const passed = forward(
			{ port: target(), path, method: request.method, headers: request.headers },
			(answer) => {
				response.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.pipe(response);
			},
		);
		passed.on('error', () => response.writeHead(502).end());
		request.pipe(passed);
	});
	await new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(undefined)));
	return server;
}

/** Called by a webhook that answers with what the check says. @param {string} name @param {Json} parameters @param {Json} [more] */
function checkWorkflow(name, parameters, { credential, settings = { saveExecutionProgress: true } } = {}) {
	const node = (/** @type {string} */ label, /** @type {string} */ type, /** @type {Json} */ rest) => ({
		...{ id: label, name: label, type, typeVersion: 1, position: [0, 0], parameters: {} },
		...rest,
	});
	return {
		name,
		nodes: [
			node('Called', 'n8n-nodes-base.webhook', {
				parameters: { path: name, httpMethod: 'POST', responseMode: 'lastNode', responseData: 'allEntries' },
				typeVersion: 2,
				webhookId: name,
			}),
			node('Check', 'n8n-nodes-greenlight.sharedStateStore', {
				parameters: { resource: 'setUp', operation: 'check', ...parameters },
				...(credential === undefined ? {} : { credentials: { greenlightGeminiApi: credential } }),
			}),
		],
		connections: { Called: { main: [[{ node: 'Check', type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1', ...settings },
	};
}

/** @param {Api} api @param {string} baseUrl Where Gemini is. @param {string} apiKey */
function geminiCredential(api, baseUrl, apiKey) {
	return api.createCredential({
		name: `Gemini ${apiKey}`,
		type: 'greenlightGeminiApi',
		data: {
			...{ access: 'apiKey', apiKey, baseUrl, apiVersion: 'v1', callsAtOnce: 0, callsPerMinute: 0 },
			...{ project: '', location: '', clientEmail: '', privateKey: '' },
		},
	});
}

/** What the check says that is not good; undefined when no process with the package had the execution. @param {string} baseUrl @param {string} name */
async function alarmsOf(baseUrl, name) {
	const response = await fetch(`${baseUrl}/webhook/${name}`, { method: 'POST' }).catch(() => undefined);
	if (response?.ok !== true) return undefined;
	const findings = /** @type {Json[]} */ (await response.json());
	assert.ok(Array.isArray(findings) && findings.length >= 14, JSON.stringify(findings).slice(0, 300));
	return findings
		.filter(({ status }) => status !== 'good')
		.map(({ check, status, why }) => ({ name: `${check} ${status}`, why: String(why) }));
}

/** @param {{ name: string, why: string }[] | undefined} alarms @param {readonly string[]} expected */
function expectAlarms(alarms, expected) {
	assert.ok(alarms, 'the check did not run');
	const said = alarms.map(({ name, why }) => `${name}: ${why}`).join('\n');
	assert.deepEqual(alarms.map(({ name }) => name).sort(), [...expected].sort(), said);
	return alarms[0]?.why ?? 'no alarm';
}

/** @param {string} folder @param {string} packageTarball @param {(claim: string, check: () => Promise<string>) => Promise<void>} claim @param {boolean} isShort */
async function inOneProcess(folder, packageTarball, claim, isShort) {
	const userFolder = join(folder, 'n8n');
	const [port = 0, closed = 0, proxyPort = 0, models = 0] = await freePorts(4);
	const baseUrl = `http://127.0.0.1:${port}`;
	const gemini = await startModelList(models);
	const proxy = await startProxy(proxyPort, () => port);
	/** @param {Record<string, string>} [env] */
	const start = (env = {}) => startN8n({ userFolder, packageTarball, port, env });
	let n8n = await start();
	/** @param {string} what @param {Record<string, string>} env @param {readonly string[]} expected @param {string} [name] */
	const broken = (what, env, expected, name = 'good') =>
		claim(`One process: ${what}`, async () => {
			await n8n.stop();
			n8n = await start(env);
			return expectAlarms(await alarmsOf(baseUrl, name), expected);
		});
	try {
		const { api } = n8n;
		await api.enter(OWNER);
		const address = `http://127.0.0.1:${models}`;
		const [right, wrong] = [
			await geminiCredential(api, address, 'right'),
			await geminiCredential(api, address, 'wrong'),
		];
		const asked = { authentication: 'greenlightGeminiApi' };
		const workflows = [
			gateWorkflow({ name: 'gate', pieces: [{ id: 'p1', title: 'Still 1' }] }),
			checkWorkflow('good', asked, { credential: right }),
			checkWorkflow('wrong-key', asked, { credential: wrong }),
			checkWorkflow(
				'new-model',
				{ ...asked, model: { __rl: true, mode: 'id', value: NEW_MODEL } },
				{ credential: right },
			),
			checkWorkflow('no-progress', asked, { credential: right, settings: {} }),
		];
		const [gate = {}] = await Promise.all(
			workflows.map(async (workflow) => {
				const imported = await api.importWorkflow(workflow);
				await api.publish(/** @type {any} */ (imported));
				return imported;
			}),
		);
		await callAndWait(api, gate);
		const said = async (/** @type {string} */ name, /** @type {string[]} */ expected) =>
			expectAlarms(await alarmsOf(baseUrl, name), expected);
		await claim('One process: a good set-up', () => said('good', []));
		await claim('One process: a key that does not work', () =>
			said('wrong-key', ['geminiKey problem', 'model not seen']),
		);
		await claim('One process: the other API version', () => said('new-model', ['model problem']));
		await claim('One process: saved progress off', () => said('no-progress', ['savedProgress problem']));
		await broken('WEBHOOK_URL not set', { WEBHOOK_URL: '' }, ['webAddress problem']);
		await broken('WEBHOOK_URL that leads nowhere', { WEBHOOK_URL: `http://127.0.0.1:${closed}/` }, [
			'webAddress problem',
			'signedLinks not seen',
		]);
		await broken('a proxy that adds to the address', { WEBHOOK_URL: `http://127.0.0.1:${proxyPort}/` }, [
			'signedLinks problem',
		]);
		await broken('unverified packages off', { N8N_UNVERIFIED_PACKAGES_ENABLED: 'false' }, [
			'unverifiedPackages problem',
		]);
		if (isShort || process.getuid?.() !== 0) return;
		await claim('One process: a full disk', async () => {
			await n8n.stop();
			return onFullDisk(join(userFolder, '.n8n', 'greenlight'), async (fill) => {
				n8n = await start();
				await fill();
				const alarms = await alarmsOf(baseUrl, 'good');
				await n8n.stop();
				return expectAlarms(alarms, [
					'state problem',
					'disk problem',
					'signedLinks not seen',
					'clocks not seen',
				]);
			});
		});
	} finally {
		await n8n.stop();
		gemini.close();
		proxy.close();
	}
}

/** Puts the folder on a small disk of its own. @template T @param {string} folder @param {(fill: () => Promise<void>) => Promise<T>} work */
async function onFullDisk(folder, work) {
	const aside = `${folder}-aside`;
	await rename(folder, aside);
	await mkdir(folder);
	const mounted = await run(['mount', '-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder]);
	assert.equal(mounted.code, 0, mounted.output);
	try {
		await cp(aside, folder, { recursive: true });
		return await work(async () => {
			await writeFile(join(folder, 'filler'), Buffer.alloc(20_000_000)).catch(() => undefined);
		});
	} finally {
		await run(['umount', folder]);
	}
}

/** @param {string} folder @param {string} packageTarball @param {(claim: string, check: () => Promise<string>) => Promise<void>} claim */
async function inQueueMode(folder, packageTarball, claim) {
	const queue = await startQueue({ folder, packageTarball, linksToWebhook: true });
	const [models = 0] = await freePorts(1);
	const gemini = await startModelList(models);
	const client = new pg.Client({ connectionString: queue.database });
	try {
		await client.connect();
		await client.query('create database elsewhere');
		const elsewhere = new URL(queue.database);
		elsewhere.pathname = '/elsewhere';
		const ELSEWHERE = { GREENLIGHT_DATABASE_URL: elsewhere.href };
		const { api, baseUrl } = queue.n8n;
		await api.enter(OWNER);
		const credential = await geminiCredential(api, `http://127.0.0.1:${models}`, 'right');
		const gate = await api.importWorkflow(
			gateWorkflow({ name: 'gate', pieces: [{ id: 'p1', title: 'Still 1' }] }),
		);
		await api.publish(/** @type {any} */ (gate));
		const check = checkWorkflow(
			'queue',
			{ authentication: 'greenlightGeminiApi', workers: 2 },
			{ credential },
		);
		await api.publish(/** @type {any} */ (await api.importWorkflow(check)));
		await callAndWait(api, gate);
		/** Asks for some checks at once, so that each worker gets some, then once more: what they say when all have been heard of. */
		const said = async () => {
			// As if a minute had passed: what ended is not heard of any more.
			await client.query('delete from greenlight.processes');
			await Promise.all(Array.from({ length: 24 }, () => alarmsOf(baseUrl, 'queue')));
			for (let attempt = 0; attempt < 20; attempt++) {
				const alarms = await alarmsOf(baseUrl, 'queue');
				if (alarms !== undefined) return alarms;
			}
			return undefined;
		};
		let [, second] = queue.workers;
		/** @param {Record<string, string>} changes */
		const replaceSecond = async (changes) => {
			await second?.end();
			second = await queue.startWorker(changes);
		};
		await claim('Queue mode: a good set-up with two workers', async () => expectAlarms(await said(), []));
		await claim('Queue mode: the package is missing on a worker', async () => {
			await replaceSecond({ N8N_USER_FOLDER: join(folder, 'bare') });
			return expectAlarms(await said(), ['workers not seen']);
		});
		await claim('Queue mode: a worker keeps its state elsewhere', async () => {
			await replaceSecond(ELSEWHERE);
			const alarms = await said();
			// It depends on the worker that was asked: the other one knows no review.
			const isOther = alarms?.length === 3;
			return expectAlarms(alarms, [
				'workers not seen',
				...(isOther ? ['sameState not seen', 'signedLinks not seen'] : []),
			]);
		});
		await claim("Queue mode: a worker's clock is wrong", async () => {
			const clock = join(folder, 'clock.cjs');
			await writeFile(clock, WRONG_CLOCK);
			await replaceSecond({ NODE_OPTIONS: `--require ${clock}` });
			return expectAlarms(await said(), ['clocks problem']);
		});
		await claim('Queue mode: the process for webhooks keeps its state elsewhere', async () => {
			await replaceSecond({});
			await queue.webhook.end();
			await queue.startWebhook(ELSEWHERE);
			return expectAlarms(await said(), ['sameState problem']);
		});
		await claim('Queue mode: the state is a file', async () => {
			await second?.end();
			await queue.workers[0]?.end();
			await queue.startWorker({ GREENLIGHT_DATABASE_URL: '' });
			return expectAlarms(await said(), [
				...['state problem', 'workers not seen', 'clocks not seen'],
				...['signedLinks not seen', 'sameState not seen'],
			]);
		});
	} finally {
		await client.end();
		gemini.close();
		await queue.stop();
	}
}

/** @param {{ claim: (claim: string, check: () => Promise<string>) => Promise<void>, isShort: boolean }} proof */
export async function prove({ claim, isShort }) {
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-setup-proof-'));
	try {
		const packageTarball = await packPackage(REPOSITORY, join(folder, 'package'));
		await inOneProcess(folder, packageTarball, claim, isShort);
		if (!isShort) await inQueueMode(folder, packageTarball, claim);
	} finally {
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	}
}
