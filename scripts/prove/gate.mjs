/** What the Human Gate promises when many decide at once, when n8n dies, and when machines look at its links. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../lib/processes.mjs';
import { ENDED, OWNER } from '../n8nApi.mjs';
import { packPackage, startN8n } from '../n8nInstance.mjs';
import {
	AFTER,
	GATE,
	callAndWait,
	choose,
	formOf,
	gateWorkflow,
	itemsOf,
	kindOf,
	linkOf,
	timesRun,
	visit,
} from './gateFlow.mjs';
import { killedDeciders } from './gateInProcess.mjs';
import { startQueue } from './queueMode.mjs';
import { userAgents } from './gateUserAgents.mjs';

/** @typedef {Record<string, any>} Json */
/** @typedef {import('../n8nInstance.mjs').N8nInstance} N8n */
/** @typedef {import('./gateFlow.mjs').Answer} Answer */
/** @typedef {{ api: N8n['api'], stateFile: string, database?: string }} Place Where n8n is, and its state. */

const { openStateStore } = createRequire(import.meta.url)(
	join(REPOSITORY, 'dist', 'nodes', 'shared', 'state'),
);
const PIECES = 3;
const AT_ONCE = 100;
/**
 * n8n's own answers of this kind: to everybody while its database is slow, and to who comes at the moment when an execution
 * ends, since it reads that it waits first and what it waits for later. Neither asks the gate. They are counted.
 */
const OF_N8N = ["n8n's 503, its database is slow", "n8n's 500 before the gate is asked"];
const OUTPUT_OF = /** @type {Record<string, number>} */ ({ approve: 1, reject: 2, redirect: 3 });

/** @param {Place} n8n @param {string} name */
async function publish({ api }, name) {
	const pieces = Array.from({ length: PIECES }, (_, index) => ({ id: `p${index}`, title: `Still ${index}` }));
	const workflow = await api.importWorkflow(gateWorkflow({ name, pieces }));
	await api.publish(/** @type {any} */ (workflow));
	return workflow;
}

/** n8n refuses everything for a moment when its database is slow; that is asked again. @param {N8n} n8n @returns {N8n} */
function patient(n8n) {
	const retried = Object.entries(n8n.api).map(([name, method]) => {
		if (typeof method !== 'function') return [name, method];
		const ask = async (/** @type {any[]} */ ...args) => {
			for (const end = Date.now() + 60_000; ; await sleep(500)) {
				try {
					return await /** @type {any} */ (method)(...args);
				} catch (/** @type {any} */ error) {
					if (error.status !== 503 || Date.now() > end) throw error;
				}
			}
		};
		return [name, ask];
	});
	return { ...n8n, api: Object.fromEntries(retried) };
}

/** @param {Place} n8n */
const openStateOf = ({ stateFile, database }) =>
	openStateStore({
		...(database === undefined ? { path: stateFile } : { server: database }),
		clock: () => Date.now(),
		newId: randomUUID,
	});

/** The run's decisions. @param {Place} n8n @param {Json} execution @returns {Promise<Json[]>} */
async function decisionsOf(n8n, execution) {
	const store = await openStateOf(n8n);
	const { fields } = await store.read(itemsOf(execution, 'Begin')[0].json.runId);
	await store.close();
	return fields.decisions ?? [];
}

/** Each piece was decided once, and left once by the output of its decision. @param {Json} execution @param {Json[]} decisions */
function checkOutcome(execution, decisions) {
	assert.equal(execution.status, 'success', `the execution is ${execution.status}`);
	assert.equal(decisions.length, PIECES, `${decisions.length} decisions for ${PIECES} pieces`);
	assert.equal(
		new Set(decisions.map(({ artefactId }) => artefactId)).size,
		PIECES,
		'a piece was decided twice',
	);
	for (const [output, after] of AFTER.entries()) {
		const expected = decisions.filter(({ action }) => OUTPUT_OF[action] === output);
		const left = itemsOf(execution, after).map(({ json }) => json);
		assert.deepEqual(left.map(({ id }) => id).sort(), expected.map(({ artefactId }) => artefactId).sort());
		assert.equal(timesRun(execution, after), expected.length === 0 ? 0 : 1, `${after} ran more than once`);
		for (const { id, own } of left) assert.equal(own, `Brief of ${id}`);
	}
}

/** What reviewers send at the same time, some of it nonsense. @param {string} link @param {Answer} page @param {number} number */
function mixedRequest(link, page, number) {
	const all = (/** @type {string} */ action) => choose(Array.from({ length: PIECES }, () => action));
	const form = (/** @type {Record<string, string>} */ choices) => ({
		form: formOf(page.body, { ...choices, reviewer: `Reviewer ${number}` }),
	});
	const garbage = [
		{ form: {} },
		{ form: { nonce: 'another', reviewer: 'Eve', send: 'all', end: '1' } },
		{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"send":"all","nonce":{}}' },
		{ method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"broken' },
		{ form: formOf(page.body, { ...all('unknown'), i0: '../../etc/passwd', h1: 'x'.repeat(50_000) }) },
	];
	const requests = [
		() => form(all('approve')),
		() => form(all('reject')),
		() => form(all('redirect')),
		() => form({ send: 'continue' }),
		() => garbage[Math.floor(number / 10) % garbage.length] ?? { form: {} },
		() => form(choose(['', 'approve'], { send: 'save' })),
		() => form(choose(['approve', 'reject', 'redirect'])),
		() => form(all('approve')),
		() => ({}),
		() => form(choose(['reject', 'approve', 'approve'])),
	];
	return visit(link, requests[number % requests.length]?.() ?? {});
}

/**
 * @param {Place} n8n @param {Json} workflow @param {number} rounds
 * @param {(link: string, number: number) => string} [elsewhere] The same link at another process.
 */
async function manyReviewers(n8n, workflow, rounds, elsewhere = (link) => link) {
	/** @type {Map<string, number>} */
	const kinds = new Map();
	let slowest = 0;
	for (let round = 0; round < rounds; round++) {
		const waiting = await callAndWait(n8n.api, workflow);
		const link = linkOf(waiting);
		const page = await visit(link);
		const began = Date.now();
		const answers = await Promise.all(
			Array.from({ length: AT_ONCE }, (_, number) => mixedRequest(elsewhere(link, number), page, number)),
		);
		slowest = Math.max(slowest, Date.now() - began);
		for (const answer of answers) {
			const kind = kindOf(answer);
			kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
			assert.ok(
				answer.status < 500 || OF_N8N.includes(kind),
				`round ${round}: ${answer.status} ${answer.body.slice(0, 300)}`,
			);
		}
		// Of two that decided different pieces at once one sends on, and both are told.
		const sent = answers.filter((answer) => kindOf(answer) === 'sent').length;
		assert.ok(sent >= 1, `round ${round}: nobody was told that the run goes on; answers: ${tallied(kinds)}`);
		const execution = await n8n.api.waitForExecution(waiting.id);
		checkOutcome(execution, await decisionsOf(n8n, execution));
	}
	return `${rounds} rounds, 1 decision per piece and 1 run of each branch; answers: ${tallied(kinds)}; slowest round ${slowest} ms`;
}

/** @param {Map<string, number>} kinds */
const tallied = (kinds) =>
	[...kinds]
		.sort(([, a], [, b]) => b - a)
		.map(([kind, count]) => `${count} ${kind}`)
		.join(', ');

/**
 * Kills n8n at a random moment around a decision, starts it again, and goes on as a person would: opens the link, presses
 * the button, and retries an execution that n8n calls crashed.
 * @param {{ userFolder: string, n8n: N8n }} place @param {number} kills
 */
async function killedN8n(place, kills) {
	const workflow = await publish(place.n8n, 'killed');
	/** @type {Map<string, number>} */
	const ends = new Map();
	/** @type {number[]} */
	const delays = [];
	for (let kill = 0; kill < kills; kill++) {
		const waiting = await callAndWait(place.n8n.api, workflow);
		const link = linkOf(waiting);
		const form = formOf((await visit(link)).body, choose(['approve', 'reject', 'redirect']));
		const answer = visit(link, { form }).catch(() => undefined);
		await sleep(Math.random() * 200);
		place.n8n.kill();
		await place.n8n.stop();
		const acknowledged = await answer;
		const before = await decisionsOf(place.n8n, waiting);
		assert.ok(before.length === PIECES || acknowledged === undefined, 'an acknowledged decision is lost');
		place.n8n = patient(await startN8n({ userFolder: place.userFolder, port: place.n8n.port }));
		await place.n8n.api.enter(OWNER);
		const { execution, how, waited } = await goOn(place.n8n, waiting.id, link, form);
		const at = `${acknowledged === undefined ? 'unanswered' : 'answered'}, ${before.length} of ${PIECES} decided, ${how}`;
		ends.set(at, (ends.get(at) ?? 0) + 1);
		if (how === 'continued') delays.push(waited);
		const decisions = await decisionsOf(place.n8n, execution);
		checkOutcome(execution, decisions);
		assert.deepEqual(decisions.slice(0, before.length), before, 'a decision changed');
	}
	const lease = delays.length === 0 ? '' : `; continued ${Math.max(...delays)} s after n8n was back at most`;
	return `${kills} kills, 0 decisions lost or doubled, each run ended; ${tallied(ends)}${lease}`;
}

/**
 * Until the execution has ended well.
 * @param {N8n} n8n @param {string} id @param {string} link @param {Record<string, string>} form
 */
async function goOn({ api }, id, link, form) {
	const began = Date.now();
	let how = 'went on by itself';
	for (const end = began + 120_000; Date.now() < end; await sleep(500)) {
		const { status } = await api.getExecution(id);
		const waited = Math.round((Date.now() - began) / 1000);
		if (status === 'success') return { execution: await api.getExecution(id), how, waited };
		if (status === 'crashed' || status === 'error') {
			const retried = await api.retryExecution(id);
			const execution = await api.waitForExecution(retried.id, { until: ['waiting', ...ENDED] });
			return { execution, how: `retried after n8n called it ${status}`, waited };
		}
		if (status !== 'waiting') continue;
		const page = await visit(link);
		const isDecided = /Continue the run/.test(page.body);
		const kind = kindOf(await visit(link, { form: isDecided ? { ...form, send: 'continue' } : form }));
		if (kind === 'sent') how = isDecided ? 'continued' : 'decided again';
		else assert.match(kind, /decided before|409|no-action/, `the page answers: ${kind}`);
	}
	throw new Error(`execution ${id} is ${(await api.getExecution(id)).status} after 2 minutes`);
}

/** Machines open links that they find in messages. @param {Place} n8n */
async function lookedAt(n8n) {
	const workflow = await publish(n8n, 'looked-at');
	const waiting = await callAndWait(n8n.api, workflow);
	const link = linkOf(waiting);
	const stateOf = async () => {
		const store = await openStateOf(n8n);
		const { runId } = itemsOf(waiting, 'Begin')[0].json;
		const state = JSON.stringify([
			await store.getRun(runId),
			await store.read(runId),
			await store.listSteps(runId),
		]);
		await store.close();
		return state;
	};
	const before = await stateOf();
	/** @type {Map<string, number>} */
	const kinds = new Map();
	for (const agent of userAgents) {
		for (const method of ['GET', 'HEAD', 'OPTIONS']) {
			const answer = await visit(link, { method, headers: { 'user-agent': agent } });
			assert.ok(answer.status < 400, `${method} by ${agent}: ${answer.status}`);
			const kind = `${method} ${answer.status}`;
			kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
		}
	}
	assert.equal(await stateOf(), before, 'the state changed');
	assert.equal((await n8n.api.getExecution(waiting.id)).status, 'waiting');
	const sent = await visit(link, {
		form: formOf((await visit(link)).body, choose(Array.from({ length: PIECES }, () => 'approve'))),
	});
	assert.equal(kindOf(sent), 'sent', 'the link is used up');
	return `${userAgents.length} user agents, ${tallied(kinds)}; 0 decisions, 0 changes of state, and the link still decides`;
}

/** Half of the requests come to main, half to the process for webhooks; workers run the rest. @param {string} folder @param {string} packageTarball @param {number} rounds */
async function inQueueMode(folder, packageTarball, rounds) {
	const queue = await startQueue({ folder, packageTarball });
	try {
		const n8n = { ...patient(queue.n8n), database: queue.database };
		await n8n.api.enter(OWNER);
		const workflow = await publish(n8n, 'queue');
		return await manyReviewers(n8n, workflow, rounds, (link, number) =>
			number % 2 === 0 ? link : link.replace(`:${n8n.port}/`, `:${queue.webhookPort}/`),
		);
	} finally {
		await queue.stop();
	}
}

/** @param {{ claim: (claim: string, check: () => Promise<string>) => Promise<void>, isShort: boolean }} proof */
export async function prove({ claim, isShort }) {
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-gate-proof-'));
	/** @type {{ userFolder: string, n8n: N8n } | undefined} */
	let place;
	try {
		const kills = isShort ? 10 : 200;
		await claim(`In one process each: kill -9 of ${kills} that decide and send on`, () =>
			killedDeciders(folder, kills),
		);
		const userFolder = join(folder, 'n8n');
		const packageTarball = await packPackage(REPOSITORY, join(folder, 'package'));
		const running = { userFolder, n8n: patient(await startN8n({ userFolder, packageTarball })) };
		place = running;
		await running.n8n.api.enter(OWNER);
		await claim('Real n8n: link previews and scanners decide nothing', () => lookedAt(running.n8n));
		const rounds = isShort ? 5 : 50;
		const together = `Real n8n: ${AT_ONCE} requests at once, ${rounds} times`;
		await claim(together, async () =>
			manyReviewers(running.n8n, await publish(running.n8n, 'together'), rounds),
		);
		const times = isShort ? 3 : 20;
		await claim(`Real n8n: kill -9 at ${times} random moments around a decision`, () =>
			killedN8n(running, times),
		);
		await running.n8n.stop();
		if (isShort) return;
		await claim(`Queue mode with two workers: ${AT_ONCE} requests at once, 10 times`, () =>
			inQueueMode(folder, packageTarball, 10),
		);
	} finally {
		await place?.n8n.stop();
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	}
}
