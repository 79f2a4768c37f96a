import type { Review } from './fields';
import type { Run, StateDocument, WriteRequest } from './stateStore';
import { reviewsOf } from './views';

/**
 * The reviews that an execution still waits at, as far as state knows. Of those that one gate asked in one execution only the
 * last can be: the execution went on from the others, or it could not have asked again.
 */
export function waitingReviews(document: StateDocument): Review[] {
	const reviews = reviewsOf(document);
	const placeOf = ({ node, executionId, instance = '' }: Review): string =>
		JSON.stringify([node, executionId, instance]);
	const last = new Map(reviews.map((review) => [placeOf(review), review.id]));
	return reviews.filter(
		(review) => typeof review.continuedAt !== 'string' && last.get(placeOf(review)) === review.id,
	);
}

/** Puts down that an execution has gone on from `reviews`. A run that waits for no other one is open again. */
export function continuedRequest(
	run: Run,
	document: StateDocument,
	reviews: readonly Review[],
	{ by, at }: { by: string; at: string },
): WriteRequest {
	const ids = new Set(reviews.map(({ id }) => id));
	const isLast = waitingReviews(document).every(({ id }) => ids.has(id));
	return {
		by,
		asRecordKeeper: true,
		commands: [{ op: 'mergeById', field: 'reviews', items: [...ids].map((id) => ({ id, continuedAt: at })) }],
		ledger: reviews.map(({ id, node, round }) => ({
			layer: 'recovery' as const,
			event: 'continued',
			note: 'The run went on from the review.',
			by,
			node,
			round,
			review: id,
		})),
		...(run.status === 'waiting' && isLast ? { status: { status: 'open' as const } } : {}),
	};
}
