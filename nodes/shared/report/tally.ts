import type { Failure, FailureCode } from '../errors';
import type { LedgerRow, Run } from '../state';
import { PipelineTally } from './pipelineTally';
import {
	shareOf,
	type EndToEnd,
	type FailureCount,
	type PipelineReport,
	type ReliabilityReport,
} from './reliabilityReport';
import { RunTally, type Judgement, type Line } from './runTally';

/** What a report is about. */
export interface ReportScope {
	title: string;
	scope: ReliabilityReport['scope'];
	/** ISO 8601, UTC. */
	begunSince?: string;
	/** ISO 8601, UTC: until when open reviews have waited. */
	asOf: string;
}

/**
 * Adds up ledgers, run after run: rows of one run have to come together, oldest first, as `StateStore.ledgerPage` gives them.
 * Holds one run and the sums of the runs before.
 */
export class Tally {
	private current: { run: Run; tally: RunTally } | undefined;
	private entries = 0;
	private readonly statuses = new Map<Run['status'], number>();
	private readonly pipelines = new Map<string, PipelineTally>();
	private readonly failures = new Map<FailureCode, FailureCount>();
	private readonly escalations = new Map<FailureCode, FailureCount>();
	private readonly retries = {
		callsRepeated: 0,
		sentBackByRouter: 0,
		sentBackByPerson: 0,
		saved: { byStep: 0, byRouter: 0, byPerson: 0 },
		notSaved: 0,
		runsSaved: 0,
		laterRoundsUsd: 0,
	};
	private readonly cost = { totalUsd: 0, unpricedCalls: 0, approved: 0 };
	private readonly waits: number[] = [];
	private readonly reviews = { reviews: 0, sent: 0, unanswered: 0, open: 0 };
	private readonly verdicts = { same: 0, passes: 0, falsePasses: 0, fails: 0, falseAlarms: 0, changed: 0 };

	constructor(private readonly scope: ReportScope) {}

	add({ run, entry }: LedgerRow): void {
		if (this.current?.run.runId !== run.runId) {
			this.close();
			this.current = { run, tally: new RunTally() };
		}
		this.entries++;
		this.current.tally.add(entry);
	}

	report(): ReliabilityReport {
		this.close();
		const { title, scope, begunSince = null, asOf } = this.scope;
		const pipelines = [...this.pipelines.values()]
			.map((pipeline) => pipeline.report())
			.sort((a, b) => b.runs - a.runs || a.workflowId.localeCompare(b.workflowId));
		const of = (status: Run['status']): number => this.statuses.get(status) ?? 0;
		const { totalUsd, unpricedCalls, approved } = this.cost;
		const { same, passes, falsePasses, fails, falseAlarms, changed } = this.verdicts;
		const waits = [...this.waits].sort((a, b) => a - b);
		return {
			title,
			scope,
			begunSince,
			asOf,
			runs: {
				total: [...this.statuses.values()].reduce((sum, count) => sum + count, 0),
				finished: of('finished'),
				escalated: of('escalated'),
				stalled: of('stalled'),
				crashed: of('crashed'),
				stopped: of('stopped'),
				goingOn: of('open') + of('waiting'),
			},
			finished: overAll(pipelines, ({ finished }) => finished),
			withoutChecks: {
				...overAll(pipelines, ({ withoutChecks }) => withoutChecks),
				notKnown: pipelines.reduce((sum, { withoutChecks }) => sum + withoutChecks.notKnown, 0),
			},
			pipelines,
			failures: sorted(this.failures),
			escalations: sorted(this.escalations),
			retries: this.retries,
			cost: {
				totalUsd,
				unpricedCalls,
				approved,
				perApprovedUsd: approved === 0 ? null : totalUsd / approved,
			},
			waiting: {
				...this.reviews,
				timed: waits.length,
				medianMs: medianOf(waits),
				longestMs: waits.at(-1) ?? null,
				totalMs: waits.reduce((sum, wait) => sum + wait, 0),
			},
			agreement: {
				same: shareOf(same, passes + fails),
				falsePasses: shareOf(falsePasses, passes),
				falseAlarms: shareOf(falseAlarms, fails),
				approvedWithChanges: changed,
			},
			entries: this.entries,
		};
	}

	private close(): void {
		if (this.current === undefined) return;
		const { run, tally } = this.current;
		this.current = undefined;
		this.statuses.set(run.status, (this.statuses.get(run.status) ?? 0) + 1);
		this.cost.totalUsd += run.costUsd;
		this.cost.unpricedCalls += run.unpricedCalls;
		this.retries.sentBackByRouter += tally.sentBackByRouter;
		this.retries.sentBackByPerson += tally.sentBackByPerson;
		for (const { repeated, laterRoundsUsd } of tally.calls.values()) {
			this.retries.callsRepeated += repeated;
			this.retries.laterRoundsUsd += laterRoundsUsd;
		}
		for (const each of tally.failures()) countIn(this.failures, each);
		for (const each of tally.escalations.values()) countIn(this.escalations, each);
		this.addReviews(run, tally);
		this.addDecisions(tally);
		const pipeline = this.pipelines.get(run.workflowId) ?? new PipelineTally(run.workflowId);
		this.pipelines.set(run.workflowId, pipeline);
		pipeline.addCalls(tally.calls);
		if (run.status !== 'open' && run.status !== 'waiting') this.addEnded(run, tally, pipeline);
	}

	private addEnded(run: Run, tally: RunTally, pipeline: PipelineTally): void {
		const lines = tally.pieces();
		const first = firstTryOf(run, tally, lines);
		pipeline.addRun(run.status === 'finished', first, lines, tally.checks());
		if (run.status === 'finished' && first === 'wrong') this.retries.runsSaved++;
		for (const line of lines) {
			if (line.first !== 'wrong') continue;
			if (line.inTheEnd === 'wrong' || line.inTheEnd === 'notKnown') this.retries.notSaved++;
			else this.retries.saved[line.tookPerson ? 'byPerson' : line.tookRouter ? 'byRouter' : 'byStep']++;
		}
	}

	private addReviews(run: Run, { reviews }: RunTally): void {
		for (const { openedAt, sentAt, continuedAt } of reviews.values()) {
			this.reviews.reviews++;
			const isWaiting = sentAt === undefined && continuedAt === undefined && run.status === 'waiting';
			if (sentAt !== undefined) this.reviews.sent++;
			else if (isWaiting) this.reviews.open++;
			else this.reviews.unanswered++;
			const until = sentAt ?? continuedAt ?? (isWaiting ? this.scope.asOf : undefined);
			if (until !== undefined) this.waits.push(Math.max(0, Date.parse(until) - Date.parse(openedAt)));
		}
	}

	private addDecisions({ decisions }: RunTally): void {
		const { verdicts, cost } = this;
		for (const { action, isEdited, checked } of decisions.values()) {
			const isApproved = action === 'approve';
			if (isApproved) cost.approved++;
			if (isApproved && isEdited) verdicts.changed++;
			if (checked === 'right') {
				verdicts.passes++;
				if (isApproved) verdicts.same++;
				else verdicts.falsePasses++;
			} else if (checked === 'wrong') {
				verdicts.fails++;
				if (isApproved) verdicts.falseAlarms++;
				else verdicts.same++;
			}
		}
	}
}

/** Whether a run would have been right had nobody checked and nothing been repeated. */
function firstTryOf(run: Run, tally: RunTally, lines: readonly Line[]): Judgement {
	if (tally.hasUpstreamFailure || lines.some(({ first }) => first === 'wrong')) return 'wrong';
	if (run.status === 'stalled' || run.status === 'crashed') return 'wrong';
	const isKnown = run.status === 'finished' && lines.length > 0;
	return isKnown && lines.every(({ first }) => first !== 'notKnown') ? 'right' : 'notKnown';
}

/** Of several workflows: counts are added up, and predictions weighted by how many runs each had. */
function overAll(
	pipelines: readonly PipelineReport[],
	pick: (pipeline: PipelineReport) => EndToEnd,
): EndToEnd {
	const parts = pipelines.map((pipeline) => ({ runs: pipeline.runs, ...pick(pipeline) }));
	const sum = (of: (part: (typeof parts)[number]) => number): number =>
		parts.reduce((total, part) => total + of(part), 0);
	const ended = parts.filter(({ runs }) => runs > 0);
	const isPredicted = ended.length > 0 && ended.every(({ predicted }) => predicted !== null);
	return {
		measured: shareOf(
			sum(({ measured }) => measured.count),
			sum(({ measured }) => measured.of),
		),
		predicted: isPredicted
			? sum(({ runs, predicted }) => runs * (predicted ?? 0)) / sum(({ runs }) => runs)
			: null,
	};
}

function countIn(
	counts: Map<FailureCode, FailureCount>,
	{ failure: { layer, code }, count }: { failure: Failure; count: number },
): void {
	const known = counts.get(code) ?? { layer, code, count: 0, runs: 0 };
	counts.set(code, { ...known, count: known.count + count, runs: known.runs + 1 });
}

function sorted(counts: ReadonlyMap<FailureCode, FailureCount>): FailureCount[] {
	return [...counts.values()].sort((a, b) => b.count - a.count || a.code.localeCompare(b.code));
}

function medianOf(values: readonly number[]): number | null {
	const middle = Math.floor(values.length / 2);
	const upper = values[middle];
	if (upper === undefined) return null;
	return values.length % 2 === 1 ? upper : (upper + (values[middle - 1] ?? upper)) / 2;
}
