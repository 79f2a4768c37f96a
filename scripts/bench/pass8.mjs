/**
 * Whether one can rely on template 01: of briefs that are run eight times, the share of which all eight come out right (pass^8),
 * beside a plain chain that asks the same questions.
 *
 * - Every call, those for rulings too, meets a fault with a chance of 3 %, by the hash of `gapFaults.mjs`. The kinds are those of
 *   the gap bench, with the shares among themselves, without lost updates: these workflows share no list. Off-style are only
 *   concepts, one of the three. The template makes more calls than the chain, and so meets more faults.
 * - **Right**: the run came to its end by itself, the intent is whole, and three concepts are whole, different and on style.
 *   **Stopped**: an error, a dead process, or work handed to a person. **Silently wrong**: came to its end, and is not right.
 * - A run of the template that was killed is started again with the same run key, three starts at most. Nobody starts the chain again.
 * - The stand-in model finds no brief harder than another. Runs differ by their faults alone, so pass^8 should be the eighth power
 *   of the share of right runs, which is given beside it. With real briefs the two lie apart.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PlainError } from '../lib/plainError.mjs';
import { REPOSITORY } from '../lib/processes.mjs';
import { KINDS, TRIES, faultOf } from './gapFaults.mjs';
import { isRightConcept, isRightIntent, startStoryboardModel, OFF_STYLE } from './storyboardModel.mjs';
import { inWorkers } from './workers.mjs';

const { wilson } = createRequire(import.meta.url)(join(REPOSITORY, 'dist', 'nodes', 'shared', 'statistics'));
const BRIEFS = 125;
const EACH = 8;
/** More than there are cores: a run waits for disk and for pauses. */
const WORKERS = 3;
const STEPS = { intent: 1, concepts: 2, rulings: 3 };

/** @typedef {Record<string, any>} Json */
/** @typedef {{ name: string, way: 'plain' | 'retries' | 'template', resumes: boolean }} Chain */

/** @type {Chain[]} */
const CHAINS = [
	{ name: 'plain chain', way: 'plain', resumes: false },
	{ name: "plain chain, n8n's Retry On Fail", way: 'retries', resumes: false },
	{ name: 'template 01', way: 'template', resumes: true },
];

/** @param {keyof typeof STEPS} what */
const kindsOf = (what) =>
	KINDS.filter(([kind]) => kind !== 'lostUpdate' && (kind !== 'offStyle' || what === 'concepts'));

/** @param {Json} result @returns {'right' | 'stopped' | 'silentlyWrong'} */
function endOf({ concepts, intent }) {
	if (concepts === undefined) return 'stopped';
	const titles = new Set(concepts.map((/** @type {Json} */ { title }) => title));
	const isRight =
		isRightIntent(intent) && concepts.length === 3 && titles.size === 3 && concepts.every(isRightConcept);
	return isRight ? 'right' : 'silentlyWrong';
}

/** @param {number} value */
const digits = (value) => Number(value.toFixed(5));

/** @param {Awaited<ReturnType<typeof startStoryboardModel>>} model @param {Chain} chain @param {number} briefs @param {string} folder @param {(line: string) => void} say */
async function measure(model, { name, way, resumes }, briefs, folder, say) {
	const runs = briefs * EACH;
	const started = performance.now();
	const sums = { right: 0, stopped: 0, silentlyWrong: 0, calls: 0, faults: 0 };
	const rightOf = Array.from({ length: briefs }, () => 0);
	/** @type {Map<string, number>} */
	const reasons = new Map();
	await inWorkers(
		{ program: 'storyboardRunner.mjs', folder, workers: WORKERS, runs },
		async (worker, run) => {
			const runKey = `${way}-${run}`;
			const { url, place, close } = model.open(runKey, {
				holds: (text) => !text.includes(OFF_STYLE),
				faultOf: (what, number) => {
					const fault = faultOf(run, STEPS[what], number, kindsOf(what));
					if (fault !== undefined) sums.faults += 1;
					return fault;
				},
				kill: worker.kill,
			});
			let result = await worker.take({ url, runKey, way });
			for (let starts = 1; result.isKilled && resumes && starts < TRIES; starts++)
				result = await worker.take({ url, runKey, way });
			close();
			const end = endOf(result);
			sums[end] += 1;
			sums.calls += place.calls.intent + place.calls.concepts + place.calls.rulings;
			if (end === 'right') rightOf[Math.floor((run - 1) / EACH)] += 1;
			if (end === 'stopped') reasons.set(result.why, (reasons.get(result.why) ?? 0) + 1);
		},
	);
	const one = wilson(sums.right, runs);
	const all = wilson(rightOf.filter((right) => right === EACH).length, briefs);
	const seconds = Math.round((performance.now() - started) / 1000);
	say(
		`${name}: ${EACH} of ${EACH} right for ${all.share.toFixed(3)} of ${briefs} briefs (${all.low.toFixed(3)} to ${all.high.toFixed(3)}); ` +
			`right ${one.share.toFixed(4)}, stopped ${sums.stopped}, silently wrong ${sums.silentlyWrong} of ${runs} runs, ${seconds} s`,
	);
	for (const [why, count] of reasons) say(`  stopped ${count}: ${String(why).slice(0, 120)}`);
	return {
		name,
		...{ pass8: digits(all.share), low: digits(all.low), high: digits(all.high), briefs },
		...{ right: sums.right / runs, stopped: sums.stopped / runs, silentlyWrong: sums.silentlyWrong / runs },
		...{ rightLow: digits(one.low), rightHigh: digits(one.high), runs },
		rightToThe8th: digits(one.share ** EACH),
		callsPerRun: digits(sums.calls / runs),
		faultsPerRun: digits(sums.faults / runs),
	};
}

/**
 * `--briefs N` takes fewer or more than 125 briefs.
 * @param {{ say: (line: string) => void, args: string[] }} bench
 */
export async function bench({ say, args }) {
	const { briefs: typed } = parseArgs({ args, options: { briefs: { type: 'string' } } }).values;
	const briefs = Number(typed ?? BRIEFS);
	if (!Number.isInteger(briefs) || briefs < 1) throw new PlainError('--briefs takes a number from 1.');
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-pass8-'));
	const model = await startStoryboardModel();
	try {
		const chains = [];
		for (const chain of CHAINS) chains.push(await measure(model, chain, briefs, folder, say));
		return { chains };
	} finally {
		model.close();
		await rm(folder, { recursive: true, force: true });
	}
}
