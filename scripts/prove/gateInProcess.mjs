/** Processes that decide about the same reviews at once and are killed: nothing is lost, nothing is decided or sent on twice. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../lib/processes.mjs';

const require = createRequire(import.meta.url);
const shared = join(REPOSITORY, 'dist', 'nodes', 'shared');
const { contentHashOf, openStateStore, reviewsOf } = require(join(shared, 'state'));
const { DELIVERY_LEASE_MS, answersOf, claimDelivery, decide, openReview } = require(join(shared, 'review'));
const DECIDER = join(REPOSITORY, 'scripts', 'prove', 'gateDecider.mjs');
const REVIEWS = 4;
const PIECES = 3;

/** @typedef {Record<string, any>} Json */

/** A run with reviews that nobody has answered. @param {any} store @param {number} number */
async function startRun(store, number) {
	const { run } = await store.startRun({
		runKey: `gate proof ${number}`,
		title: 'Proof',
		startedFrom: 'production',
		workflowId: 'proof',
	});
	for (let review = 0; review < REVIEWS; review++) {
		const artefacts = Array.from({ length: PIECES }, (_, index) => {
			const id = `p${review}-${index}`;
			const content = { title: id, text: 'The chase.' };
			return {
				...{
					id,
					kind: 'work',
					title: id,
					slot: review * PIECES + index + 1,
					round: 0,
					status: 'new',
					why: '',
				},
				...{
					locked: false,
					stale: false,
					contentHash: contentHashOf(content),
					content,
					madeFrom: [],
					by: 'proof',
				},
			};
		});
		const [made] = await store.write(run.runId, [
			{
				by: 'proof',
				asRecordKeeper: true,
				commands: [{ op: 'mergeById', field: 'artefacts', items: artefacts }],
			},
		]);
		assert.ok(made.ok, made.failure?.message);
		await openReview(store, run.runId, {
			...{
				node: `proof/Gate ${review}`,
				nodeId: 'gate',
				executionId: '1',
				nonce: `n${review}`,
				title: 'Proof',
			},
			...{ round: 0, openedAt: new Date().toISOString(), by: 'Gate' },
			pieces: artefacts.map(({ id, contentHash }) => ({ artefactId: id, contentHash })),
		});
	}
	return run.runId;
}

/** @param {object} job */
function startDecider(job) {
	const child = spawn(process.execPath, [DECIDER, JSON.stringify(job)], {
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let said = '';
	let errors = '';
	child.stdout.on('data', (chunk) => (said += chunk));
	child.stderr.on('data', (chunk) => (errors += chunk));
	const ended = new Promise((resolve) => child.once('close', resolve));
	const lines = () => said.split('\n').slice(0, -1);
	return { child, ended, lines, errors: () => errors };
}

/** @param {string} folder @param {number} kills */
export async function killedDeciders(folder, kills) {
	const path = join(folder, 'gate-proof.sqlite');
	let ids = 0;
	const store = await openStateStore({ path, clock: () => Date.now(), newId: () => `gate-${++ids}` });
	const counts = { decided: 0, sent: 0, cutOff: 0, rest: 0 };
	// Both may be done before they are killed, so there can be more runs than kills.
	for (let killed = 0, runs = 0; killed < kills; runs++) {
		const runId = await startRun(store, runs);
		const jobs = [
			{ path, runId, reviewer: 'Maya', action: 'approve' },
			{ path, runId, reviewer: 'Jo', action: 'reject' },
		];
		const deciders = jobs.map(startDecider);
		while (deciders.every((each) => each.lines().length === 0 && each.child.exitCode === null))
			await sleep(1);
		await sleep(Math.random() * 30);
		for (const { child } of deciders) {
			if (child.exitCode === null && child.kill('SIGKILL')) killed += 1;
		}
		await Promise.all(deciders.map(({ ended }) => ended));
		assert.equal(deciders.map((each) => each.errors()).join(''), '', 'a process failed');
		await checkRun(
			store,
			runId,
			deciders.flatMap((each) => each.lines()),
			counts,
		);
	}
	await store.close();
	return (
		`${kills} kills, ${counts.decided} reviews acknowledged as decided, 0 lost, 0 decided twice; ` +
		`${counts.sent} sent on before the kill and ${counts.cutOff} after the lease, each once; ${counts.rest} decided afterwards`
	);
}

/**
 * What was acknowledged stands; what is open can be decided; each review is sent on once, and once more only when the lease
 * of whoever died has run out.
 * @param {any} store @param {string} runId @param {string[]} lines @param {Record<string, number>} counts
 */
async function checkRun(store, runId, lines, counts) {
	const before = await store.read(runId);
	for (const review of reviewsOf(before)) {
		const acknowledged = lines.find((line) => line.startsWith(`decided ${review.id} `));
		if (acknowledged !== undefined) {
			counts.decided += 1;
			const action = acknowledged.split(' ').at(-1);
			const answers = answersOf(before, review);
			for (const { artefactId } of review.pieces)
				assert.equal(answers.get(artefactId)?.action, action, 'an acknowledged decision is lost');
		}
		const claimed = (await store.listSteps(runId, { kind: 'decision', node: review.node })).length;
		const sent = lines.filter((line) => line === `sent ${review.id}`).length;
		assert.ok(sent <= claimed && claimed <= 1, `sent on ${sent} times by ${claimed} claims`);
		counts.sent += sent;
		const late = await decide(store, runId, {
			review,
			choices: review.pieces.map((/** @type {object} */ piece) => ({ ...piece, action: 'reject' })),
			...{ reviewer: 'Late', reviewerVerified: 'none', sendsUndecided: false, by: 'Gate' },
			at: new Date().toISOString(),
		});
		assert.ok(late.isComplete, 'a review cannot be finished');
		const now = Date.now();
		const claims = (/** @type {number} */ at) =>
			Promise.all(Array.from({ length: 5 }, () => claimDelivery(store, runId, review, at)));
		const soon = (await claims(now)).filter(Boolean).length;
		assert.equal(soon, claimed === 1 ? 0 : 1, 'sent on while another one is at it');
		if (claimed === 0) counts.rest += 1;
		else if (sent === 0) {
			counts.cutOff += 1;
		}
		assert.equal(
			(await claims(now + DELIVERY_LEASE_MS + 1000)).filter(Boolean).length,
			1,
			'not sent on after the lease',
		);
	}
	const { fields } = await store.read(runId);
	const decided = fields.decisions.map((/** @type {Json} */ { artefactId }) => artefactId);
	assert.equal(new Set(decided).size, decided.length, 'a piece was decided twice');
	assert.equal(decided.length, REVIEWS * PIECES, 'a piece was not decided');
	assert.equal((await store.verify(runId)).ok, true);
}
