/** What comes back from the review page. */
import type { Action, FieldChange } from './page';

/**
 * The button that was pressed:
 * - `all`: everything is decided, the run may go on;
 * - `decided`: the run may go on, what is not decided leaves undecided;
 * - `save`: keep these decisions, the rest comes later;
 * - `approvePassing`: set Approve where the check passed and show the page again, save nothing;
 * - `edit`: show the page again with the texts of one piece to edit, save nothing;
 * - `continue`: everything was decided before, only continue the run.
 */
export const SEND_KINDS = ['all', 'decided', 'save', 'approvePassing', 'edit', 'continue'] as const;
export type SendKind = (typeof SEND_KINDS)[number];

/** A form that was filled in completely. Whether it fits the review as it is now is for the gate to say. */
export interface Submission {
	nonce: string;
	/** May be empty where nothing is decided. */
	reviewer: string;
	passcode?: string;
	send: SendKind;
	/** With `edit`, and only there: the piece's index. */
	edit?: number;
	choices: Choice[];
}

export interface Choice {
	index: number;
	artefactId: string;
	/** Of what the reviewer saw. */
	contentHash: string;
	action: Action;
	note?: string;
	/** How far the note of a Redirect reaches. */
	scope?: 'artefact' | 'run';
	/** Every editable field as it was sent, also those left as they were: `changedFields` says which count. */
	edits?: Record<string, string>;
}

/** What stood in the form, good or not, so that it can be shown again. Never the passcode. */
export interface Typed {
	reviewer: string;
	/** By the piece's index. */
	pieces: Readonly<Record<number, TypedPiece>>;
}

export interface TypedPiece {
	/** Of what the reviewer saw. */
	contentHash: string;
	/** One of the actions, KEEP, or empty for "Decide later". */
	action: string;
	note: string;
	scope: string;
	edits: Readonly<Record<string, string>>;
}

/** What stands in the way. Those with an `index` are shown at the piece, all are listed on top of the page. */
export type Problem =
	| { code: 'nameMissing' }
	| { code: 'nothingChosen' }
	| { code: 'notAllDecided'; indexes: readonly number[] }
	| { code: 'passcodeMissing' }
	| { code: 'passcodeWrong'; triesLeft: number }
	/** Too many wrong passcodes: this page takes no decisions any more. */
	| { code: 'passcodeLocked' }
	/** The form did not arrive as the page sends it, or not to its end. */
	| { code: 'incomplete' }
	| { code: 'tooManyPieces' }
	| { code: 'noteMissing'; index: number }
	| { code: 'noteTooLong'; index: number }
	/** There is a note, but nothing was chosen for it to go with. */
	| { code: 'noteWithoutChoice'; index: number }
	/** The text was edited, but nothing was chosen for it to go with. */
	| { code: 'editWithoutChoice'; index: number }
	| { code: 'editTooLong'; index: number; field: string }
	/** The piece changed after it was shown. `changes` from what was shown to what is there now. */
	| { code: 'changed'; index: number; changes: readonly FieldChange[] }
	/** Somebody decided on this piece meanwhile; its `decided` says who and what. */
	| { code: 'decidedBefore'; index: number };

/** What a form says: a submission, or problems. `typed` is for showing the page again. */
export type ParsedForm =
	| { kind: 'submission'; submission: Submission; typed: Typed }
	| { kind: 'problems'; problems: Problem[]; typed: Typed };
