/** What the recovery proofs read of a run. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { REPOSITORY } from '../lib/processes.mjs';

const { artefactsOf, roundsOf, verdictFor } = createRequire(import.meta.url)(
	join(REPOSITORY, 'dist', 'nodes', 'shared', 'state'),
);

/** @typedef {Record<string, any>} Json */

/** What a run has come to, without times, ids and how it got there. @param {any} store @param {string} runId */
export async function outcomeOf(store, runId) {
	const document = await store.read(runId);
	const { brief, intent, kept = [] } = document.fields;
	const pieces = artefactsOf(document)
		.filter((/** @type {Json} */ { status }) => status !== 'replaced')
		.sort((/** @type {Json} */ a, /** @type {Json} */ b) => a.slot - b.slot)
		.map((/** @type {Json} */ piece) => ({
			...{ slot: piece.slot, kind: piece.kind, status: piece.status, why: piece.why },
			...{ locked: piece.locked, stale: piece.stale, content: piece.content },
			verdict: verdictFor(document, piece)?.outcome,
		}));
	const { status } = await store.getRun(runId);
	return { status, brief, intent, pieces, kept: [...kept].sort() };
}

/** What is on record and may not change any more. @param {any} store @param {string} runId */
export async function recordOf(store, runId) {
	const calls = await store.listSteps(runId, { kind: 'call' });
	return {
		finished: calls.filter((/** @type {Json} */ { state }) => state === 'answered'),
		inFlight: calls.filter((/** @type {Json} */ { state }) => state === 'started'),
		rounds: roundsOf(await store.read(runId)),
	};
}

/** @param {any} store @param {string} runKey */
export async function findRun(store, runKey) {
	const found = await store.listRuns({ search: runKey });
	return found.find((/** @type {Json} */ run) => run.runKey === runKey);
}
