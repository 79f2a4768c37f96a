import { PipelineError, type Failure } from '../errors';
import type { Decision, Escalation, RetryOrder, RoundDecision, Verdict } from '../state';
import type { RetryPolicy } from './policy';

/** One place of the round: what state and the arrivals say of the work in it. */
export interface Place {
	slot: number;
	/** Missing when nothing came of the place. */
	artefact?: { id: string; title: string; logline: string };
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
		return { ...base, kind: 'done', why: `${count(accepted.length)} passed${rest}.`, done: ids(accepted) };
	}

	const missing = [...open, ...emptyPlaces(facts.places, target - accepted.length - open.length)];
	const spent = whySpent(facts, policy);
	const chosen = missing
		.map((place) => ({ place, order: orderFor(place, facts, policy, spent) }))
		.filter((each): each is { place: Place; order: RetryOrder } => each.order !== undefined)
		.sort(
			(a, b) =>
				Number(b.order.next === 'check') - Number(a.order.next === 'check') || a.order.slot - b.order.slot,
		)
		.slice(0, target - accepted.length);
	const orders = chosen.map(({ order }) => order);
	if (orders.length > 0) {
		return {
			...base,
			kind: 'retry',
			why: `${count(accepted.length)} kept, ${orders.length} sent back: ${orders[0]?.why ?? ''}`,
			...(chosen.some(({ place }) => place.sentBackBy !== undefined) ? { isHuman: true } : {}),
			retry: orders,
			rechecked: [...base.rechecked, ...orders.filter((order) => !isAttempt(order)).flatMap(idOf)],
			waitMs: waitBefore(
				facts,
				policy,
				chosen.map(({ place }) => place),
			),
		};
	}

	const reason = spent ?? new PipelineError('attempts_spent', 'Another try could not mend what is left.');
	const escalate = missing.map((place) => escalationOf(place, reason));
	if (policy.whenSpent === 'goOnWithWhatPassed' && accepted.length > 0) {
		return {
			...base,
			kind: 'partly',
			why: `${reason.message} Going on with ${count(accepted.length)}.`,
			done: ids(accepted),
			escalate,
		};
	}
	return {
		...base,
		kind: 'escalate',
		why: `${reason.message} ${count(accepted.length)} passed, ${missing.length} did not.`,
		escalate: [...accepted.map(passedEscalation), ...escalate],
	};
}

function describeRound(facts: RoundFacts, accepted: readonly Place[], open: readonly Place[]): RoundDecision {
	return {
		id: facts.id,
		node: facts.node,
		round: facts.round,
		covers: [...facts.covers],
		kind: 'escalate',
		why: '',
		done: [],
		retry: [],
		escalate: [],
		kept: accepted.flatMap(({ artefact }) => (artefact === undefined ? [] : [{ ...artefact }])),
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
	if (place.sentBackBy !== undefined) {
		if (isOutOfMeans(spent) || facts.humanRounds >= policy.humanRounds) return undefined;
		return { ...base, next: place.sentBackBy.action === 'reject' ? 'generate' : 'revise' };
	}
	if (needsAnotherCheck(place)) {
		if (hadNoJudge(place)) return undefined;
		const isFirstTime = place.artefact !== undefined && !facts.rechecked.includes(place.artefact.id);
		return isFirstTime && !isOutOfMeans(spent) ? { ...base, next: 'check' } : undefined;
	}
	if (spent !== undefined || place.failure?.retryable === false || isPassedAndLost(place)) return undefined;
	if (place.artefact !== undefined && place.failure?.keepsWork === true) {
		return { ...base, next: 'check', repeats: true };
	}
	const canRevise = place.artefact !== undefined && place.verdict?.outcome === 'fail';
	return { ...base, next: canRevise ? policy.retryWith : 'generate' };
}

/** Whether something is to be made for it, and not only to be looked at once more. */
export function isAttempt({ next, repeats }: RetryOrder): boolean {
	return next !== 'check' || repeats === true;
}

/** Work that is there and about which nobody knows surely whether it is good. */
function needsAnotherCheck(place: Place): boolean {
	if (place.artefact === undefined || place.failure !== undefined) return false;
	return place.verdict === undefined || place.verdict.outcome === 'unsure';
}

/** It passed, and a step between the check and the router dropped it. Making it anew would overwrite work that passed. */
function isPassedAndLost(place: Place): boolean {
	return place.failure?.code === 'lost_on_the_way' && place.verdict?.outcome === 'pass';
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
			'budget_exhausted',
			`The run has spent $${facts.spentUsd.toFixed(4)} of $${policy.spendCapUsd}.`,
		);
	}
	if (facts.attempts >= policy.attempts) {
		return new PipelineError('attempts_spent', `All ${policy.attempts} attempts are used up.`);
	}
	return undefined;
}

/** Only a failure of a service is worth waiting for; a concept that missed the style is not. */
function waitBefore(facts: RoundFacts, policy: RetryPolicy, missing: readonly Place[]): number {
	const failures = missing.flatMap(({ failure }) => (failure?.layer === 'capability' ? [failure] : []));
	if (failures.length === 0) return 0;
	const { initialMs, factor, maximumMs } = policy.backoff;
	const grown = Math.min(maximumMs, initialMs * factor ** facts.round);
	return Math.max(grown, ...failures.map(({ retryAfterMs }) => retryAfterMs ?? 0));
}

function whyNot(place: Place): string {
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
	const failure = place.failure ?? whyHanded(place, notChecked, reason).toFailure();
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

function count(number: number): string {
	return number === 1 ? '1 piece' : `${number} pieces`;
}
