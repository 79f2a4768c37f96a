/**
 * `npm run eval`: how good the judge is on the labelled set, `test/style/sets/labelled.json`. With `GEMINI_API_KEY` it asks
 * Gemini (`-- --model <name>`), and the key pays. Without it, it asks the stand-in, which shows that the measuring works and says
 * nothing about any model. The last line is one line of JSON.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { reportError } from './lib/plainError.mjs';
import { REPOSITORY } from './lib/processes.mjs';
import { startStandIn } from './standInModel.mjs';

const require = createRequire(import.meta.url);
const room = (/** @type {string} */ name) => require(join(REPOSITORY, 'dist', 'nodes', 'shared', name));
const { askForJson, openGemini } = room('model');
const { buildJudgeRequest, calibrate, checkPlainRules, parseGuide, readRulings } = room('style');
const { sayShare, wilson } = room('statistics');

const DEFAULT_MODEL = 'gemini-3.8-flash';
/** Questions at a time. */
const AT_ONCE = 4;
const PARTS = { train: 'Train', holdOut: 'Hold-out' };

const say = (/** @type {string} */ line = '') => process.stdout.write(`${line}\n`);

/** @typedef {{ id: string, split: string, content: object, breaks: string[], judged: Record<string, boolean> }} Labelled */

/** Asks about a concept's labelled rules twice, the second time in reverse order. @param {Labelled} concept @param {any[]} rules @param {(request: object) => Promise<any>} ask */
async function judge({ content, judged }, rules, ask) {
	const asked = rules.filter(({ id }) => id in judged);
	const readings = [];
	let costUsd = 0;
	let failure;
	for (const reading of [1, 2]) {
		try {
			const answer = await ask(buildJudgeRequest(content, asked, reading));
			costUsd += answer.costUsd ?? 0;
			readings.push({ rules: asked, rulings: answer.value.rulings });
		} catch (error) {
			failure = error instanceof Error ? error.message : String(error);
		}
	}
	// A reading that failed is one without an answer: nothing it was asked is decided.
	while (readings.length < 2) readings.push({ rules: asked, rulings: [] });
	const { findings, flips } = readRulings(content, asked, readings);
	const pieces = findings.map((/** @type {any} */ { rule, state }) => ({
		outcome: state === 'holds' ? 'pass' : state === 'broken' ? 'fail' : 'unsure',
		score: state === 'holds' ? 1 : 0,
		isHard: true,
		guideVersion: 'labelled',
		approved: judged[rule.id],
	}));
	return { pieces, flips, asked: asked.length, costUsd, failure };
}

/** @template T, R @param {readonly T[]} items @param {(item: T) => Promise<R>} work @returns {Promise<R[]>} */
async function someAtOnce(items, work) {
	/** @type {R[]} */
	const results = [];
	let next = 0;
	const worker = async () => {
		for (let index = next++; index < items.length; index = next++) {
			const item = items[index];
			if (item !== undefined) results[index] = await work(item);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, worker));
	return results;
}

/** @param {Awaited<ReturnType<typeof judge>>[]} results */
function measure(results) {
	const result = calibrate(results.flatMap(({ pieces }) => pieces));
	const asked = results.reduce((sum, each) => sum + each.asked, 0);
	const flips = wilson(
		results.reduce((sum, each) => sum + each.flips, 0),
		asked,
	);
	const { agreement, precision, recall, falsePasses, kappa } = result;
	return {
		pairs: asked,
		unsure: wilson(result.unsure, asked),
		agreement,
		precision,
		recall,
		falsePasses,
		kappa,
		flips,
	};
}

/** @param {string} name @param {ReturnType<typeof measure>} numbers */
function show(name, { pairs, unsure, agreement, precision, recall, falsePasses, kappa, flips }) {
	say(`${name}: ${pairs} pairs of a concept and a judged rule`);
	say(`  right, where it was sure          ${sayShare(agreement)}`);
	say(`  precision of "broken"             ${sayShare(precision)}`);
	say(`  recall of "broken"                ${sayShare(recall)}`);
	say(`  false passes, of what holds       ${sayShare(falsePasses)}`);
	say(`  kappa                             ${kappa === null ? 'unknown' : kappa.toFixed(2)}`);
	say(`  different answers when asked twice ${sayShare(flips)}`);
	say(`  left to a person as unsure        ${sayShare(unsure)}`);
	say();
}

/** @type {{ stop: () => Promise<void>, url: string } | undefined} */
let standIn;
try {
	const { values } = parseArgs({ options: { model: { type: 'string', default: DEFAULT_MODEL } } });
	const key = process.env.GEMINI_API_KEY ?? '';
	const isReal = key !== '';
	const labelled = JSON.parse(
		await readFile(join(REPOSITORY, 'test', 'style', 'sets', 'labelled.json'), 'utf8'),
	);
	/** @type {Labelled[]} */
	const concepts = labelled.concepts;
	const { rules } = parseGuide(labelled.rules);
	const judged = rules.filter((/** @type {any} */ { kind }) => kind === 'judged');

	const plain = concepts.flatMap(({ content, breaks }) =>
		checkPlainRules(
			content,
			rules.filter((/** @type {any} */ { kind }) => kind !== 'judged'),
		).map(
			(/** @type {any} */ { rule, state }) =>
				(state === 'broken') === breaks.includes(rule.id) && state !== 'unsure',
		),
	);
	const rightPlain = wilson(plain.filter(Boolean).length, plain.length);
	say(`Rules without a judge: ${rightPlain.count} of ${rightPlain.of} right.`);
	say();

	if (!isReal) {
		standIn = await startStandIn();
		say(
			'*** THIS IS THE OFFLINE STAND-IN, NOT A MODEL. Its rulings come from a script. The numbers below show ***',
		);
		say(
			'*** that the measuring works. They say NOTHING about how good a judge is. Set GEMINI_API_KEY to measure. ***',
		);
		say();
	} else {
		say(`Asking ${values.model}: ${2 * concepts.length} questions, at the cost of your key.`);
		say();
	}
	const client = await openGemini({
		apiKey: isReal ? key : 'stand-in',
		baseUrl: standIn?.url ?? '',
		apiVersion: 'v1',
	});
	const deps = { client, clock: () => Date.now(), sleep: (/** @type {number} */ ms) => delay(ms) };
	const ask = (/** @type {object} */ request) =>
		askForJson({ ...request, model: values.model, options: { tier: 'standard' } }, deps);
	const results = await someAtOnce(concepts, async (concept) => ({
		split: concept.split,
		...(await judge(concept, judged, ask)),
	}));
	const failed = results.filter(({ failure }) => failure !== undefined);
	if (failed.length > 0)
		say(`${failed.length} concepts got no complete answer, and count as unsure: ${failed[0]?.failure}`);

	const numbers = Object.fromEntries(
		Object.entries(PARTS).map(([split, name]) => {
			const measured = measure(results.filter((result) => result.split === split));
			show(name, measured);
			return [split, measured];
		}),
	);
	const costUsd = results.reduce((sum, result) => sum + result.costUsd, 0);
	if (isReal) say(`Cost about $${costUsd.toFixed(3)}. Intervals are those of Wilson, 95 %.`);
	say(
		JSON.stringify({
			asked: isReal ? values.model : 'the offline stand-in: no claim about any model',
			rulesWithoutJudge: rightPlain,
			...numbers,
		}),
	);
	if (rightPlain.count < rightPlain.of) process.exitCode = 1;
} catch (error) {
	process.exitCode = reportError(error);
} finally {
	await standIn?.stop();
}
