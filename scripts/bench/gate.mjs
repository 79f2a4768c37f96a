/**
 * The Human Gate beside n8n's own Form page, in one n8n: the same 60 concepts on both, requests in turns. The page is a GET,
 * the decision a POST that decides on all of them and lets the run go on. Ratios, not speeds.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../lib/processes.mjs';
import { OWNER } from '../n8nApi.mjs';
import { packPackage, startN8n } from '../n8nInstance.mjs';
import { choose, formOf, kindOf, visit } from '../prove/gateFlow.mjs';
import { conceptsOf, formWorkflow, gateWorkflow, linksWorkflow } from './gateFlows.mjs';

const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite');

/** @typedef {import('../n8nInstance.mjs').N8nInstance} N8n */
/** @typedef {{ gate: string[], form: string[] }} Links */
/** @typedef {{ gate: number[], form: number[] }} Times In milliseconds. */

const CONCEPTS = 60;
const REPEATS = 5;
/** Runs that wait at once, and requests of each kind in a repeat. */
const RUNS = 200;
const AT_ONCE = 4;

/** @param {N8n} n8n @param {Record<string, any>} workflow */
async function publish({ api }, workflow) {
	const imported = await api.importWorkflow(workflow);
	await api.publish(/** @type {any} */ (imported));
	return imported;
}

/** A few at a time. @param {number} count @param {() => Promise<void>} job */
async function repeated(count, job) {
	let left = count;
	const worker = async () => {
		while (left-- > 0) await job();
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Starts runs that wait for a person. @param {N8n} n8n @param {Record<string, any>} gate @param {number} count */
async function parkAtGate({ baseUrl, api }, gate, count) {
	await repeated(count, async () => {
		const response = await fetch(`${baseUrl}/webhook/${gate.name}`, { method: 'POST' });
		if (!response.ok) throw new Error(`The webhook answered ${response.status}: ${await response.text()}`);
	});
	const links = await untilThere(count, async () => {
		const response = await fetch(`${baseUrl}/webhook/links`, { method: 'POST' });
		return (await response.json()).links;
	});
	await quiet(api);
	return links;
}

/** @param {N8n} n8n @param {Record<string, any>} form @param {number} count */
async function parkAtForm({ api }, form, count) {
	/** @type {string[]} */
	const links = [];
	await repeated(count, async () => {
		const { status, body } = await api.submitForm(form, { Name: 'Maya' });
		if (status !== 200) throw new Error(`The form answered ${status}: ${JSON.stringify(body)}`);
		links.push(body.formWaitingUrl);
	});
	await quiet(api);
	return links;
}

/** @param {number} count @param {() => Promise<string[]>} look */
async function untilThere(count, look) {
	for (const end = Date.now() + 120_000; ; await sleep(500)) {
		const found = await look();
		if (found.length === count) return found;
		if (Date.now() > end) throw new Error(`${found.length} of ${count} runs wait after 2 minutes.`);
	}
}

/** Until n8n runs nothing, so that nothing of one request is counted with the next. @param {N8n['api']} api */
async function quiet(api) {
	while ((await api.listExecutions({ status: ['running', 'new'] })).length > 0) await sleep(20);
}

/**
 * Sends one request of each kind after the other, and the other way round the next time.
 * @param {Links} links
 * @param {{ gate: (link: string, index: number) => Promise<void>, form: (link: string, index: number) => Promise<void> }} send
 * @param {() => Promise<void>} [between] @returns {Promise<Times>}
 */
async function inTurns(links, send, between = async () => undefined) {
	/** @type {Times} */
	const times = { gate: [], form: [] };
	for (let index = 0; index < links.gate.length; index++) {
		for (const kind of /** @type {const} */ (index % 2 === 0 ? ['gate', 'form'] : ['form', 'gate'])) {
			const start = performance.now();
			await send[kind](links[kind][index] ?? '', index);
			times[kind].push(performance.now() - start);
			await between();
		}
	}
	return times;
}

/** @param {number[]} values @param {number} share */
const quantile = (values, share) =>
	[...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;
/** @param {number[]} values */
const median = (values) => quantile(values, 0.5);
/** @param {Times} times */
const ratioOf = ({ gate, form }) => quantile(gate, 0.95) / quantile(form, 0.95);

/** The whole form as a browser sends it. @param {string} page */
function formAnswer(page) {
	const body = new FormData();
	for (const [, name = ''] of page.matchAll(/name="(field-\d+)"/g)) body.append(name, 'Approve');
	return body;
}

/** Bytes of a database as its readers see it, with what is still in its log. @param {string} path */
function bytesOf(path) {
	if (!existsSync(path)) return 0;
	const database = new DatabaseSync(path, { readOnly: true });
	const number = (/** @type {string} */ name) =>
		Number(Object.values(database.prepare(`PRAGMA ${name}`).get())[0]);
	const bytes = (number('page_count') - number('freelist_count')) * number('page_size');
	database.close();
	return bytes;
}

/** What n8n and the nodes keep of all runs, and n8n's memory. @param {N8n} n8n @param {string} userFolder */
async function kept({ pid, stateFile }, userFolder) {
	const [, kb] = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')) ?? [];
	return {
		n8n: bytesOf(join(userFolder, '.n8n', 'database.sqlite')),
		state: bytesOf(stateFile),
		memory: Number(kb) * 1000,
	};
}

/** @param {{ say: (line: string) => void }} bench @returns {Promise<Record<string, number>>} */
export async function bench({ say }) {
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-gate-bench-'));
	const userFolder = join(folder, 'n8n');
	/** @type {N8n | undefined} */
	let n8n;
	try {
		const packageTarball = await packPackage(REPOSITORY, join(folder, 'package'));
		n8n = await startN8n({ userFolder, packageTarball });
		return await measure(n8n, userFolder, say);
	} finally {
		await n8n?.stop();
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	}
}

/** @param {N8n} n8n @param {string} userFolder @param {(line: string) => void} say */
async function measure(n8n, userFolder, say) {
	const { api } = n8n;
	await api.enter(OWNER);
	const concepts = conceptsOf(CONCEPTS);
	await publish(n8n, linksWorkflow('links'));
	const gate = await publish(n8n, gateWorkflow('gate', concepts));
	const form = await publish(n8n, formWorkflow('form', concepts));
	/** @type {{ page: number[], decision: number[] }} */
	const ratios = { page: [], decision: [] };
	let [pageKb60, kbPerParkedRun, parkedRuns] = [0, 0, 0];
	// The first requests load what later ones find loaded.
	for (let repeat = -1; repeat < REPEATS; repeat++) {
		const count = repeat < 0 ? 10 : RUNS;
		const before = await kept(n8n, userFolder);
		const gateLinks = await parkAtGate(n8n, gate, count);
		const after = await kept(n8n, userFolder);
		const links = { gate: gateLinks, form: await parkAtForm(n8n, form, count) };
		const withForms = await kept(n8n, userFolder);
		/** @type {{ gate: string[], form: string[] }} */
		const pages = { gate: [], form: [] };
		const look = (/** @type {'gate' | 'form'} */ kind) => async (/** @type {string} */ link) => {
			const { status, body } = await visit(link);
			if (status !== 200) throw new Error(`A page of the ${kind} answered ${status}.`);
			pages[kind].push(body);
		};
		const looked = await inTurns(links, { gate: look('gate'), form: look('form') });
		const approveAll = choose(Array.from({ length: CONCEPTS }, () => 'approve'));
		const decided = await inTurns(
			links,
			{
				gate: async (link, index) => {
					const answer = await visit(link, { form: formOf(pages.gate[index] ?? '', approveAll) });
					if (kindOf(answer) !== 'sent') throw new Error(`The gate answered ${kindOf(answer)}.`);
				},
				form: async (link, index) => {
					const answer = await fetch(link, { method: 'POST', body: formAnswer(pages.form[index] ?? '') });
					await answer.text();
					if (answer.status !== 200) throw new Error(`The form answered ${answer.status}.`);
				},
			},
			() => quiet(api),
		);
		if (repeat < 0) continue;
		const kb = (/** @type {number} */ from, /** @type {number} */ to) => (to - from) / count / 1000;
		if (repeat === 0) {
			parkedRuns = gateLinks.length;
			pageKb60 = Buffer.byteLength(pages.gate[0] ?? '') / 1000;
			kbPerParkedRun = kb(before.n8n + before.state, after.n8n + after.state);
			say(
				`A parked run: ${kb(before.n8n, after.n8n).toFixed(0)} KB in n8n's database, ${kb(before.state, after.state).toFixed(0)} KB of state, ` +
					`${kb(before.memory, after.memory).toFixed(0)} KB of memory; at n8n's form ${kb(after.n8n, withForms.n8n).toFixed(0)} KB in n8n's database. ` +
					`The form's page: ${(Buffer.byteLength(pages.form[0] ?? '') / 1000).toFixed(0)} KB`,
			);
		}
		ratios.page.push(ratioOf(looked));
		ratios.decision.push(ratioOf(decided));
		const both = (/** @type {Times} */ times) =>
			[0.5, 0.95]
				.map((share) => `${quantile(times.gate, share).toFixed(0)}/${quantile(times.form, share).toFixed(0)}`)
				.join(', ');
		say(
			`Round ${repeat + 1} of ${REPEATS}, gate/form ms, median and p95: page ${both(looked)}; decision ${both(decided)}`,
		);
	}
	return {
		pageKb60,
		p95PageVsForm: median(ratios.page),
		p95DecisionVsForm: median(ratios.decision),
		parkedRuns,
		kbPerParkedRun,
	};
}
