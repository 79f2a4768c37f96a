import { PipelineError, type Failure } from '../errors';
import type { Decision, Escalation, RetryOrder, RoundDecision, Verdict } from '../state';
import { waitBefore } from './backoff';
import type { RetryPolicy } from './policy';
import { counted, inSeconds, sayRetry } from './words';

/** One place of the round: what state and the arrivals say of the work in it. */
export interface Place {
	slot: number;
	/** Missing when nothing came of the place. */
	artefact?: { id: string; title: string; logline: string; kind?: string };
	/** Approved by a person. */
	locked: boolean;
	/** The verdict on the artefact as it is now. Nothing else can make it count as passed. */
	verdict?: Verdict;
	/** A person did not want it as it is; that counts more than any verdict. */
	sentBackBy?: Decision;
	failure?: Failure;
	/** The step that makes work for this place, where it is one of Greenlight's. */
	maker?: string;
}

export interface RoundFacts {
	id: string;
	/** The router. */
	node: string;
	round: number;
	/** Names of what the decision is about. */
	covers: readonly string[];
	places: readonly Place[];
	/** How many pieces the run was asked for. */
	requested: number;
	/** Rounds of generation since a person was asked last, this one included. */
	attempts: number;
	/** How often people have sent work back so far. */
	humanRounds: number;
	/** Ids that were already asked to be checked once more. */
	rechecked: readonly string[];
	spentUsd: number;
	/** Since the start of the run. */
	elapsedMs: number;
	/** When it is decided, in ms since 1970. */
	now: number;
	/** By chance, from 0 to 1. */
	random: number;
	/** How long the round before was to be waited for, where this round came too soon; else 0. */
	unkeptWaitMs: number;
}

/**
 * What happens next to a round, from facts alone. Work is accepted when its verdict passes or a person approved it; what
 * was not checked, or not surely, is checked once more and never made again for that; everything else is tried again while
 * attempts, time and money last. What is left then goes to a person.
 */
export function decideNext(facts: RoundFacts, policy: RetryPolicy): RoundDecision {
	const accepted = facts.places.filter(isAccepted);
	const open = facts.places.filter((place) => !isAccepted(place));
	const target = policy.target > 0 ? policy.target : Math.max(facts.requested, facts.places.length);
	const base = describeRound(facts, accepted, open);

	if (accepted.length >= target) {
		const rest = open.length === 0 ? '' : `; ${open.length} more did not pass and are left out`;
		return { ...base, kind: 'done', why: `${counted(accepted)} passed${rest}.`, done: ids(accepted) };
	}

	const missing = [...open, ...emptyPlaces(facts.places, target - accepted.length - open.length)];
	const spent = whySpent(facts, policy);
	const chosen = chooseOrders(missing, target - accepted.length, facts, policy, spent);
	const orders = chosen.map(({ order }) => order);
	const failures = chosen.flatMap(({ place }) => place.failure ?? []);
	const waitMs = waitBefore(facts.round, failures, policy.backoff, facts.random);
	const tooLate = whyTooLate(facts, policy, waitMs);
	if (orders.length > 0 && tooLate === undefined) {
		return {
			...base,
			kind: 'retry',
			why: sayRetry(accepted, orders),
			...(chosen.some(({ place }) => place.sentBackBy !== undefined) ? { isHuman: true } : {}),
			retry: orders,
			rechecked: [...base.rechecked, ...orders.filter((order) => !isAttempt(order)).flatMap(idOf)],
			waitMs,
		};
	}

	const reason =
		(orders.length > 0 ? tooLate : undefined) ??
		spent ??
		missing.map((place) => whyTooSoon(place, facts)).find((why) => why !== undefined) ??
		new PipelineError('attempts_spent', 'Another try could not mend what is left.');
	const escalate = missing.map((place) => escalationOf(place, whyTooSoon(place, facts) ?? reason));
	if (policy.whenSpent === 'goOnWithWhatPassed' && accepted.length > 0) {
		return {
			...base,
			kind: 'partly',
			why: `${reason.message} Going on with ${counted(accepted)}.`,
			done: ids(accepted),
			escalate,
		};
	}
	return {
		...base,
		kind: 'escalate',
		why: `${reason.message} ${counted(accepted)} passed, ${missing.length} did not.`,
		escalate: [...accepted.map(passedEscalation), ...escalate],
	};
}

function describeRound(facts: RoundFacts, accepted: readonly Place[], open: readonly Place[]): RoundDecision {
	return {
		id: facts.id,
		node: facts.node,
		round: facts.round,
		covers: [...facts.covers],
		decidedAt: new Date(facts.now).toISOString(),
		kind: 'escalate',
		why: '',
		done: [],
		retry: [],
		escalate: [],
		kept: accepted.flatMap(({ artefact }) => {
			if (artefact === undefined) return [];
			const { id, title, logline } = artefact;
			return [{ id, title, logline }];
		}),
		sentBack: open.flatMap((place) =>
			place.artefact === undefined ? [] : [{ title: place.artefact.title, why: whyNot(place) }],
		),
		rechecked: [...facts.rechecked],
		waitMs: 0,
	};
}

function isAccepted(place: Place): boolean {
	return (
		place.artefact !== undefined &&
		place.failure === undefined &&
		place.sentBackBy === undefined &&
		(place.locked || place.verdict?.outcome === 'pass')
	);
}

/** Places that were asked for and of which nothing is known at all. */
function emptyPlaces(places: readonly Place[], howMany: number): Place[] {
	const taken = new Set(places.map(({ slot }) => slot));
	const empty: Place[] = [];
	for (let slot = 1; empty.length < howMany; slot++) {
		if (!taken.has(slot)) empty.push({ slot, locked: false });
	}
	return empty;
}

/** What is sent back, checks first, and no more than is missing. */
function chooseOrders(
	missing: readonly Place[],
	most: number,
	facts: RoundFacts,
	policy: RetryPolicy,
	spent: PipelineError | undefined,
): Array<{ place: Place; order: RetryOrder }> {
	return missing
		.map((place) => ({ place, order: orderFor(place, facts, policy, spent) }))
		.filter((each): each is { place: Place; order: RetryOrder } => each.order !== undefined)
		.sort(
			(a, b) =>
				Number(b.order.next === 'check') - Number(a.order.next === 'check') || a.order.slot - b.order.slot,
		)
		.slice(0, most);
}

function orderFor(
	place: Place,
	facts: RoundFacts,
	policy: RetryPolicy,
	spent: PipelineError | undefined,
): RetryOrder | undefined {
	const base = {
		slot: place.slot,
		...(place.artefact === undefined ? {} : { artefactId: place.artefact.id }),
		reasons: reasonsOf(place),
		why: whyNot(place),
		...(place.maker === undefined ? {} : { maker: place.maker }),
	};
	if (place.failure?.code === 'came_back_unchanged') return undefined;
	if (place.sentBackBy !== undefined) {
		const isHopeless = place.failure?.retryable === false;
		if (isHopeless || isOutOfMeans(spent) || facts.humanRounds >= policy.humanRounds) return undefined;
		return { ...base, next: place.sentBackBy.action === 'reject' ? 'generate' : 'revise' };
	}
	const isHopeless = place.failure?.retryable === false || whyTooSoon(place, facts) !== undefined;
	if (place.artefact !== undefined && place.failure?.keepsWork === true) {
		return spent !== undefined || isHopeless ? undefined : { ...base, next: 'check', repeats: true };
	}
	if (needsAnotherCheck(place)) {
		if (place.failure?.retryable === false || hadNoJudge(place)) return undefined;
		const isFirstTime = place.artefact !== undefined && !facts.rechecked.includes(place.artefact.id);
		return isFirstTime && !isOutOfMeans(spent) ? { ...base, next: 'check' } : undefined;
	}
	if (spent !== undefined || isHopeless || isPassedAndLost(place)) return undefined;
	const canRevise = place.artefact !== undefined && place.verdict?.outcome === 'fail';
	return { ...base, next: canRevise ? policy.retryWith : 'generate' };
}

/** Whether something is to be made for it, and not only to be looked at once more. */
export function isAttempt({ next, repeats }: RetryOrder): boolean {
	return next !== 'check' || repeats === true;
}

/** Work that is there and about which nobody knows surely whether it is good, or that passed and failed at a later step. */
function needsAnotherCheck({ artefact, locked, verdict, failure }: Place): boolean {
	if (artefact === undefined) return false;
	const isGood = locked || verdict?.outcome === 'pass';
	if (failure !== undefined) return isGood && failure.code !== 'lost_on_the_way';
	return verdict === undefined || verdict.outcome === 'unsure';
}

/** It is good, and a step between the check and the router dropped it. Making it anew would overwrite it. */
function isPassedAndLost({ locked, verdict, failure }: Place): boolean {
	return failure?.code === 'lost_on_the_way' && (locked || verdict?.outcome === 'pass');
}

/** Attempts are rounds of generation, so a check is still possible when they are spent, but not without time or money. */
function isOutOfMeans(spent: PipelineError | undefined): boolean {
	return spent !== undefined && spent.code !== 'attempts_spent';
}

function whySpent(facts: RoundFacts, policy: RetryPolicy): PipelineError | undefined {
	if (policy.deadlineMs > 0 && facts.elapsedMs >= policy.deadlineMs) {
		return new PipelineError('deadline_passed', 'The time for this run is over.');
	}
	if (policy.spendCapUsd > 0 && facts.spentUsd >= policy.spendCapUsd) {
		return new PipelineError(
			'spend_cap_reached',
			`The run has spent $${facts.spentUsd.toFixed(4)} of $${policy.spendCapUsd}.`,
		);
	}
	if (facts.attempts >= policy.attempts) {
		return new PipelineError('attempts_spent', `All ${policy.attempts} attempts are used up.`);
	}
	return undefined;
}

/** A wait that ends after the deadline is not begun. */
function whyTooLate(
	{ elapsedMs }: RoundFacts,
	{ deadlineMs }: RetryPolicy,
	waitMs: number,
): PipelineError | undefined {
	if (deadlineMs === 0 || elapsedMs + waitMs < deadlineMs) return undefined;
	return new PipelineError(
		'deadline_passed',
		`The next try has to wait ${inSeconds(waitMs)}, and the time for this run is over before.`,
	);
}

/** The service asked for a wait, was asked again before it was over, and failed again: the next try would do no better. */
function whyTooSoon({ failure }: Place, { unkeptWaitMs }: RoundFacts): PipelineError | undefined {
	if (unkeptWaitMs === 0 || failure?.layer !== 'capability' || !failure.retryable) return undefined;
	return new PipelineError(
		'wait_not_kept',
		`The next try had to wait ${inSeconds(unkeptWaitMs)} and came sooner: nothing on the Retry wire waits.`,
	);
}

function whyNot(place: Place): string {
	if (place.failure?.retryable === false) return place.failure.message;
	if (place.sentBackBy !== undefined) return whySentBack(place.sentBackBy);
	if (place.failure !== undefined) return place.failure.message;
	if (place.artefact === undefined) return 'Nothing came of this one.';
	if (place.verdict === undefined) return 'It was not checked.';
	return place.verdict.note;
}

function whySentBack({ reviewer, action, note = '' }: Decision): string {
	const what = {
		approve: 'approved this one',
		reject: 'did not want this one',
		redirect: 'asked for a change',
		reopen: 'reopened this one',
	}[action];
	return `${reviewer} ${what}${note === '' ? '.' : `: ${note}`}`;
}

function reasonsOf(place: Place): string[] {
	if (place.sentBackBy !== undefined) return [place.sentBackBy.note ?? whySentBack(place.sentBackBy)];
	const issues = place.verdict?.issues.map((issue) => (issue.fix === '' ? issue.evidence : issue.fix)) ?? [];
	return issues.length > 0 ? issues : [whyNot(place)];
}

function escalationOf(place: Place, reason: PipelineError): Escalation {
	const notChecked =
		place.artefact !== undefined &&
		place.failure === undefined &&
		place.verdict === undefined &&
		place.sentBackBy === undefined;
	const failure =
		reason.code === 'wait_not_kept' || place.failure === undefined
			? whyHanded(place, notChecked, reason).toFailure()
			: place.failure;
	return {
		slot: place.slot,
		...(place.artefact === undefined ? {} : { artefactId: place.artefact.id }),
		status: statusOf(place, notChecked),
		why: whyNot(place),
		failure,
	};
}

function whyHanded(place: Place, notChecked: boolean, reason: PipelineError): PipelineError {
	if (place.sentBackBy !== undefined && !isOutOfMeans(reason)) {
		return new PipelineError('human_rounds_spent', 'All rounds with a person are used up.');
	}
	if (notChecked) return new PipelineError('not_checked', 'No check of this work is on record.');
	if (place.verdict?.outcome === 'unsure' && reason.code === 'attempts_spent') {
		return new PipelineError('not_sure', 'The check could not tell whether this work is good.');
	}
	return reason;
}

/** Nobody was asked, so asking again would say the same. */
function hadNoJudge({ verdict }: Place): boolean {
	return verdict?.outcome === 'unsure' && verdict.judge.model === null && verdict.judge.votes === 0;
}

function statusOf(place: Place, notChecked: boolean): Escalation['status'] {
	if (place.sentBackBy !== undefined) return place.sentBackBy.action === 'reject' ? 'rejected' : 'redirected';
	if (place.verdict?.outcome === 'unsure' || notChecked) return 'unsure';
	return 'failed';
}

function passedEscalation(place: Place): Escalation {
	return {
		slot: place.slot,
		...(place.artefact === undefined ? {} : { artefactId: place.artefact.id }),
		status: place.locked ? 'approved' : 'passed',
		why: place.verdict?.note ?? 'Approved by a person.',
	};
}

function ids(places: readonly Place[]): string[] {
	return places.flatMap(({ artefact }) => (artefact === undefined ? [] : [artefact.id]));
}

function idOf(order: RetryOrder): string[] {
	return order.artefactId === undefined ? [] : [order.artefactId];
}
