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

/** Whether a gate has asked a person about it since it came, or gave it on because it had failed. */
function isOfGate(
	{ node, round, slot, state }: { node: string; round: number; slot: string; state?: RecordedStep['state'] },
	reviews: readonly Review[],
): boolean {
	const own = reviews.filter((review) => review.node === node && review.round >= round);
	return own.some(({ pieces }) => state === 'failed' || pieces.some(({ artefactId }) => artefactId === slot));
}

/**
 * Whether anything that went to a person has not been done or sent back since. What failed before it was a piece of work is
 * over when a later decision of the same router is about it too.
 */
function isWithPerson(rounds: readonly RoundDecision[]): boolean {
	const open = new Map<string, readonly string[]>();
	for (const { node, done, retry, escalate, covers } of rounds) {
		const placeOf = (slot: number): string => `${node} ${slot}`;
		for (const id of done) open.delete(id);
		for (const { slot, artefactId } of retry) open.delete(artefactId ?? placeOf(slot));
		for (const [name, about] of open) {
			const isOver = about.length > 0 && about.every((each) => covers.includes(each));
			if (name.startsWith(`${node} `) && isOver) open.delete(name);
		}
		const about = covers.filter((name) => !name.includes('@'));
		for (const { slot, artefactId } of escalate) {
			if (artefactId === undefined) open.set(placeOf(slot), about);
			else open.set(artefactId, []);
		}
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
