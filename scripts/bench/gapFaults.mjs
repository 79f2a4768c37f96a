/**
 * The faults of the gap bench: which ones there are, when they strike, and what the arithmetic says of a rung that deals with
 * them in a certain way. Pure: the same run, step and try meet the same fault on every rung and in LangGraph.
 */
import { createHash } from 'node:crypto';

export const STEPS = 6;
/** How likely a fault is at each try of a step. */
export const FAULT_RATE = 0.03;
/** Tries of a step in all, the first included. */
export const TRIES = 3;

/**
 * The kinds with their shares of all faults. Five come over HTTP, in the answer to the call; a lost update and a kill happen
 * in and to the process that works.
 * @type {ReadonlyArray<readonly [Kind, number]>}
 * @typedef {'refused' | 'notJson' | 'missingField' | 'truncated' | 'offStyle' | 'lostUpdate' | 'killed'} Kind
 */
export const KINDS = [
	['refused', 0.25],
	['notJson', 0.1],
	['missingField', 0.1],
	['truncated', 0.15],
	['offStyle', 0.2],
	['lostUpdate', 0.12],
	['killed', 0.08],
];

/**
 * What becomes of a try that meets a fault: it is made `again`; the run `stops`; the fault `passes` unseen; or it does no harm.
 * @typedef {'again' | 'stops' | 'passes' | 'harmless'} Effect
 * @typedef {Readonly<Record<Kind, Effect>>} Effects
 */

/** A number from 0 to 1 that depends on nothing but the words. @param {...(string | number)} words */
function drawn(...words) {
	return createHash('sha256').update(words.join(' ')).digest().readUIntBE(0, 6) / 2 ** 48;
}

/**
 * The fault that a try meets, if any. All counted from 1. Where only some kinds can strike, they share the whole rate.
 * @param {number} run @param {number} step @param {number} tryNumber @param {typeof KINDS} [kinds] @returns {Kind | undefined}
 */
export function faultOf(run, step, tryNumber, kinds = KINDS) {
	const all = kinds.reduce((sum, [, share]) => sum + share, 0);
	let left = (drawn('fault', run, step, tryNumber) / FAULT_RATE) * all;
	return kinds.find(([, share]) => (left -= share) < 0)?.[0];
}

/**
 * Whether a validator of this recall sees that the work of a try is off-style. It belongs to the work: asked twice, it says
 * the same. What a validator of lower recall sees, one of higher recall sees too.
 * @param {number} recall @param {number} run @param {number} step @param {number} tryNumber
 */
export function isSeen(recall, run, step, tryNumber) {
	return drawn('judge', run, step, tryNumber) < recall;
}

/**
 * Share of runs that should end well: a step is right when one of its tries is, and all before it were seen to be wrong.
 * @param {Effects} effects @param {number} recall Of off-style work, the share that is seen.
 */
export function predictedOk(effects, recall = 1) {
	const share = (/** @type {Effect} */ effect) =>
		KINDS.filter(([kind]) => effects[kind] === effect).reduce((sum, [, part]) => sum + part, 0);
	const offStyle = KINDS.find(([kind]) => kind === 'offStyle')?.[1] ?? 0;
	const missed = effects.offStyle === 'again' ? (1 - recall) * offStyle : 0;
	const again = FAULT_RATE * (share('again') - missed);
	const right = 1 - FAULT_RATE * (1 - share('harmless'));
	let reached = 0;
	for (let before = 0; before < TRIES; before++) reached += again ** before;
	return (right * reached) ** STEPS;
}
