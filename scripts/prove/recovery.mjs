/** What the recovery promises: a run that was killed at any moment, started again, is the run that was never killed. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../lib/processes.mjs';
import { killedN8n } from './recoveryInN8n.mjs';
import { startModel } from './recoveryModel.mjs';
import { findRun, outcomeOf, recordOf } from './recoveryRecord.mjs';

const require = createRequire(import.meta.url);
const { openStateStore } = require(join(REPOSITORY, 'dist', 'nodes', 'shared', 'state'));
const RUNNER = join(REPOSITORY, 'scripts', 'prove', 'recoveryRunner.mjs');
const LATENCY_MS = 8;
/** The question in flight for three pieces is asked again for each of them. */
const MOST_CALLS_MORE = 3;

/** @typedef {Record<string, any>} Json */
/** @typedef {{ child: import('node:child_process').ChildProcess, stateFile: string, run: (runKey: string, place: string) => Promise<Json> }} Runner */

let executions = 0;

/** A process that has loaded everything and waits for a job. @param {string} folder @param {string} url @returns {Promise<Runner>} */
async function startRunner(folder, url) {
	const child = fork(RUNNER, [], {
		env: { ...process.env, N8N_USER_FOLDER: folder, N8N_ENCRYPTION_KEY: 'proof', N8N_LOG_LEVEL: 'silent' },
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
	});
	const [{ stateFile }] = /** @type {[any]} */ (await once(child, 'message'));
	/** @type {Runner} */
	const runner = {
		child,
		stateFile,
		run: (runKey, place) =>
			new Promise((resolve) => {
				const end = (/** @type {Json} */ result) => {
					child.off('message', end);
					child.off('exit', killed);
					resolve(result);
				};
				const killed = () => end({ status: 'killed' });
				child.on('message', end);
				child.on('exit', killed);
				child.send({ runKey, executionId: String(++executions), url: `${url}/${place}` });
			}),
	};
	// So that a kill meets the work, and not the loading of what it needs.
	await runner.run(`warm ${executions}`, 'warm');
	return runner;
}

/** @param {string} folder @param {number} kills */
async function killedRuns(folder, kills) {
	const model = await startModel(LATENCY_MS);
	const counts = { early: 0, inFlight: 0, repeated: 0, replayed: 0, handed: 0, late: 0, more: 0 };
	let next = startRunner(folder, model.url);
	const again = await startRunner(folder, model.url);
	let ids = 0;
	/** @type {any} */
	let wanted;
	let calls = 0;
	const callsOf = (/** @type {string} */ place) =>
		model.asked.filter((asked) => asked.place === place).length;
	const store = await openStateStore({
		path: again.stateFile,
		clock: () => Date.now(),
		newId: () => `proof-${++ids}`,
	});
	try {
		const undisturbed = await again.run('undisturbed', 'undisturbed');
		assert.equal(undisturbed.status, 'success', undisturbed.error);
		calls = callsOf('undisturbed');
		let durationMs = Infinity;
		for (const runKey of ['again', 'and again', 'undisturbed too']) {
			const start = performance.now();
			await again.run(runKey, 'too');
			durationMs = Math.min(durationMs, performance.now() - start);
		}
		wanted = await outcomeOf(store, (await findRun(store, 'undisturbed')).runId);
		assert.deepEqual(
			wanted.pieces.map((/** @type {Json} */ piece) => [piece.content.title, piece.status]),
			[
				['Alder', 'passed'],
				['Dogwood', 'passed'],
				['Cedar', 'passed'],
			],
		);
		assert.deepEqual(await outcomeOf(store, (await findRun(store, 'undisturbed too')).runId), wanted);

		for (let killed = 0; killed < kills;) {
			const runner = await next;
			next = startRunner(folder, model.url);
			const runKey = `killed ${killed} ${executions}`;
			const running = runner.run(runKey, runKey.replaceAll(' ', '-'));
			await sleep(Math.random() * durationMs);
			runner.child.kill('SIGKILL');
			if ((await running).status !== 'killed') {
				counts.late += 1;
				continue;
			}
			killed += 1;
			await checkRun(runKey);
		}
	} finally {
		again.child.kill();
		(await next).child.kill();
		model.close();
		await store.close();
	}
	return (
		`${kills} kills: ${counts.early} before the run had begun, ${counts.replayed} with steps on record, ${counts.inFlight} in a call; ` +
		`0 finished steps redone, ${counts.repeated} calls in flight repeated and reported, with ${counts.more} calls more in all than undisturbed; ${counts.handed} by a person who started once more; ` +
		`every run ended as the undisturbed one (${counts.late} further kills came after the end)`
	);

	/** @param {string} runKey */
	async function checkRun(runKey) {
		const place = runKey.replaceAll(' ', '-');
		const run = await findRun(store, runKey);
		const before = run === undefined ? undefined : await recordOf(store, run.runId);
		if (before === undefined) counts.early += 1;
		else if (before.finished.length > 0) counts.replayed += 1;
		const inFlight = before?.inFlight.length ?? 0;
		assert.ok(inFlight <= 1, `${inFlight} calls were in flight`);
		counts.inFlight += inFlight;

		const result = await again.run(runKey, place);
		assert.equal(result.status, 'success', result.error);
		const { runId, status } = await findRun(store, runKey);
		if (status === 'escalated') {
			// What Retry does not lead to goes to a person, who starts again.
			counts.handed += 1;
			assert.equal(inFlight, 1, 'a run went to a person although no call was in flight');
			const once = await again.run(runKey, place);
			assert.equal(once.status, 'success', once.error);
		}

		const { finished, rounds } = await recordOf(store, runId);
		for (const step of before?.finished ?? []) {
			assert.deepEqual(
				finished.find((/** @type {Json} */ { key }) => key === step.key),
				step,
				'a finished step was redone',
			);
		}
		assert.deepEqual(rounds.slice(0, before?.rounds.length ?? 0), before?.rounds ?? [], 'a decision changed');
		const more = callsOf(place) - calls;
		if (inFlight === 0) assert.equal(more, 0, `${more} calls more than undisturbed, and none was in flight`);
		assert.ok(more <= MOST_CALLS_MORE, `${more} calls more than undisturbed`);
		counts.more += more;
		const isReported = (await store.ledger(runId)).some(
			(/** @type {Json} */ { failure }) => failure?.code === 'outcome_unknown',
		);
		assert.equal(isReported ? 1 : 0, inFlight, 'a call in flight was not reported, or one was that was not');
		counts.repeated += inFlight;
		assert.deepEqual(await outcomeOf(store, runId), wanted, 'the run did not end as the undisturbed one');
		assert.equal((await store.verify(runId)).ok, true);
	}
}

/** @param {{ claim: (claim: string, check: () => Promise<string>) => Promise<void>, isShort: boolean }} proof */
export async function prove({ claim, isShort }) {
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-recovery-'));
	try {
		const kills = isShort ? 10 : 100;
		await claim(
			`six steps killed (kill -9) at ${kills} random moments, then started again with the same run key`,
			() => killedRuns(folder, kills),
		);
		if (!isShort)
			await claim('real n8n killed (kill -9) 10 times in the middle of a run, then both started again', () =>
				killedN8n(folder, 10),
			);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
