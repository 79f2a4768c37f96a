/**
 * Template 02 in queue mode, many runs at once: main, a process for webhooks and workers, PostgreSQL and Redis. Of two people
 * who decide about the same review at the same moment one approves all and one rejects all. A worker is killed in the middle,
 * and another one takes its place. The model is the offline stand-in.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { REPOSITORY, signalGroup } from '../lib/processes.mjs';
import { OWNER } from '../n8nApi.mjs';
import { packPackage } from '../n8nInstance.mjs';
import { startStandIn } from '../standInModel.mjs';
import { CREDENTIAL_TYPE, withCredential } from '../start/prepare.mjs';
import { reviewLink } from '../start/review.mjs';
import { choose, formOf, kindOf, timesRun, visit } from './gateFlow.mjs';
import { startQueue } from './queueMode.mjs';

/** @typedef {Record<string, any>} Json */
/** @typedef {import('./queueMode.mjs').Queue} Queue */
/** @typedef {{ id: string, status: string, retryOf: string | null, retriedBy: string | null }} Row */

const { artefactsOf, openStateStore } = createRequire(import.meta.url)(
	join(REPOSITORY, 'dist', 'nodes', 'shared', 'state'),
);
const PIECES = 3;
const FORMS_AT_ONCE = 20;
const PATIENCE_MS = 25 * 60_000;
const APPROVED = 'Approved concepts';

/** @param {Queue} queue @param {string} modelUrl */
async function publishTemplate({ n8n }, modelUrl) {
	const { api } = n8n;
	await api.enter(OWNER);
	const credential = await api.createCredential({
		name: 'Offline stand-in (not Gemini)',
		type: CREDENTIAL_TYPE,
		data: { access: 'apiKey', apiKey: 'stand-in', baseUrl: modelUrl, apiVersion: 'v1' },
	});
	const template = JSON.parse(
		await readFile(join(REPOSITORY, 'workflows', '02-storyboard-with-human-gate.json'), 'utf8'),
	);
	const types = new Set(['n8n-nodes-greenlight.geminiConcept', 'n8n-nodes-greenlight.styleValidator']);
	const workflow = await api.importWorkflow(withCredential(template, types, credential));
	await api.publish(/** @type {any} */ (workflow));
	return api.getWorkflow(workflow.id);
}

/** Sends as many briefs, some at a time. @param {Queue} queue @param {Json} workflow @param {number} runs */
async function sendBriefs({ n8n }, workflow, runs) {
	let next = 0;
	const sender = async () => {
		for (let number = next++; number < runs; number = next++) {
			for (let tries = 0; ; tries++) {
				const { status, body } = await n8n.api.submitForm(workflow, {
					'Your brief': `Film ${number}: a tense rooftop chase at night, noir`,
					'How many concepts': PIECES,
				});
				if (status === 200) break;
				// "Database is not ready": nothing has begun.
				if (status !== 503 || tries === 20)
					throw new Error(`The form answered ${status}: ${JSON.stringify(body)}`);
				await sleep(500);
			}
		}
	};
	await Promise.all(Array.from({ length: FORMS_AT_ONCE }, sender));
}

/**
 * Plays the people until every execution has ended: opens what waits, and decides; starts crashed executions again.
 * @param {object} options
 * @param {Queue} options.queue @param {Json} options.workflow @param {number} options.runs
 * @param {(decided: number) => Promise<void>} options.onDecided Told how many executions have been decided on.
 */
async function playPeople({ queue, workflow, runs, onDecided }) {
	const database = new pg.Client({ connectionString: queue.n8nDatabase });
	// Where the proof has failed elsewhere, the server is stopped first.
	database.on('error', () => undefined);
	await database.connect();
	/** @type {Map<string, number>} */
	const kinds = new Map();
	/** Reviews by execution that were decided on. @type {Map<string, Set<string>>} */
	const decided = new Map();
	const retried = new Set();
	const { api, port } = queue.n8n;
	const rowsOf = async () =>
		/** @type {Row[]} */ (
			(
				await database.query(
					'select id::text, status, "retryOf"::text as "retryOf", "retrySuccessId"::text as "retriedBy" from execution_entity where "workflowId" = $1',
					[workflow.id],
				)
			).rows
		);

	/** @param {Row} row */
	async function decide(row) {
		const execution = await api.getExecution(row.id).catch(() => undefined);
		const link = execution && reviewLink(execution, workflow, queue.n8n.baseUrl);
		if (link === undefined) return;
		const page = await visit(link).catch(() => undefined);
		if (page?.status !== 200 || !/name="?d0/.test(page.body)) return;
		const { nonce = '' } = /** @type {Json} */ (formOf(page.body, {}));
		const before = decided.get(row.id) ?? new Set();
		if (before.has(nonce)) return;
		const pieces = new Set([...page.body.matchAll(/name="?d(\d+)/g)].map(([, number]) => number)).size;
		const all = (/** @type {string} */ action) =>
			formOf(page.body, choose(Array.from({ length: pieces }, () => action)));
		const elsewhere = link.replace(`:${port}/`, `:${queue.webhookPort}/`);
		// In the first review approval and rejection race; afterwards two approvals do.
		const second = before.size === 0 ? 'reject' : 'approve';
		// One at main, one at the process for webhooks, which is the faster one: so that each wins about as often.
		const [first, other] = Number(row.id) % 2 === 0 ? [link, elsewhere] : [elsewhere, link];
		const both = [visit(first, { form: all('approve') }), visit(other, { form: all(second) })];
		for (const answer of await Promise.allSettled(both)) {
			const kind = answer.status === 'rejected' ? 'no answer' : kindOf(answer.value);
			kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
			assert.ok(!kind.startsWith('error') && !kind.startsWith('refused'), `a decision was answered: ${kind}`);
			if (kind === 'sent') decided.set(row.id, before.add(nonce));
		}
	}

	try {
		for (const end = Date.now() + PATIENCE_MS; ; await sleep(400)) {
			const rows = await rowsOf();
			const waiting = rows.filter(({ status }) => status === 'waiting');
			for (let at = 0; at < waiting.length; at += 8) await Promise.all(waiting.slice(at, at + 8).map(decide));
			await onDecided(decided.size);
			for (const { id, status, retriedBy } of rows) {
				if (!['crashed', 'error'].includes(status) || retriedBy !== null || retried.has(id)) continue;
				retried.add(id);
				// As a person does: Executions, Retry. Its answer comes at the end of the execution.
				void api.retryExecution(id).catch(() => retried.delete(id));
			}
			const succeeded = rows.filter(({ status }) => status === 'success').length;
			if (succeeded >= runs && rows.every(({ status }) => !['new', 'running', 'waiting'].includes(status)))
				break;
			if (Date.now() > end) {
				const states = rows.map(({ id, status }) => `${id} ${status}`).join(', ');
				throw new Error(`not all have ended after ${PATIENCE_MS / 60_000} minutes: ${states}`);
			}
		}
		return { rows: await rowsOf(), kinds, retried: retried.size };
	} finally {
		await database.end();
	}
}

/**
 * State and executions say the same of every run: each brief once, each run finished, each piece decided once in each content,
 * and given out once.
 * @param {Queue} queue @param {readonly Row[]} rows @param {number} runs
 */
async function check(queue, rows, runs) {
	const store = await openStateStore({ server: queue.database, clock: () => Date.now(), newId: randomUUID });
	try {
		const all = await store.listRuns({ limit: 1000 });
		const briefs = new Set();
		/** @type {Map<string, string[]>} */
		const approved = new Map();
		let rejected = 0;
		for (const run of all) {
			const { runId, status } = run;
			const document = await store.read(runId);
			briefs.add(document.fields.brief);
			assert.equal(status, 'finished', `${runId} is ${status}`);
			const decisions = /** @type {Json[]} */ (document.fields.decisions ?? []);
			const keys = decisions.map(({ artefactId, contentHash }) => `${artefactId} ${contentHash}`);
			assert.equal(new Set(keys).size, keys.length, `${runId}: a piece was decided twice`);
			const works = /** @type {Json[]} */ (artefactsOf(document));
			const ids = works.filter((work) => work.status === 'approved').map(({ id }) => String(id));
			assert.equal(ids.length, PIECES, `${runId} has ${ids.length} approved pieces`);
			approved.set(runId, ids.sort());
			if (decisions.some(({ action }) => action === 'reject')) rejected += 1;
			assert.equal((await store.verify(runId)).ok, true, `${runId}: the record does not hold`);
		}
		assert.equal(all.length, runs, `${all.length} runs for ${runs} briefs`);
		assert.equal(briefs.size, runs, `${briefs.size} briefs of ${runs}`);
		/** @type {Map<string, number>} */
		const givenOut = new Map();
		for (const { id, status } of rows) {
			if (status !== 'success') continue;
			const execution = await queue.n8n.api.getExecution(id);
			const items = execution.data.resultData?.runData?.[APPROVED]?.at(-1)?.data?.main?.[0] ?? [];
			const [runId] = items.map(({ json }) => json.runId);
			if (runId === undefined) continue;
			assert.equal(timesRun(execution, APPROVED), 1, `execution ${id} gave out more than once`);
			givenOut.set(runId, (givenOut.get(runId) ?? 0) + 1);
		}
		assert.deepEqual(
			[...givenOut].filter(([, times]) => times !== 1),
			[],
		);
		assert.equal(givenOut.size, runs, `${givenOut.size} of ${runs} runs gave out their work`);
		return { rejected };
	} finally {
		await store.close();
	}
}

/** Bytes for each run: of Greenlight's tables, and of n8n's. @param {Queue} queue @param {number} runs */
async function kbPerRun({ database, n8nDatabase }, runs) {
	const sizes = [];
	for (const connectionString of [database, n8nDatabase]) {
		const client = new pg.Client({ connectionString });
		await client.connect();
		const schema = connectionString === database ? 'greenlight' : 'public';
		const { rows } = await client.query(
			'select sum(pg_total_relation_size(c.oid))::bigint as bytes from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind = $2',
			[schema, 'r'],
		);
		await client.end();
		sizes.push(Math.round(Number(rows[0].bytes) / 1000 / runs));
	}
	return sizes;
}

/** CPU seconds of a process so far; Linux only. @param {number} pid */
async function cpuOf(pid) {
	const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
	const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) / 100 || 0;
}

/**
 * @param {object} options
 * @param {string} options.folder @param {string} options.packageTarball @param {number} options.runs
 * @param {number} options.workers @param {boolean} options.isKilled One worker is, after a third of the runs were decided on.
 */
async function manyRuns({ folder, packageTarball, runs, workers, isKilled }) {
	const model = await startStandIn();
	const queue = await startQueue({ folder, packageTarball, workers });
	try {
		const workflow = await publishTemplate(queue, model.url);
		const pids = [queue.n8n, queue.webhook, ...queue.workers].map(({ pid }) => pid);
		const cpuBefore = await Promise.all(pids.map(cpuOf));
		const began = Date.now();
		let isToKill = isKilled;
		let areSent = false;
		const sending = sendBriefs(queue, workflow, runs).then(() => (areSent = true));
		const playing = playPeople({
			queue,
			workflow,
			runs,
			onDecided: async (decided) => {
				// Before, it could take the answer to a form with it, and nobody would know whether that run has begun.
				if (!isToKill || !areSent || decided < runs / 3) return;
				isToKill = false;
				signalGroup(queue.workers[0]?.pid, 'SIGKILL');
				await queue.startWorker();
			},
		});
		const [{ rows, kinds, retried }] = await Promise.all([playing, sending]);
		const seconds = (Date.now() - began) / 1000;
		const cpuAfter = await Promise.all(pids.map(cpuOf));
		const cpu = cpuAfter.reduce((sum, each, index) => sum + each - (cpuBefore[index] ?? 0), 0);
		const { rejected } = await check(queue, rows, runs);
		const [stateKb, n8nKb] = await kbPerRun(queue, runs);
		const answers = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ');
		const said =
			`${runs} runs finished, 0 lost, 0 doubled, state and executions agree; first decision: ${runs - rejected} approved, ${rejected} rejected; ` +
			`answers: ${answers}; ${retried} crashed executions were started again; ${model.requests.length} calls; ${seconds.toFixed(0)} s; ` +
			`for each run ${stateKb} KB of state, ${n8nKb} KB of n8n's own`;
		return {
			said: isKilled ? said : `${said}, ${(cpu / runs).toFixed(2)} s of CPU in n8n's processes`,
			seconds,
		};
	} finally {
		await queue.stop();
		await model.stop();
	}
}

/** @param {{ claim: (claim: string, check: () => Promise<string>) => Promise<void>, isShort: boolean }} proof */
export async function prove({ claim, isShort }) {
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-queue-proof-'));
	try {
		const packageTarball = await packPackage(REPOSITORY, join(folder, 'package'));
		const runs = isShort ? 12 : 200;
		/** @type {number | undefined} */
		let alone;
		if (!isShort) {
			await claim(`${runs} runs of template 02 on one worker`, async () => {
				const { said, seconds } = await manyRuns({
					folder: await mkdtemp(join(folder, 'one-')),
					packageTarball,
					runs,
					workers: 1,
					isKilled: false,
				});
				alone = seconds;
				return said;
			});
		}
		await claim(`${runs} runs of template 02 on two workers, one killed and replaced`, async () => {
			const { said, seconds } = await manyRuns({
				folder: await mkdtemp(join(folder, 'two-')),
				packageTarball,
				runs,
				workers: 2,
				isKilled: true,
			});
			return alone === undefined
				? said
				: `${said}; ${(seconds / alone).toFixed(2)} times the time of one worker`;
		});
	} finally {
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	}
}
