/**
 * Calls of Gemini beside the bare SDK, plain rules beside plain loops, and what memory many calls leave behind: ratios,
 * all in one run. CPU, since it does not depend on what else the machine does; the server is another process.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { REPOSITORY } from '../lib/processes.mjs';
import { ITEMS, RULES, checkByLoops } from './plainLoops.mjs';

const require = createRequire(import.meta.url);
const shared = join(REPOSITORY, 'dist', 'nodes', 'shared');
const { askForJson, askOnce, createPacer, openGemini, pacedClient, toWireSchema } = require(
	join(shared, 'model'),
);
const { openStateStore } = require(join(shared, 'state'));
const { checkPlainRules, parseGuide } = require(join(shared, 'style'));
const { GoogleGenAI } = require('@google/genai');
const { z } = require('zod/v4');

const REPEATS = 25;
const CALLS = 50;
const HEAP_CALLS = 3000;

/** Answers every request with the same good answer. */
const SERVER = `
const body = JSON.stringify({
	candidates: [{ content: { role: 'model', parts: [{ text: process.argv[1] }] }, finishReason: 'STOP', index: 0 }],
	usageMetadata: { promptTokenCount: 900, candidatesTokenCount: 600, thoughtsTokenCount: 100, totalTokenCount: 1600 },
	modelVersion: 'gemini-3.8-flash',
});
const server = require('node:http').createServer((request, response) => {
	request.resume().on('end', () => {
		response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' });
		response.end(body);
	});
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

const schema = z.object({
	concepts: z.array(
		z.object({
			title: z.string().min(1),
			logline: z.string(),
			visualApproach: z.string(),
			keyFrames: z.array(z.string()).min(2).max(8),
			palette: z.array(z.string()).min(1),
			tone: z.array(z.string()).min(1),
		}),
	),
});
const concept = {
	title: 'The last tile',
	logline: 'A witness flees over wet roofs, and each gap is wider than the one before. '.repeat(3),
	visualApproach: 'Sodium light from below, worn brick, long lens. '.repeat(4),
	keyFrames: ['Feet on the gutter', 'A coat tears', 'The gap', 'Silence'],
	palette: ['#0b0f14', '#c58b3a'],
	tone: ['tense', 'noir'],
};
const ANSWER = JSON.stringify({ concepts: [concept, concept, concept] });
const request = {
	model: 'gemini-3.8-flash',
	system: 'You write storyboard concepts. '.repeat(20),
	prompt: 'Three concepts for a rooftop chase. '.repeat(60),
	schema,
};

/** @param {() => Promise<unknown>} call @param {number} times CPU of one call, ms */
async function cpuPerCall(call, times) {
	const before = process.cpuUsage();
	for (let number = 0; number < times; number++) await call();
	const used = process.cpuUsage(before);
	return (used.user + used.system) / 1000 / times;
}

/** @param {number[]} values */
function median(values) {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** @param {(line: string) => void} say @param {string} url @param {string} folder */
async function measureCalls(say, url, folder) {
	const clock = () => Date.now();
	const sleep = (/** @type {number} */ ms, /** @type {AbortSignal | undefined} */ signal) =>
		delay(ms, undefined, signal === undefined ? {} : { signal });
	const gemini = await openGemini({ apiKey: 'bench', baseUrl: url, apiVersion: 'v1' });
	const pacer = createPacer({ atOnce: 8, perMinute: 0 }, { clock, sleep });
	const client = pacedClient(gemini, pacer, clock);
	const deps = { openClient: async () => client, clock, sleep };
	const sdk = new GoogleGenAI({
		apiKey: 'bench',
		vertexai: false,
		apiVersion: 'v1',
		httpOptions: { baseUrl: url },
	});
	const jsonSchema = toWireSchema(schema);
	const bare = async () => {
		const answer = await sdk.models.generateContent({
			model: request.model,
			contents: request.prompt,
			config: {
				systemInstruction: request.system,
				responseMimeType: 'application/json',
				responseJsonSchema: jsonSchema,
				httpOptions: { timeout: 120_000 },
			},
		});
		assert.equal(schema.parse(JSON.parse(answer.text ?? '')).concepts.length, 3);
	};
	const ours = () => askForJson(request, deps);
	const store = await openStateStore({ path: join(folder, 'state.sqlite'), clock, newId: () => 'bench' });
	const start = {
		runKey: 'bench',
		title: 'Bench',
		startedFrom: 'production',
		workflowId: 'bench',
		spendCapUsd: 1e6,
	};
	const { run } = await store.startRun(start);
	let key = 0;
	const step = { runId: run.runId, node: 'b/Ask', round: 0, slot: '1', owner: 'b', by: 'Ask' };
	const recorded = () => askOnce(store, { ...step, key: `k${++key}` }, request, deps);

	/** @type {Record<'bare' | 'ours' | 'recorded', number[]>} */
	const cpu = { bare: [], ours: [], recorded: [] };
	for (const warm of [bare, ours, recorded]) await cpuPerCall(warm, 300);
	for (let repeat = 0; repeat < REPEATS; repeat++) {
		cpu.bare.push(await cpuPerCall(bare, CALLS));
		cpu.ours.push(await cpuPerCall(ours, CALLS));
		cpu.recorded.push(await cpuPerCall(recorded, CALLS));
	}
	await store.close();
	const ratio = (/** @type {number[]} */ one) => median(one) / median(cpu.bare);
	const shown = (/** @type {number[]} */ one) => `${median(one).toFixed(2)} ms`;
	say(
		`CPU for one call: bare SDK ${shown(cpu.bare)}, askForJson ${shown(cpu.ours)}, askOnce with spend cap and SQLite ${shown(cpu.recorded)} (${ratio(cpu.recorded).toFixed(2)} times the bare SDK)`,
	);

	setFlagsFromString('--expose-gc');
	const collect = runInNewContext('gc');
	const heap = async () => {
		for (let time = 0; time < 4; time++) {
			collect();
			await delay(20);
		}
		return process.memoryUsage().heapUsed / 1e6;
	};
	await cpuPerCall(ours, 300);
	const before = await heap();
	await cpuPerCall(ours, HEAP_CALLS);
	const heapGrowthMb = Math.max(0, (await heap()) - before);
	say(`Heap after ${HEAP_CALLS} calls: ${heapGrowthMb.toFixed(2)} MB more than before`);
	return { cpuVsBareSdk: ratio(cpu.ours), heapGrowthMb };
}

/** @param {(line: string) => void} say */
function measureRules(say) {
	const guide = parseGuide({ rules: RULES });
	const time = (/** @type {() => unknown} */ work) => {
		const before = process.cpuUsage();
		work();
		const used = process.cpuUsage(before);
		return (used.user + used.system) / 1000;
	};
	const broken = (/** @type {any[]} */ findings) => findings.map(({ state }) => state === 'broken');
	for (const item of ITEMS) {
		assert.deepEqual(
			checkByLoops(item, RULES),
			broken(checkPlainRules(item, guide.rules)),
			JSON.stringify(item),
		);
	}
	/** @type {number[]} */
	const ratios = [];
	/** @type {number[]} */
	const ours = [];
	for (let repeat = 0; repeat < REPEATS; repeat++) {
		const loops = time(() => ITEMS.forEach((item) => checkByLoops(item, RULES)));
		const rules = time(() => ITEMS.forEach((item) => checkPlainRules(item, guide.rules)));
		ours.push(rules);
		ratios.push(rules / loops);
	}
	say(
		`${ITEMS.length} items x ${RULES.length} rules: ${median(ours).toFixed(0)} ms, ${median(ratios).toFixed(2)} times plain loops that find the same`,
	);
	return { rulesVsPlainLoops: median(ratios) };
}

/** @param {{ say: (line: string) => void }} bench */
export async function bench({ say }) {
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-bench-'));
	const server = spawn(process.execPath, ['-e', SERVER, ANSWER], { stdio: ['ignore', 'pipe', 'inherit'] });
	try {
		const port = await new Promise((resolve) =>
			server.stdout.once('data', (chunk) => resolve(Number(chunk))),
		);
		const { cpuVsBareSdk, heapGrowthMb } = await measureCalls(say, `http://127.0.0.1:${port}`, folder);
		return { cpuVsBareSdk, ...measureRules(say), heapGrowthMb };
	} finally {
		server.kill();
		await rm(folder, { recursive: true, force: true });
	}
}
