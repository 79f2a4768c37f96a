/** How a run stands, for people who were given the address of its status page. */
import {
	artefactsOf,
	decisionOn,
	type Artefact,
	type RecordedLedgerEntry,
	type RecordedStep,
	type Run,
	type RunStatus,
	type StateDocument,
} from '../state';
import { areByStandIn } from './standIn';

/** A review that waits, as far as the page shows it. */
export interface StatusReview {
	title: string;
	/** Ids of the pieces that it asks about. */
	pieces: readonly string[];
	decided: number;
	/** As `ReviewStatus` of the reviews. */
	status: 'open' | 'decided_not_continued' | 'expired';
	/** ISO 8601. */
	deadline?: string;
	/** Of the review page; missing where it is not to be shown, or waits in another n8n. */
	link?: string;
}

export interface StatusPiece {
	slot: number;
	title: string;
	/** Where it stands. */
	word: string;
	/** The colour of the word, as on the review page. */
	mark: 'approve' | 'pass' | 'unsure' | 'fail' | 'none';
}

/** All that the page says of a run. Times are ISO 8601, money is in US dollars. */
export interface RunState {
	title: string;
	status: RunStatus;
	/** Who has to act and why, when the run is with a person. */
	note: string;
	brief: string;
	lastStep?: { by: string; note: string; at: string };
	reviews: readonly StatusReview[];
	pieces: readonly StatusPiece[];
	/** How many pieces a person has approved. */
	approved: number;
	costUsd: number;
	unpricedCalls: number;
	/** The offline stand-in wrote it: the amounts are what Gemini would have charged. */
	isStandIn?: boolean;
	/** What the run was expected to cost before it was begun, where anything said so. */
	estimateUsd?: number;
	startedAt: string;
	changedAt: string;
}

/** So many of the latest calls and entries of the ledger say enough: the page is asked for every few seconds. */
export const LATEST = 20;

/** A pure function of what the store has, of the reviews that wait, and of the latest of what happened. */
export function statusOf(
	run: Run,
	document: StateDocument,
	{ ledger, calls }: { ledger: readonly RecordedLedgerEntry[]; calls: readonly RecordedStep[] },
	reviews: readonly StatusReview[],
): RunState {
	const { title, status, statusNote, costUsd, unpricedCalls, estimateUsd, createdAt, updatedAt } = run;
	const last = ledger.findLast(({ note }) => note !== '');
	const pieces = artefactsOf(document).filter((artefact) => artefact.status !== 'replaced');
	const asked = new Set(reviews.filter((each) => each.status === 'open').flatMap((each) => each.pieces));
	const { brief } = document.fields;
	return {
		title,
		status,
		note: statusNote,
		brief: typeof brief === 'string' ? brief : '',
		...(last === undefined ? {} : { lastStep: { by: last.by, note: last.note, at: last.at } }),
		reviews,
		pieces: pieces
			.sort((a, b) => a.slot - b.slot)
			.map((artefact) => {
				const isWithPerson = asked.has(artefact.id) && decisionOn(document, artefact) === undefined;
				return { slot: artefact.slot, title: artefact.title, ...wordOf(artefact, run, isWithPerson) };
			}),
		approved: pieces.filter(isApproved).length,
		costUsd,
		unpricedCalls,
		isStandIn: areByStandIn(calls),
		...(estimateUsd === null ? {} : { estimateUsd }),
		startedAt: createdAt,
		changedAt: updatedAt,
	};
}

function isApproved({ status, locked }: Artefact): boolean {
	return status === 'approved' && locked;
}

function wordOf(
	artefact: Artefact,
	run: Pick<Run, 'status'>,
	isWithPerson: boolean,
): Pick<StatusPiece, 'word' | 'mark'> {
	if (isApproved(artefact)) return { word: 'Approved', mark: 'approve' };
	if (isWithPerson) return { word: 'With a person', mark: 'unsure' };
	if (artefact.status === 'passed') return { word: 'Passed the check', mark: 'pass' };
	if (run.status === 'open' || run.status === 'waiting') return { word: 'In work', mark: 'none' };
	switch (artefact.status) {
		case 'failed':
			return { word: 'Did not pass', mark: 'fail' };
		case 'rejected':
			return { word: 'Rejected', mark: 'fail' };
		case 'unsure':
			return { word: 'The check is not sure', mark: 'unsure' };
		case 'redirected':
			return { word: 'Sent back', mark: 'unsure' };
		default:
			return { word: 'Not checked', mark: 'none' };
	}
}
