/** What a review page shows, as plain data. Times are ISO 8601. */
import type { ArtefactStatus, Decision, Json, Verdict } from '../state';
import type { Problem, Typed } from './submission';

export type Action = Decision['action'];

/** What stands at the head of every page of one review. */
export interface ReviewFrame {
	/** What is reviewed, such as "Storyboard concepts". */
	title: string;
	runTitle: string;
	/** `#rrggbb`; anything else gives Greenlight's own colour. */
	accent: string;
	/** A `data:` address of an image that the node read and allowed; anything else is left out. */
	logo?: string;
	/** IANA name for the times on the page; UTC without it. */
	timeZone?: string;
}

/** A page with pieces to decide on. */
export interface ReviewPage extends ReviewFrame {
	/** How often people have reviewed at this gate, this time included. */
	number: number;
	/** What the work was made for; missing where the run has no brief. */
	askedFor?: AskedFor;
	/** Names of the models that wrote what is shown, as their answers gave them. */
	models: readonly string[];
	openedAt: string;
	/** Until when the link can be answered. */
	deadline?: string;
	passcodeAsked: boolean;
	/** Fills in the reviewer's name. */
	reviewer?: string;
	pieces: readonly ReviewPiece[];
	/** Travels through the form: binds what is sent to this review. */
	nonce: string;
	state: PageState;
}

/** What the run was asked for. */
export interface AskedFor {
	/** The brief as it was sent, cut where it is very long. */
	brief: string;
	/** What was read from it; empty where no step did. */
	intent: readonly PieceField[];
}

/**
 * - `open`: to decide on, or to go on deciding where some pieces are `decided`;
 * - `ticked`: "Approve all that pass" was pressed without JavaScript: the page comes back with its choices set, nothing is saved;
 * - `editing`: "Edit this text" was pressed on a long page: it comes back with the texts of that piece to edit, nothing is saved;
 * - `refused`: what was sent was not taken; `typed` keeps what was typed;
 * - `toContinue`: every piece is decided, but the run was not continued.
 */
export type PageState =
	| { kind: 'open' }
	| { kind: 'ticked'; typed: Typed; count: number }
	| { kind: 'editing'; typed: Typed; index: number }
	| { kind: 'refused'; problems: readonly Problem[]; typed?: Typed }
	| { kind: 'toContinue' };

export interface ReviewPiece {
	/** Place in the review's record, from 0. Names the piece's form fields, so it never changes while the review is open. */
	index: number;
	artefactId: string;
	/** Of the content as it is shown. */
	contentHash: string;
	title: string;
	/** Place in the round, from 1: the number that the reviewer sees. */
	slot: number;
	kind: string;
	status: ArtefactStatus;
	/** Approved in an earlier round. The reviewer can keep it or reopen it. */
	locked: boolean;
	/** In reading order; texts and lists of one-line texts can be edited. */
	fields: readonly PieceField[];
	media: readonly PieceMedia[];
	verdict?: Pick<Verdict, 'outcome' | 'score' | 'note' | 'issues'>;
	/** What is different from what a reviewer saw in an earlier review. */
	changes?: readonly FieldChange[];
	/** The title of the rejected piece whose place it takes. */
	inPlaceOf?: string;
	/** Earlier decisions and notes on this place, oldest first. */
	notes: readonly EarlierNote[];
	/** Decided in this review already: shown, not asked. */
	decided?: PieceDecision;
}

export interface PieceField {
	name: string;
	label: string;
	value: Json;
}

export interface PieceMedia {
	/** Relative to the page, starting with `?`. */
	src: string;
	mimeType: string;
	/** What there is to see or hear, for who cannot. */
	alt: string;
	fileName: string;
}

/** A field that differs. A side without the field is missing. */
export interface FieldChange {
	name: string;
	label: string;
	before?: Json;
	after?: Json;
}

export interface PieceDecision {
	action: Action;
	note?: string;
	reviewer: string;
	decidedAt: string;
}

export interface EarlierNote {
	/** Which review at this gate, counted from 1; missing for those at another one. */
	review?: number;
	action?: Action;
	note: string;
	reviewer: string;
}

/** A decision with the piece that it is about, for pages that show no pieces. */
export interface DecidedPiece extends PieceDecision, NamedPiece {}

/** A piece as it is called where it is not shown. */
export interface NamedPiece {
	slot: number;
	title: string;
}

/** Where somebody who decided sees what comes of it: the status page of the run, without a way to decide. */
export interface ResultLink {
	address: string;
	/** ISO 8601. */
	until: string;
}

/** Thank you. */
export interface ThanksNotice {
	kind: 'thanks';
	frame: ReviewFrame;
	decided: readonly DecidedPiece[];
	/** Pieces without a decision. */
	left: number;
	/** The run goes on now; else it waits for the rest. */
	continued: boolean;
	/** Work that is sent back comes to this gate once more, and so to the same link. */
	comesBack: boolean;
	/** Until when this link is good. */
	deadline?: string;
	/** Pieces that this reviewer chose for too late: what was decided before stands. */
	unused?: readonly NamedPiece[];
	result?: ResultLink;
}

/** The link belongs to an earlier review of this gate. */
export interface OldRoundNotice {
	kind: 'oldRound';
	frame: ReviewFrame;
	/** Which one, counted from 1. */
	number: number;
	/** Something came with the request, and was not used. */
	hasSent: boolean;
	/** The address of the review that waits now, relative to the page; missing where this link may not lead there. */
	next?: string;
}

/** A page that says something and asks nothing. */
export type ReviewNotice =
	| ThanksNotice
	/** Somebody else was first. */
	| { kind: 'decidedBefore'; frame: ReviewFrame; decided: readonly DecidedPiece[]; result?: ResultLink }
	| OldRoundNotice
	/** Time was up. `hasSent`: something came with the request, and was not used. */
	| { kind: 'expired'; frame: ReviewFrame; deadline: string; hasSent: boolean }
	/** The link has run out; the review may wait on. `hasSent`: something came with the request, and was not used. */
	| { kind: 'linkOver'; frame: ReviewFrame; hasSent: boolean }
	| { kind: 'stopped'; frame: ReviewFrame }
	/** The gate could not do its work. Nothing was decided. */
	| { kind: 'unavailable'; message: string; hint: string }
	/** The run went on at the very moment of the request, so nothing in it was used. */
	| { kind: 'justGone' }
	/** Nothing is known about the link, so nothing is said about any run. */
	| { kind: 'notValid' };
