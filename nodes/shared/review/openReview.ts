import { PipelineError } from '../errors';
import { countOf } from '../page';
import {
	REVIEWS,
	artefactsOf,
	decisionsOf,
	reviewsOf,
	type Decision,
	type Review,
	type StateDocument,
	type StateStore,
} from '../state';
import { passcodeStep, type HashedPasscode } from './passcode';

/** What a gate asks a person about. */
export type ReviewRequest = Omit<Review, 'id' | 'sentAt' | 'continuedAt' | 'asksPasscode'> & {
	by: string;
	passcode?: HashedPasscode;
	/** The work came back as it was after it had left: what was answered before it left does not count. */
	cameBack?: boolean;
};

/** A decision of `null` says that the run went on without one. */
export type Answers = ReadonlyMap<string, Decision | null>;

export type OpenedReview =
	/** A person has to decide. */
	| { kind: 'open'; review: Review }
	/** All of this was asked and answered before, alone or with other work. */
	| { kind: 'answered'; review: Review; answers: Answers };

/**
 * Puts down what a person is asked. Asked again about the same work as it is now, an open review goes on with the execution
 * that waits for it now, and an answered one gives its answers.
 */
export async function openReview(
	store: StateStore,
	runId: string,
	request: ReviewRequest,
): Promise<OpenedReview> {
	const document = await store.read(runId);
	const earlier = reviewsOf(document).filter(({ node }) => node === request.node);
	const same = earlier.findLast(
		(review) =>
			review.round === request.round &&
			!(request.cameBack === true && review.sentAt !== undefined) &&
			isSameWork(document, review, request),
	);
	if (same?.sentAt !== undefined)
		return { kind: 'answered', review: same, answers: answersOf(document, same) };
	const { by, passcode, cameBack: _cameBack, ...asked } = request;
	const review: Review = {
		...asked,
		id: same?.id ?? `${request.node}#${earlier.length + 1}`,
		// Its own link goes on being valid: whoever has it may be about to press the button.
		...(same === undefined ? {} : { nonce: same.nonce, openedAt: same.openedAt }),
		asksPasscode: passcode !== undefined,
		...(same?.continuedAt === undefined ? {} : { continuedAt: null }),
	};
	// Merging leaves alone what is not named.
	const entry = same?.deadline === undefined ? review : { ...review, deadline: review.deadline ?? null };
	const count = review.pieces.length;
	const pieces = countOf(count);
	const [result] = await store.write(runId, [
		{
			by,
			asRecordKeeper: true,
			expectedVersion: document.version,
			declare: [REVIEWS],
			commands: [{ op: 'mergeById', field: REVIEWS.name, items: [JSON.parse(JSON.stringify(entry))] }],
			steps: passcode === undefined ? [] : [passcodeStep(review, passcode)],
			status: {
				status: 'waiting',
				note: `${pieces} ${count === 1 ? 'waits' : 'wait'} for a decision at '${by}'.`,
			},
			ledger:
				same === undefined
					? [
							{
								layer: 'recovery',
								event: 'review',
								note: `A person is asked about ${pieces}.`,
								by,
								node: review.node,
								round: review.round,
								asked: count,
								review: review.id,
							},
						]
					: [],
		},
	]);
	// Another execution of the run has asked meanwhile.
	if (result?.ok === false && result.failure.code === 'conflict') return openReview(store, runId, request);
	if (result?.ok !== true) {
		throw new PipelineError(result?.failure.code ?? 'internal', result?.failure.message ?? '');
	}
	return { kind: 'open', review };
}

/** What has been decided of a review so far. */
export function answersOf(document: StateDocument, review: Review): Answers {
	const decided = decisionsOf(document).filter((decision) => decision.review === review.id);
	const answers = new Map<string, Decision | null>();
	for (const { artefactId } of review.pieces) {
		const decision = decided.findLast((each) => each.artefactId === artefactId);
		if (decision !== undefined) answers.set(artefactId, decision);
		else if (review.sentAt !== undefined) answers.set(artefactId, null);
	}
	return answers;
}

/** The pieces asked about are as they were, or as the reviewer made them. What was answered may have been about more. */
function isSameWork(document: StateDocument, review: Review, request: ReviewRequest): boolean {
	const now = new Map(artefactsOf(document).map(({ id, contentHash }) => [id, contentHash]));
	const answers = answersOf(document, review);
	const shown = new Map(review.pieces.map(({ artefactId, contentHash }) => [artefactId, contentHash]));
	return (
		(review.sentAt !== undefined || review.pieces.length === request.pieces.length) &&
		request.pieces.every(({ artefactId }) => {
			const contentHash = answers.get(artefactId)?.contentHash ?? shown.get(artefactId);
			return contentHash !== undefined && contentHash === now.get(artefactId);
		})
	);
}
