import type { RunStatus } from './fields';
import type { StateDocument } from './stateStore';
import { artefactsOf, requestedCount, roundsOf } from './views';

/**
 * What a run is when its execution ended without an error: stalled while a router still holds work, or work that a router
 * should have decided never reached one, or what was sent back never came again; otherwise finished.
 */
export function statusAtEnd(
	document: StateDocument,
	held: ReadonlyArray<{ node: string; round: number; slot: string }>,
	isRouterAhead: boolean,
): { status: RunStatus; note: string } {
	const rounds = roundsOf(document);
	const waiting = held.find(
		(arrival) => !rounds.some(({ node, round, covers }) => node === arrival.node && round === arrival.round && covers.includes(arrival.slot)),
	);
	if (waiting !== undefined) {
		return { status: 'stalled', note: `'${nameOf(waiting.node)}' still waits for work that never reached it.` };
	}
	const sentBack = rounds.find(
		({ node, kind, round }) => kind === 'retry' && !rounds.some((later) => later.node === node && later.round > round),
	);
	if (sentBack !== undefined) return { status: 'stalled', note: 'Work that was sent back never came again.' };
	const decided = new Set(rounds.flatMap(({ covers }) => covers));
	const isUndecided = artefactsOf(document).some(({ id, status }) => status !== 'replaced' && !decided.has(id));
	const isNothingDecided = rounds.length === 0 && requestedCount(document) > 0;
	if (isRouterAhead && (isUndecided || isNothingDecided)) {
		return { status: 'stalled', note: 'Work never reached the Retry Router.' };
	}
	return { status: 'finished', note: '' };
}

function nameOf(node: string): string {
	return node.slice(node.indexOf('/') + 1);
}
