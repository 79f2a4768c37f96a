import type { RoundDecision, RunStatus } from './fields';
import type { StateDocument } from './stateStore';
import { artefactsOf, requestsOf, roundsOf } from './views';

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
		(arrival) =>
			!rounds.some(
				(decision) =>
					decision.node === arrival.node &&
					decision.round === arrival.round &&
					isAbout(decision, arrival.slot),
			),
	);
	if (waiting !== undefined) {
		return {
			status: 'stalled',
			note: `'${nameOf(waiting.node)}' still waits for work that never reached it.`,
		};
	}
	const sentBack = rounds.find(
		({ node, kind, round }) =>
			kind === 'retry' && !rounds.some((later) => later.node === node && later.round > round),
	);
	if (sentBack !== undefined) return { status: 'stalled', note: 'Work that was sent back never came again.' };
	const isUndecided = artefactsOf(document).some(
		({ id, status }) => status !== 'replaced' && !rounds.some((decision) => isAbout(decision, id)),
	);
	const isNothingDecided = rounds.length === 0 && requestsOf(document).length > 0;
	if (isRouterAhead && (isUndecided || isNothingDecided)) {
		return { status: 'stalled', note: 'Work never reached the Retry Router.' };
	}
	return { status: 'finished', note: '' };
}

/** Whether a decision is about an artefact, or about an arrival that was none. */
function isAbout({ covers, retry, escalate }: RoundDecision, name: string): boolean {
	return (
		covers.some((covered) => covered === name || covered.startsWith(`${name}@`)) ||
		[...retry, ...escalate].some(({ artefactId }) => artefactId === name)
	);
}

function nameOf(node: string): string {
	return node.slice(node.indexOf('/') + 1);
}
