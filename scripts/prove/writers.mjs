/** Processes that write to one run of the state store, for the proofs and the bench. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { REPOSITORY } from '../lib/processes.mjs';

const { openStateStore } = createRequire(import.meta.url)(
	join(REPOSITORY, 'dist', 'nodes', 'shared', 'state'),
);
const WRITER = join(REPOSITORY, 'scripts', 'prove', 'stateWriter.mjs');
const FIELDS = [
	{ name: 'log', type: {}, rule: 'append', part: 'content' },
	{ name: 'count', type: {}, rule: 'increment', part: 'content' },
];

/** @typedef {{ path: string } | { server: string }} Place */

let runs = 0;
/** @param {Place} place */
export const open = (place) =>
	openStateStore({ ...place, clock: () => Date.now(), newId: () => `${Date.now()}-${++runs}` });

/** @param {Place} place @returns {Promise<string>} */
export async function startRun(place) {
	const store = await open(place);
	const { run: started } = await store.startRun({
		runKey: `proof ${Date.now()} ${++runs}`,
		title: 'Proof',
		startedFrom: 'production',
		workflowId: 'proof',
		fields: FIELDS,
	});
	await store.close();
	return started.runId;
}

/** Starts a writer. `acknowledged` fills up as it goes. @param {object} job */
export function startWriter(job) {
	const child = spawn(process.execPath, [WRITER, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'pipe'] });
	/** @type {number[]} */
	const acknowledged = [];
	let rest = '';
	let errors = '';
	child.stdout.on('data', (chunk) => {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		acknowledged.push(...lines.map(Number));
	});
	child.stderr.on('data', (chunk) => (errors += chunk));
	const ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
	return { child, acknowledged, ended, errors: () => errors };
}

/**
 * 100 writers to one run at once, in so many processes. Gives back the names of the writes that were acknowledged.
 * @param {Place} place @param {number} processes @returns {Promise<{ runId: string, names: string[] }>}
 */
export async function hundredWriters(place, processes) {
	const runId = await startRun(place);
	const each = 100 / processes;
	const writers = Array.from({ length: processes }, (_, index) =>
		startWriter({ place, runId, writer: `p${index}`, from: 0, count: each, atOnce: each }),
	);
	const codes = await Promise.all(writers.map(({ ended }) => ended));
	const errors = writers.map((writer) => writer.errors()).join('');
	assert.ok(
		codes.every((code) => code === 0),
		errors.slice(0, 500),
	);
	const names = writers.flatMap(({ acknowledged }, index) =>
		acknowledged.map((number) => `p${index}-${number}`),
	);
	return { runId, names };
}
