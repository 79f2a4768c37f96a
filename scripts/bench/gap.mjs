/**
 * What each layer of Greenlight is worth: a pipeline of six steps, faults in 3 of 100 tries, and one more layer on each rung.
 *
 * - A **step** asks the model for one piece of work, and puts it into a list that the run shares with others. What it made is
 *   the material of the next step. A **try** is one question to the model with what follows from it.
 * - A **fault** strikes a try with a chance of 3 %, drawn from a hash of run, step and try: every rung, and LangGraph, meet
 *   the same ones. Of all faults 25 % are refusals (429 or 503), 20 % malformed (10 % no JSON, 10 % without a field), 15 %
 *   truncated, 20 % off-style, 12 % lost updates, 8 % kills (`gapFaults.mjs`). The first four come over HTTP
 *   (`gapModel.mjs`). At a lost update somebody else reads the list before the piece is put in, and writes back after. At a
 *   kill the process that works gets SIGKILL while the call is under way. Calls of a validator meet no faults but misses.
 * - **ok**: the run came to its end, and the list that it gives out has the six pieces, each once, whole and on style.
 *   **Stopped**: it did not come to its end: an error, a dead process, or work handed to a person. Somebody knows.
 *   **Silently wrong**: it came to its end, and the list is not right. Nobody knows.
 * - **recall**: of off-style work, the share that the validator sees. A miss belongs to the work: asked twice, the judge misses
 *   it twice. Null on rungs where it is not varied: they have no validator, or one that sees everything.
 * - **predicted**: `predictedOk` of `gapFaults.mjs`, with three tries of a step at most. Gemini Concept asks again by itself
 *   within a try (a pause after 429, a repair of a wrong form), so a step may have more; that is worth less than 0.0002.
 *   **low, high**: Wilson's interval of `ok`, at 95 %.
 *
 * The real nodes run in n8n's own engine in child processes, over SQLite in a folder for temporary files, as durable as
 * elsewhere (`synchronous=FULL`). n8n's own steps (HTTP Request, Code) of the plain rungs are small stand-ins (`gapPlain.mjs`).
 * LangGraph's runs use the same functions for asking and keeping.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PlainError } from '../lib/plainError.mjs';
import { REPOSITORY } from '../lib/processes.mjs';
import { STEPS, TRIES, predictedOk } from './gapFaults.mjs';
import { isRight, startGapModel } from './gapModel.mjs';
import { loadPeers } from './peers.mjs';
import { inWorkers } from './workers.mjs';

const { wilson } = createRequire(import.meta.url)(join(REPOSITORY, 'dist', 'nodes', 'shared', 'statistics'));
const RUNS = 1500;
/** More than there are cores: a run waits for disk and for pauses. */
const WORKERS = 3;

/** @typedef {Record<string, any>} Json */
/** @typedef {{ name: string, effects: import('./gapFaults.mjs').Effects, ways: Json, recall?: number, program: string }} Rung */
/** @typedef {Awaited<ReturnType<typeof startGapModel>>} Model */

/** @type {import('./gapFaults.mjs').Effects} */
const RAW = {
	...{ refused: 'stops', notJson: 'stops', truncated: 'stops', killed: 'stops' },
	...{ missingField: 'passes', offStyle: 'passes', lostUpdate: 'passes' },
};
/** @type {import('./gapFaults.mjs').Effects} */
const RETRIED = { ...RAW, refused: 'again', notJson: 'again', truncated: 'again' };
/** @type {import('./gapFaults.mjs').Effects} */
const CHECKED = { ...RETRIED, missingField: 'again', offStyle: 'again' };
/** @type {import('./gapFaults.mjs').Effects} */
const SHARED = { ...CHECKED, lostUpdate: 'harmless' };
/** @type {import('./gapFaults.mjs').Effects} */
const RECOVERED = { ...SHARED, killed: 'again' };

const [OURS, THEIRS] = ['gapRunner.mjs', 'gapGraph.mjs'];
const ALL = { retries: true, checks: true, state: true, resumes: true };
/** @type {Rung[]} */
const RUNGS = [
	{ name: 'raw chain', effects: RAW, ways: {}, program: OURS },
	{ name: 'retries only', effects: RETRIED, ways: { retries: true }, program: OURS },
	{ name: 'validated handoff', effects: CHECKED, ways: { retries: true, checks: true }, program: OURS },
	{ name: 'shared state', effects: SHARED, ways: { ...ALL, resumes: false }, program: OURS },
	{ name: 'recovery', effects: RECOVERED, ways: ALL, recall: 1, program: OURS },
	{ name: 'recovery, recall 0.9', effects: RECOVERED, ways: ALL, recall: 0.9, program: OURS },
	{ name: 'recovery, recall 0.7', effects: RECOVERED, ways: ALL, recall: 0.7, program: OURS },
	{ name: 'LangGraph', effects: RAW, ways: {}, program: THEIRS },
	{ name: 'LangGraph, RetryPolicy', effects: RETRIED, ways: { retries: true }, program: THEIRS },
	{
		...{ name: 'LangGraph, RetryPolicy, checks in the nodes', effects: CHECKED },
		...{ ways: { retries: true, checks: true }, program: THEIRS },
	},
	{
		name: 'LangGraph, RetryPolicy, checks in the nodes, resumed from its checkpoints',
		...{ effects: { ...CHECKED, killed: 'again' }, ways: { ...ALL, state: false }, program: THEIRS },
	},
];

/** The six pieces, each once, whole and on style. What others put beside them is theirs. @param {Json[]} list */
function isAsItShouldBe(list) {
	const pieces = list.filter(({ mark }) => mark !== undefined);
	return (
		pieces.length === STEPS &&
		pieces.every((piece, index) => piece.title === `Part ${index + 1}` && isRight(piece))
	);
}

/** One run, started again after a kill where the rung does that. @param {Model} model @param {ReturnType<typeof import('./workers.mjs').openWorker>} worker @param {Rung} rung @param {number} run @param {string} folder */
async function runOnce(model, worker, { name, ways, recall = 1 }, run, folder) {
	const runKey = `${name} ${run}`.replace(/\W+/g, '-');
	const { url, place, close } = model.open(runKey, { run, recall, kill: worker.kill });
	const job = { runKey, run, ways, url, listFile: join(folder, `${runKey}.json`) };
	let result = await worker.take(job);
	for (let starts = 1; result.isKilled && ways.resumes && starts < TRIES; starts++)
		result = await worker.take({ ...job, isAgain: true });
	close();
	const end = result.list === undefined ? 'stopped' : isAsItShouldBe(result.list) ? 'ok' : 'silentlyWrong';
	return { end, why: result.why, generateCalls: place.generateCalls, judgeCalls: place.judgeCalls };
}

/** @param {Model} model @param {Rung} rung @param {number} runs @param {string} folder @param {(line: string) => void} say */
async function measure(model, rung, runs, folder, say) {
	const started = performance.now();
	/** @type {Json} */
	const sums = { ok: 0, stopped: 0, silentlyWrong: 0, generateCalls: 0, judgeCalls: 0 };
	/** @type {Map<string, number>} */
	const reasons = new Map();
	await inWorkers({ program: rung.program, folder, workers: WORKERS, runs }, async (worker, run, own) => {
		const { end, why, generateCalls, judgeCalls } = await runOnce(model, worker, rung, run, own);
		sums[end] += 1;
		sums.generateCalls += generateCalls;
		sums.judgeCalls += judgeCalls;
		if (end === 'stopped') reasons.set(why, (reasons.get(why) ?? 0) + 1);
	});
	const { share, low, high } = wilson(sums.ok, runs);
	const predicted = predictedOk(rung.effects, rung.recall);
	const seconds = Math.round((performance.now() - started) / 1000);
	say(
		`${rung.name}: ok ${share.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)}, predicted ${predicted.toFixed(4)}), ` +
			`stopped ${sums.stopped}, silently wrong ${sums.silentlyWrong} of ${runs} runs, ${seconds} s`,
	);
	for (const [why, count] of reasons) say(`  stopped ${count}: ${String(why).slice(0, 120)}`);
	const digits = (/** @type {number} */ value) => Number(value.toFixed(5));
	return {
		name: rung.name,
		recall: rung.recall ?? null,
		ok: sums.ok / runs,
		stopped: sums.stopped / runs,
		silentlyWrong: sums.silentlyWrong / runs,
		generateCallsPerRun: digits(sums.generateCalls / runs),
		judgeCallsPerRun: digits(sums.judgeCalls / runs),
		predicted: digits(predicted),
		low: digits(low),
		high: digits(high),
		runs,
	};
}

/**
 * `--rung NAME` measures one rung only, `--runs N` fewer or more runs than 1,500 of each.
 * @param {{ say: (line: string) => void, args: string[] }} bench
 */
export async function bench({ say, args }) {
	const { rung: wanted, runs: typed } = parseArgs({
		args,
		options: { rung: { type: 'string' }, runs: { type: 'string' } },
	}).values;
	const runs = Number(typed ?? RUNS);
	if (!Number.isInteger(runs) || runs < 1) throw new PlainError('--runs takes a number from 1.');
	const chosen = RUNGS.filter(({ name }) => wanted === undefined || name === wanted);
	if (chosen.length === 0)
		throw new PlainError(
			`There is no rung '${wanted}'. There are: ${RUNGS.map(({ name }) => `'${name}'`).join(', ')}.`,
		);
	if (chosen.some(({ program }) => program === THEIRS)) await loadPeers(say);
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-gap-'));
	const model = await startGapModel();
	try {
		/** @type {Json} */
		const measured = { rungs: [], langgraph: [] };
		for (const rung of chosen) {
			const place = rung.program === OURS ? measured.rungs : measured.langgraph;
			place.push(await measure(model, rung, runs, folder, say));
		}
		return measured;
	} finally {
		model.close();
		await rm(folder, { recursive: true, force: true });
	}
}
