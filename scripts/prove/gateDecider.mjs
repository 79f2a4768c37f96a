/**
 * A process that decides about reviews as a gate does, one after the other, until it is done or killed. Says on stdout what
 * was acknowledged: `decided <review> <action>` or `beaten <review>`, and `sent <review>`. Arguments: JSON
 * `{ path, runId, reviewer, action }`.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { REPOSITORY } from '../lib/processes.mjs';

const require = createRequire(import.meta.url);
const shared = join(REPOSITORY, 'dist', 'nodes', 'shared');
const { openStateStore, reviewsOf } = require(join(shared, 'state'));
const { claimDelivery, decide } = require(join(shared, 'review'));
const { path, runId, reviewer, action } = JSON.parse(process.argv[2] ?? '{}');

const store = await openStateStore({ path, clock: () => Date.now(), newId: () => '' });
for (const review of reviewsOf(await store.read(runId))) {
	const decided = await decide(store, runId, {
		review,
		choices: review.pieces.map((/** @type {object} */ piece) => ({ ...piece, action, note: 'Because.' })),
		reviewer,
		reviewerVerified: 'none',
		sendsUndecided: false,
		at: new Date().toISOString(),
		by: 'Gate',
	});
	process.stdout.write(
		`${decided.beaten.length === 0 ? `decided ${review.id} ${action}` : `beaten ${review.id}`}\n`,
	);
	if (!decided.isComplete) continue;
	if (await claimDelivery(store, runId, review, Date.now())) process.stdout.write(`sent ${review.id}\n`);
}
await store.close();
