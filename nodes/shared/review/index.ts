/**
 * What a reviewer is shown and what comes back. Other rooms and nodes import from here; the page takes what it needs from
 * `form.ts` and `edits.ts`, because this file loads zod.
 */
export {
	approvePassing,
	changedFields,
	compareFields,
	editableText,
	editsWithoutChoice,
	isPassing,
} from './edits';
export { KEEP, MAX_EDIT_LENGTH, MAX_NOTE_LENGTH, MAX_PIECES, NOTICE_HEADER } from './form';
export { askedForOf, modelsOf } from './askedFor';
export { decide, type Decided, type PieceChoice } from './decide';
export { claimDelivery, DELIVERY_LEASE_MS, endRun } from './delivery';
export { historyOf, reviewNumber, type History } from './earlierReviews';
export { answerBy, isLinkOver, linkParameters, resultUntil } from './link';
export { answersOf, openReview, type Answers, type ReviewRequest } from './openReview';
export { checkPasscode, hashPasscode, type HashedPasscode } from './passcode';
export { parseSubmission } from './parseSubmission';
export { CHECK_ADDRESS, continueForm, dueReviews, readReply, type Delivery, type Reply } from './redelivery';
export { anotherReviewRequest, planReview } from './reviewAgain';
export {
	gateOf,
	statusNow,
	waitingReviewsOf,
	whyItWaits,
	type ReviewStatus,
	type WaitingReview,
} from './reviewStatus';
export type {
	Action,
	DecidedPiece,
	EarlierNote,
	FieldChange,
	NamedPiece,
	OldRoundNotice,
	PageState,
	PieceDecision,
	PieceField,
	PieceMedia,
	ResultLink,
	ReviewFrame,
	ReviewNotice,
	ReviewPage,
	ReviewPiece,
	ThanksNotice,
} from './page';
export type { Problem, Submission, Typed, TypedPiece } from './submission';
