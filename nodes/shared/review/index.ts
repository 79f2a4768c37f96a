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
export { KEEP, MAX_EDIT_LENGTH, MAX_NOTE_LENGTH, MAX_PIECES } from './form';
export { parseSubmission } from './parseSubmission';
export type {
	Action,
	DecidedPiece,
	EarlierNote,
	FieldChange,
	PageState,
	PieceDecision,
	PieceField,
	PieceMedia,
	ReviewFrame,
	ReviewNotice,
	ReviewPage,
	ReviewPiece,
} from './page';
export type { Choice, ParsedForm, Problem, SendKind, Submission, Typed, TypedPiece } from './submission';
