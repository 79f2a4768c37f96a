/** The finished run, read from the store that the nodes wrote. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlainError } from '../lib/plainError.mjs';
import { REPOSITORY } from '../lib/processes.mjs';

/** @typedef {Record<string, any>} Json */

const SETTLE_MS = 5_000;
const SETTLED = ['finished', 'escalated', 'stalled', 'crashed', 'stopped', 'waiting'];

/**
 * @typedef {object} RunResult
 * @property {string} runId
 * @property {string} status
 * @property {Json | null} intent
 * @property {Array<{ id: string, title: string, status: string }>} concepts
 * @property {Array<{ artefactId: string, pass: boolean, note: string }>} verdicts
 * @property {number} attempts
 * @property {Json[]} decisions
 * @property {number} versions
 * @property {number | null} costUsd Null when the price of a call is unknown.
 * @property {string | null} model
 */

/**
 * The newest run of the workflow, or of all; waits a moment until its status is its last.
 * @param {{ stateFile: string, workflowId?: string }} options @returns {Promise<RunResult>}
 */
export async function readResult({ stateFile, workflowId }) {
	if (!existsSync(stateFile))
		throw new PlainError('The pipeline left no run: its first Greenlight step did not begin.');
	const require = createRequire(join(REPOSITORY, 'package.json'));
	const { openStateStore } = require(join(REPOSITORY, 'dist/nodes/shared/state/index.js'));
	const store = await openStateStore({ path: stateFile, clock: Date.now, newId: randomUUID });
	try {
		const run = await settledRun(store, workflowId);
		const [{ fields }, versions, steps] = await Promise.all([
			store.read(run.runId),
			store.history(run.runId),
			store.listSteps(run.runId, { kind: 'call' }),
		]);
		const artefacts = list(fields.artefacts)
			.filter(({ status }) => status !== 'replaced')
			.sort((a, b) => a.slot - b.slot);
		const concepts = artefacts.filter(({ kind }) => kind === 'concept');
		return {
			runId: run.runId,
			status: run.status,
			intent: fields.intent ?? null,
			concepts: (concepts.length > 0 ? concepts : artefacts).map(({ id, title, status }) => ({
				id,
				title,
				status,
			})),
			verdicts: list(fields.verdicts).map(({ artefactId, pass, note }) => ({ artefactId, pass, note })),
			attempts: fields.attempts ?? 0,
			decisions: list(fields.decisions),
			versions: versions.length,
			costUsd: run.unpricedCalls > 0 && run.costUsd === 0 ? null : Number(run.costUsd.toFixed(6)),
			model:
				list(steps)
					.map(({ answer }) => findModel(answer))
					.find(Boolean) ??
				list(fields.verdicts)
					.map(({ judge }) => judge?.model)
					.find(Boolean) ??
				null,
		};
	} finally {
		await store.close();
	}
}

/** @param {any} store @param {string | undefined} workflowId @returns {Promise<Json>} */
async function settledRun(store, workflowId) {
	const deadline = Date.now() + SETTLE_MS;
	for (;;) {
		const runs = /** @type {Json[]} */ (await store.listRuns());
		const run = runs.find((candidate) => candidate.workflowId === workflowId) ?? runs[0];
		if (run && SETTLED.includes(run.status)) return run;
		if (Date.now() > deadline) {
			if (run) return run;
			throw new PlainError('The pipeline left no run: its first Greenlight step did not begin.');
		}
		await sleep(200);
	}
}

/** @param {unknown} value @returns {Json[]} */
function list(value) {
	return Array.isArray(value) ? value : [];
}

/** The model that answered, wherever the record names it. @param {unknown} value @param {number} [depth] @returns {string | undefined} */
function findModel(value, depth = 4) {
	if (typeof value !== 'object' || value === null || depth === 0) return undefined;
	if ('model' in value && typeof value.model === 'string') return value.model;
	for (const member of Object.values(value)) {
		const found = findModel(member, depth - 1);
		if (found) return found;
	}
	return undefined;
}
