/** What paid calls promise: nothing paid twice, nothing above the spend cap, no answer that is not what was asked for. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY, run } from '../lib/processes.mjs';
import { startStandIn } from '../standInModel.mjs';
import { startPostgres } from '../withPostgres.mjs';
import { open } from './writers.mjs';

/** @typedef {import('./writers.mjs').Place} Place */
/** @typedef {{ key: string, code: string, replayed?: boolean, costUsd?: number }} Said */

const ASKER = join(REPOSITORY, 'scripts', 'prove', 'modelAsker.mjs');

/** Starts a process that asks. @param {object} job @param {(line: Said) => void} heard */
function startAsker(job, heard) {
	const child = spawn(process.execPath, [ASKER, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'pipe'] });
	let rest = '';
	let errors = '';
	child.stdout.on('data', (chunk) => {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) heard(JSON.parse(line));
	});
	child.stderr.on('data', (chunk) => (errors += chunk));
	const ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
	return { child, ended, errors: () => errors };
}

let runs = 0;
/** @param {Place} place @param {number | null} spendCapUsd @returns {Promise<string>} */
async function startRun(place, spendCapUsd) {
	const store = await open(place);
	const started = await store.startRun({
		runKey: `model proof ${Date.now()} ${++runs}`,
		title: 'Proof',
		startedFrom: 'production',
		workflowId: 'proof',
		spendCapUsd,
	});
	await store.close();
	return started.run.runId;
}

/**
 * A process that pays for one question after the other is killed again and again, and begins anew a few questions before.
 * @param {Place} place @param {number} kills
 */
async function killedCalls(place, kills) {
	const answered = new Set();
	/** @type {Map<string, number>} */
	const sent = new Map();
	let repeated = 0;
	const standIn = await startStandIn();
	standIn.setBehaviour(({ body }) => {
		const key = /<(k\d+)>/.exec(JSON.stringify(body))?.[1] ?? '';
		if (answered.has(key)) repeated++;
		sent.set(key, (sent.get(key) ?? 0) + 1);
		return { name: 'slow', ms: 15 };
	});
	try {
		const runId = await startRun(place, 1000);
		let furthest = 0;
		for (let kill = 0; kill <= kills; kill++) {
			const isLast = kill === kills;
			const from = Math.max(0, furthest - 3);
			const keys = Array.from(
				{ length: isLast ? furthest + 1 - from : 10_000 },
				(_, index) => `k${from + index}`,
			);
			let isBusy = false;
			const asker = startAsker({ place, url: standIn.url, runId, keys, atOnce: 1 }, ({ key, code }) => {
				isBusy = true;
				if (code === 'answered') answered.add(key);
				furthest = Math.max(furthest, Number(key.slice(1)) + (code === 'answered' ? 1 : 0));
			});
			if (!isLast) {
				while (!isBusy && asker.child.exitCode === null) await sleep(1);
				await sleep(Math.random() * 400);
				asker.child.kill('SIGKILL');
			}
			await asker.ended;
			if (isLast) assert.equal(asker.child.exitCode, 0, asker.errors().slice(0, 500));
		}
		const store = await open(place);
		/** @type {Map<string, number>} */
		const unknown = new Map();
		const steps = await store.listSteps(runId, { kind: 'call' });
		const ledger = await store.ledger(runId);
		const { heldUsd } = await store.getRun(runId);
		await store.close();
		let diedInWindow = 0;
		for (const { failure } of ledger) if (failure?.code === 'outcome_unknown') diedInWindow++;
		for (const { key, state } of steps) {
			assert.equal(state, 'answered', `${key} is ${state}`);
			unknown.set(key, (sent.get(key) ?? 0) - 1);
		}
		const again = [...unknown.values()].reduce((sum, count) => sum + count, 0);
		assert.equal(repeated, 0, 'a recorded call was sent again');
		assert.ok(
			again <= diedInWindow,
			`${again} were sent again, and only ${diedInWindow} reported as unknown`,
		);
		assert.ok(diedInWindow > 0, 'no kill hit the window');
		assert.ok(heldUsd > 0, 'what may have been paid is not held');
		return `${kills} kills, ${steps.length} calls recorded, 0 of them repeated; ${diedInWindow} died in the window, all reported as outcome_unknown, ${again} of those had reached the server; $${heldUsd.toFixed(2)} held for them`;
	} finally {
		await standIn.stop();
	}
}

const CAP_USD = 0.5;
/** Dollars for a million tokens, so that a call of the stand-in costs cents, and may cost some times as much. */
const PRICE = { inputUsd: 0, outputUsd: 1000 };
const LONGEST = 64;

/** Two processes with 25 executions each on one run, which has money for fewer. @param {Place} place */
async function spendCap(place) {
	const standIn = await startStandIn();
	standIn.setBehaviour({ name: 'slow', ms: 20 });
	const watcher = await open(place);
	try {
		const runId = await startRun(place, CAP_USD);
		/** @type {Said[]} */
		const said = [];
		const askers = ['a', 'b'].map((name) =>
			startAsker(
				{
					place,
					url: standIn.url,
					runId,
					keys: Array.from({ length: 25 }, (_, index) => `${name}${index}`),
					atOnce: 25,
					price: PRICE,
					maxOutputTokens: LONGEST,
					patience: 20,
				},
				(line) => said.push(line),
			),
		);
		let looks = 0;
		let most = 0;
		while (askers.some(({ child }) => child.exitCode === null)) {
			const { costUsd, heldUsd } = await watcher.getRun(runId);
			most = Math.max(most, costUsd + heldUsd);
			looks++;
			await sleep(2);
		}
		const codes = await Promise.all(askers.map(({ ended }) => ended));
		assert.deepEqual(
			codes,
			[0, 0],
			askers
				.map((asker) => asker.errors())
				.join('')
				.slice(0, 500),
		);
		const { costUsd, heldUsd } = await watcher.getRun(runId);
		const answers = said.filter(({ code }) => code === 'answered');
		const paid = answers.reduce((sum, answer) => sum + (answer.costUsd ?? 0), 0);
		const refused = new Set(said.filter(({ code }) => code === 'budget_exhausted').map(({ key }) => key));
		for (const { key } of answers) refused.delete(key);
		assert.equal(answers.length + refused.size, 50, 'an execution ended otherwise');
		assert.ok(Math.abs(paid - costUsd) < 1e-6, `${paid} was paid, ${costUsd} is recorded`);
		assert.ok(Math.max(most, costUsd + heldUsd) <= CAP_USD + 1e-9, `${most} was reached`);
		assert.equal(standIn.requests.length, answers.length, 'a refused call reached the server');
		assert.ok(refused.size > 0 && answers.length > 0, 'the cap was not tried');
		return `$${costUsd.toFixed(3)} settled of $${CAP_USD.toFixed(2)}, $${most.toFixed(3)} at most with what was held in ${looks} looks; ${answers.length} answered, ${refused.size} refused and not sent`;
	} finally {
		await watcher.close();
		await standIn.stop();
	}
}

/** @param {number} count */
async function mutatedAnswers(count) {
	const result = await run(
		[
			process.execPath,
			join(REPOSITORY, 'node_modules', 'jest', 'bin', 'jest.js'),
			'test/model/mutatedAnswers',
		],
		{
			cwd: REPOSITORY,
			env: { ...process.env, GREENLIGHT_MUTATED_ANSWERS: String(count) },
		},
	);
	assert.equal(result.code, 0, result.output.slice(-1000));
	return `0 crashes, 0 hangs, 0 accepted that the schema refuses`;
}

/** @param {{ claim: (claim: string, check: () => Promise<string>) => Promise<void>, isShort: boolean }} proof */
export async function prove({ claim, isShort }) {
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-proof-'));
	const server = await startPostgres();
	try {
		const places = /** @type {const} */ ([
			['SQLite', { path: join(folder, 'state.sqlite') }],
			['PostgreSQL', { server: server.url }],
		]);
		const kills = isShort ? 10 : 50;
		for (const [name, place] of places) {
			await claim(`${name}: kill -9 at ${kills} random moments of paid calls`, () =>
				killedCalls(place, kills),
			);
			await claim(`${name}: a spend cap with 2 processes of 25 executions each`, () => spendCap(place));
		}
		const count = isShort ? 2000 : 10_000;
		await claim(`${count} mutated answers`, () => mutatedAnswers(count));
	} finally {
		await server.stop();
		await rm(folder, { recursive: true, force: true });
	}
}
