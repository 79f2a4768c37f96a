import type { Review, RoundDecision, RunStatus } from './fields';
import type { RecordedStep, StateDocument } from './stateStore';
import { artefactsOf, requestsOf, reviewsOf, roundsOf } from './views';

/**
 * What a run is when its execution ended without an error: with a person when something went to one and stayed there,
 * stalled while a router still holds work, or work that a router
 * should have decided never reached one, or what was sent back never came again; otherwise finished. `checkedSteps` are the steps that have a router after them.
 */
export function statusAtEnd(
	document: StateDocument,
	held: ReadonlyArray<{ node: string; round: number; slot: string; state?: RecordedStep['state'] }>,
	checkedSteps: ReadonlySet<string>,
): { status: RunStatus; note: string } {
	const rounds = roundsOf(document);
	const reviews = reviewsOf(document);
	const waiting = held.find(
		(arrival) =>
			!isOfGate(arrival, reviews) &&
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
	if (isWithPerson(rounds))
		return { status: 'escalated', note: rounds.findLast(({ escalate }) => escalate.length > 0)?.why ?? '' };
	const isUndecided = artefactsOf(document).some(
		({ id, by, status }) =>
			status !== 'replaced' && checkedSteps.has(by) && !rounds.some((decision) => isAbout(decision, id)),
	);
	const isNothingDecided =
		rounds.length === 0 && requestsOf(document).some(({ step }) => checkedSteps.has(step));
	if (isUndecided || isNothingDecided) {
		return { status: 'stalled', note: 'Work never reached the Retry Router.' };
	}
	return { status: 'finished', note: '' };
}

/** Whether a gate has asked a person about it, or gave it on because it had failed. */
function isOfGate(
	{ node, round, slot, state }: { node: string; round: number; slot: string; state?: RecordedStep['state'] },
	reviews: readonly Review[],
): boolean {
	const own = reviews.filter((review) => review.node === node && review.round === round);
	return own.some(({ pieces }) => state === 'failed' || pieces.some(({ artefactId }) => artefactId === slot));
}

/** Whether anything that went to a person has not been done or sent back since. */
function isWithPerson(rounds: readonly RoundDecision[]): boolean {
	const open = new Set<string>();
	for (const { node, done, retry, escalate } of rounds) {
		for (const id of done) open.delete(id);
		for (const { slot, artefactId } of retry) open.delete(artefactId ?? `${node} ${slot}`);
		for (const { slot, artefactId } of escalate) open.add(artefactId ?? `${node} ${slot}`);
	}
	return open.size > 0;
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
