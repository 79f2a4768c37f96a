/** What a report says. `docs/reliability.md` defines each measure in the words of people who do not code. */
import type { FailureCode, Layer } from '../errors';
import { wilson } from '../statistics';

/** With fewer than so many, a report gives the count and no share: one more or less would change it too much. */
export const ENOUGH = 10;

/** So many of so many. Share and 95 % interval (0 to 1) are null where there are too few to say. */
export interface Share {
	count: number;
	of: number;
	share: number | null;
	low: number | null;
	high: number | null;
}

export function shareOf(count: number, of: number): Share {
	if (of < ENOUGH) return { count, of, share: null, low: null, high: null };
	return wilson(count, of);
}

/** How reliable one step was, in runs that have ended. */
export interface StepReport {
	/** The step's name; for work of other steps, that of the Greenlight step that met it first. */
	step: string;
	/** `workflowId/node name`. */
	node: string;
	/** `makes`: it makes work. `checks`: it gives verdicts. `others`: work that came from steps that are not Greenlight's. */
	kind: 'makes' | 'checks' | 'others';
	pieces: {
		/** Right at the first try: see `docs/reliability.md` for what counts. */
		first: Share;
		/** Right in the end, after all tries and decisions. */
		inTheEnd: Share;
		/** Of those that count as right at the first try, how many nobody checked. */
		unchecked: number;
		/** Left out of `first`, because no check could tell. */
		notKnown: number;
	};
	/** Runs in which all of the step's pieces were right. */
	runs: { first: Share; inTheEnd: Share };
	/** Of all runs, also those that go on. */
	calls: number;
	failedCalls: number;
	costUsd: number;
	/** Calls whose price is not known. */
	unpriced: number;
}

/** Measured, and what the steps' own shares come to when multiplied: null where a share has too few runs. */
export interface EndToEnd {
	measured: Share;
	predicted: number | null;
}

/** The runs of one workflow. */
export interface PipelineReport {
	workflowId: string;
	/** Runs that have ended. */
	runs: number;
	steps: StepReport[];
	/** Finished, of those that have ended. */
	finished: EndToEnd;
	/** All that was made was right at the first try: what a chain without checks and retries would have got right. */
	withoutChecks: EndToEnd & { notKnown: number };
}

export interface FailureCount {
	layer: Layer;
	code: FailureCode;
	count: number;
	/** In how many runs. */
	runs: number;
}

export interface ReliabilityReport {
	/** What it is about: the run's name, or "All runs". */
	title: string;
	scope: 'run' | 'all';
	/** Runs that began since then; null: all. ISO 8601, UTC. */
	begunSince: string | null;
	/** ISO 8601, UTC. */
	asOf: string;
	runs: {
		total: number;
		finished: number;
		/** Ended with a person. */
		escalated: number;
		stalled: number;
		crashed: number;
		stopped: number;
		/** Open or waiting: not counted where a share is of runs that have ended. */
		goingOn: number;
	};
	/** Over all workflows; predictions are weighted by runs. */
	finished: EndToEnd;
	withoutChecks: EndToEnd & { notKnown: number };
	/** Those with most runs first. */
	pipelines: PipelineReport[];
	/** Most frequent first. */
	failures: FailureCount[];
	/** Why pieces went to a person, as the router put it. */
	escalations: FailureCount[];
	retries: {
		/** Calls that a step repeated by itself: repairs, and tries after an overload. */
		callsRepeated: number;
		sentBackByRouter: number;
		sentBackByPerson: number;
		/** Pieces of ended runs that were not right at the first try and were in the end, by what it took. */
		saved: { byStep: number; byRouter: number; byPerson: number };
		/** Those that were not right in the end either. */
		notSaved: number;
		/** Runs that finished although not everything was right at the first try. */
		runsSaved: number;
		/** Calls after the first round. */
		laterRoundsUsd: number;
	};
	cost: {
		totalUsd: number;
		/** Calls of unknown price, which the total leaves out. */
		unpricedCalls: number;
		/** Pieces whose latest decision is an approval. */
		approved: number;
		/** Null without approved pieces. */
		perApprovedUsd: number | null;
	};
	waiting: {
		reviews: number;
		/** Sent by a reviewer. */
		sent: number;
		/** Time was up first. */
		unanswered: number;
		/** Nobody has sent them yet, as of now. */
		open: number;
		/** Of how many the times below are: an end is on record, or they are open. */
		timed: number;
		/** From asking to sending, to the end of the wait or to now, in ms; null without any. */
		medianMs: number | null;
		longestMs: number | null;
		totalMs: number;
	};
	agreement: {
		/** Pieces with a clear verdict and a decision on which both say the same. */
		same: Share;
		/** Of pieces that the check passed and a person decided on: those turned down. */
		falsePasses: Share;
		/** Of pieces that the check failed and a person decided on: those approved. */
		falseAlarms: Share;
		/** Approved after the reviewer changed something. */
		approvedWithChanges: number;
	};
	/** How many entries of the ledger this was read from. */
	entries: number;
}
