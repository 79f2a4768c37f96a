import { statusAtEnd, type Review, type StateStore } from '../state';

/** After this long without the run going on, whoever comes next may send the decisions on again. */
export const DELIVERY_LEASE_MS = 30_000;

/**
 * Whether the caller is the one to send a review's decisions on to the run. Of all who ask at once one is; another one may try
 * when the lease of the last has run out and the run still waits, since then whoever held it has died.
 */
export async function claimDelivery(
	store: StateStore,
	runId: string,
	review: Review,
	now: number,
): Promise<boolean> {
	const tried = (await store.listSteps(runId, { kind: 'decision', node: review.node })).filter(
		({ slot }) => slot === review.id,
	);
	const last = tried.at(-1);
	if (last !== undefined && now - Date.parse(last.startedAt) < DELIVERY_LEASE_MS) return false;
	const { claimed } = await store.claimStep(runId, {
		key: `delivery:${review.id}.${tried.length + 1}`,
		kind: 'decision',
		state: 'started',
		node: review.node,
		round: review.round,
		slot: review.id,
	});
	return claimed;
}

/**
 * Says how the run ends with these decisions. Nobody tells a step that waited how its execution went on; a step after it that
 * works on the run opens it again.
 */
export async function endRun(store: StateStore, runId: string, by: string): Promise<void> {
	const run = await store.getRun(runId);
	if (run.status !== 'open') return;
	const arrivals = await store.listSteps(runId, { kind: 'arrival' });
	const status = statusAtEnd(await store.read(runId), arrivals, new Set());
	await store.write(runId, [{ by, commands: [], status }]);
}
