import { countOf } from '../page';
import { waitingReviews, type Review, type Run, type RunStatus, type StateDocument } from '../state';
import { answersOf } from './openReview';

/** `decided_not_continued`: all is decided, but the execution was not seen to go on. `expired`: time was up before all was decided. */
export type ReviewStatus = 'open' | 'decided_not_continued' | 'expired';

export interface WaitingReview {
	review: Review;
	status: ReviewStatus;
	/** How many pieces are decided. */
	decided: number;
	/** When the last decision fell, or all was sent; missing while nothing is decided. ISO 8601. */
	decidedAt?: string;
}

/** The reviews of a run that wait for a person, or whose execution waits although nobody has to decide any more. */
export function waitingReviewsOf(
	run: Pick<Run, 'status'>,
	document: StateDocument,
	now: number,
): WaitingReview[] {
	if (run.status === 'stopped') return [];
	return waitingReviews(document).map((review) => {
		const decisions = [...answersOf(document, review).values()];
		const times = [review.sentAt, ...decisions.map((decision) => decision?.decidedAt)];
		const decidedAt = times
			.filter((time) => time !== undefined)
			.sort()
			.at(-1);
		return {
			review,
			status: statusOf(review, decisions.length, now),
			decided: decisions.filter((decision) => decision !== null).length,
			...(decidedAt === undefined ? {} : { decidedAt }),
		};
	});
}

function statusOf({ pieces, deadline }: Review, answered: number, now: number): ReviewStatus {
	if (answered >= pieces.length) return 'decided_not_continued';
	return deadline !== undefined && Date.parse(deadline) <= now ? 'expired' : 'open';
}

/** n8n looks at its clock once a minute: so long after the time was up, what waited has gone on. */
const GONE_ON_MS = 120_000;

/**
 * What a run is by now. Nobody is told when a wait ends without an answer: a run that no Greenlight step went on with is
 * recorded as waiting for ever.
 */
export function statusNow(
	run: Run,
	document: StateDocument,
	now: number,
): { status: RunStatus; statusNote: string } {
	const waiting = waitingReviewsOf(run, document, now);
	const isOver = ({ status, review }: WaitingReview): boolean =>
		status === 'expired' && now - Date.parse(review.deadline ?? '') >= GONE_ON_MS;
	const last = waiting.at(-1);
	if (run.status !== 'waiting' || last === undefined || !waiting.every(isOver)) {
		return { status: run.status, statusNote: run.statusNote };
	}
	return { status: 'stalled', statusNote: whyItWaits(last) };
}

/** The name of the gate that asks. */
export function gateOf({ node }: Review): string {
	return node.slice(node.indexOf('/') + 1);
}

/** Where a review stands, for a person. */
export function whyItWaits({ review, status, decided }: WaitingReview): string {
	const { length } = review.pieces;
	const gate = gateOf(review);
	switch (status) {
		case 'open': {
			const left = length - decided;
			const pieces = decided === 0 ? countOf(length) : `${left} of ${countOf(length)}`;
			return `${pieces} ${left === 1 ? 'waits' : 'wait'} for a decision at '${gate}'.`;
		}
		case 'decided_not_continued':
			return `Everything is decided, but the run was not seen to go on from '${gate}'. Deliver Due sends the decisions on.`;
		case 'expired':
			return `Time was up before everything was decided at '${gate}'.`;
	}
}
