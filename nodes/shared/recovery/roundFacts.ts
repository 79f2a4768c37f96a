import { PipelineError, type Failure } from '../errors';
import {
	artefactsOf,
	decisionOn,
	decisionsOf,
	requestsOf,
	roundsOf,
	verdictFor,
	type Artefact,
	type Decision,
	type RoundDecision,
	type StateDocument,
} from '../state';
import { decideNext, isAttempt, type Place, type RoundFacts } from './decideNext';
import { LONGEST_WAIT_INSIDE_MS, type RetryPolicy } from './policy';

/** An item that reached the router: which work it is, or which failure it brings. */
export interface Arrival {
	artefactId?: string;
	slot?: number;
	failure?: Failure;
	/** Of the work as it arrived. */
	contentHash?: string;
	/** Tells arrivals that are no artefact apart. */
	name?: string;
}

export interface RoundInput {
	id: string;
	/** The router; what other routers of the run decided is not its business. */
	node: string;
	round: number;
	document: StateDocument;
	/** Of this round. */
	arrivals: readonly Arrival[];
	/** Failures of an earlier execution: the decision takes the place of the one on them. */
	outdated?: readonly Arrival[];
	/** Ids of all work that ever reached this router. */
	everArrived?: ReadonlySet<string>;
	/** Names of the steps whose work comes to this router; undefined when n8n does not show them: then all of the run's. */
	upstream?: ReadonlySet<string> | undefined;
	/** Ids that have left this router already in this execution, by Done or Escalate. */
	emitted?: ReadonlySet<string>;
	/** The run's spend so far, and when it began (ISO 8601). */
	spentUsd: number;
	startedAt: string;
	/** In ms since 1970. */
	now: number;
	/** By chance, from 0 to 1. */
	random: number;
}

/**
 * What a router does next, of what the run's state says (work, verdicts, decisions of people, earlier rounds), what arrived
 * with which failures, the time and chance. The same input always gives the same decision.
 */
export function decideFromState(input: RoundInput, policy: RetryPolicy): RoundDecision {
	return decideNext(factsOfRound(input), policy);
}

/**
 * What is true of a round, from state and from what arrived. A `pass` on an item does not count: only the verdict that
 * state has for the artefact's present content does. Work of the round that never arrived is `lost_on_the_way`.
 */
export function factsOfRound(input: RoundInput): RoundFacts {
	const { document, round, arrivals, node } = input;
	const backFromPerson = arrivals.flatMap(({ artefactId }) =>
		artefactsOf(document).filter(
			(artefact) => artefact.id === artefactId && sentBackBy(document, artefact) !== undefined,
		),
	);
	const emitted = new Set(input.emitted);
	// It left this router, and a person sent it back.
	for (const { id } of backFromPerson) emitted.delete(id);
	const earlier = ownRounds(document, node).filter((decision) => decision.round < round);
	const artefacts = ownArtefacts(input)
		.filter(({ id }) => !emitted.has(id))
		.sort((a, b) => a.slot - b.slot);
	const requests = requestsOf(document).filter(({ step }) => isOwnStep(step, input.upstream));
	const arrivedAs = new Map(
		arrivals.flatMap((arrival) => (arrival.artefactId === undefined ? [] : [[arrival.artefactId, arrival]])),
	);
	const places = artefacts.map((artefact) => placeOf(artefact, input, arrivedAs.get(artefact.id)));
	for (const { slot, artefactId, failure } of arrivals) {
		const isOfNoArtefact = artefactId === undefined || !artefacts.some(({ id }) => id === artefactId);
		if (failure === undefined || slot === undefined || !isOfNoArtefact || emitted.has(artefactId ?? ''))
			continue;
		if (!places.some((place) => place.slot === slot)) places.push({ slot, locked: false, failure });
	}
	const unplaced = arrivals.flatMap(({ slot, artefactId, failure }) =>
		failure !== undefined && slot === undefined && artefactId === undefined ? [failure] : [],
	);
	const isEarly = requests.length === 0 && artefacts.length === 0;
	const asked = requests.reduce((sum, { count }) => sum + count, 0) - emitted.size;
	const requested = Math.max(asked, places.length);
	const all = withUnplaced(places, requested, isEarly ? unplaced.map(beforeAnyWork) : unplaced);
	return {
		id: input.id,
		node,
		round,
		covers: [...arrivals, ...(input.outdated ?? [])].map((arrival) => nameOf(arrival, document, round)),
		places: all.map((place) => withMaker(place, document, requests)),
		requested: Math.max(requested, all.length),
		attempts: 1 + countTries(all, earlier, document),
		humanRounds: earlier.filter(({ isHuman }) => isHuman === true).length,
		rechecked: earlier.flatMap(({ rechecked }) => rechecked),
		spentUsd: input.spentUsd,
		elapsedMs: input.now - Date.parse(input.startedAt),
		now: input.now,
		random: input.random,
		unkeptWaitMs: Math.max(
			0,
			...previousDecisions(round, document, node).flatMap((before) => unkeptWait(before, input.now)),
		),
	};
}

/**
 * A step of ours that failed before work was asked for, such as capturing the intent: Retry leads to the steps that make work,
 * which cannot mend it. A step of another kind may make the work itself.
 */
function beforeAnyWork(failure: Failure): Failure {
	if (failure.code === 'upstream_unavailable' || failure.code === 'upstream_failed') return failure;
	const hint = `${failure.hint} Start again with the same run key, or press Retry in Executions: it goes on at that step.`;
	return { ...failure, retryable: false, hint };
}

/** Waits inside the router are kept. Of the others, n8n's Wait step may be a little early. */
function unkeptWait({ waitMs, decidedAt }: RoundDecision, now: number): number[] {
	if (waitMs <= LONGEST_WAIT_INSIDE_MS || decidedAt === undefined) return [];
	return now - Date.parse(decidedAt) < waitMs * 0.9 ? [waitMs] : [];
}

/** In how many rounds before something was to be made for these places: rows of a loop do not share their attempts. */
function countTries(
	places: readonly Place[],
	earlier: readonly RoundDecision[],
	document: StateDocument,
): number {
	const replaced = new Map(artefactsOf(document).map(({ id, replaces }) => [id, replaces]));
	const line = new Set<string>();
	for (const { artefact } of places) {
		for (let id = artefact?.id; id !== undefined && !line.has(id); id = replaced.get(id)) line.add(id);
	}
	const tries = earlier.filter(({ retry }) =>
		retry.some((order) => isAttempt(order) && (order.artefactId === undefined || line.has(order.artefactId))),
	);
	const lastHuman = tries.findLast(({ isHuman }) => isHuman === true)?.round ?? -1;
	return new Set(tries.flatMap(({ round }) => (round > lastHuman ? [round] : []))).size;
}

/** The decision of a person that an artefact as it is now has to be made anew or changed. */
function sentBackBy(document: StateDocument, artefact: Artefact): Decision | undefined {
	const decision = decisionOn(document, artefact);
	return decision?.action === 'approve' || artefact.locked ? undefined : decision;
}

/** What a router decided, and nobody else. */
export function ownRounds(document: StateDocument, node: string): RoundDecision[] {
	return roundsOf(document).filter((decision) => decision.node === node);
}

/**
 * Names an arrival with all that a decision about it depends on: another content or verdict is another name. What people said
 * in later rounds is not part of it, nor is an approval of what had passed: else a run that is started again would be decided
 * anew, and ask people again.
 */
export function nameOf(arrival: Arrival, document: StateDocument, round: number): string {
	if (arrival.artefactId === undefined) return arrival.name ?? `place ${arrival.slot ?? ''}`;
	if (arrival.failure !== undefined) return `${arrival.artefactId}@${arrival.failure.code}`;
	const artefact = artefactsOf(document).find(({ id }) => id === arrival.artefactId);
	const contentHash = arrival.contentHash ?? artefact?.contentHash ?? '';
	const as = { id: arrival.artefactId, contentHash };
	const { action } =
		decisionsOf(document).findLast(
			(decision) =>
				decision.artefactId === as.id && decision.contentHash === as.contentHash && decision.round <= round,
		) ?? {};
	const said = action === 'approve' ? 'pass' : (action ?? verdictFor(document, as)?.outcome ?? 'unchecked');
	return `${arrival.artefactId}@${contentHash}@${said}`;
}

/** Whether the round made something new for this router, and so counts as an attempt. */
export function wasGenerated(round: number, document: StateDocument, node: string): boolean {
	const before = previousDecisions(round, document, node);
	return before.length === 0 || before.some(({ retry }) => retry.some(isAttempt));
}

/** Whether the work has to reach the router in this round: it was made in it, or sent back to be revised or checked. */
export function isExpected(
	artefact: Artefact,
	document: StateDocument,
	round: number,
	node: string,
): boolean {
	if (artefact.status === 'replaced') return false;
	if (artefact.round === round) return true;
	return previousDecisions(round, document, node).some(({ retry }) =>
		retry.some((order) => order.artefactId === artefact.id),
	);
}

/** The work that is this router's: what its steps made, and what has come to it. */
export function ownArtefacts(
	input: Pick<RoundInput, 'document' | 'arrivals' | 'everArrived' | 'upstream'>,
): Artefact[] {
	const here = new Set(input.arrivals.flatMap(({ artefactId }) => artefactId ?? []));
	return artefactsOf(input.document).filter(
		({ id, by, status }) =>
			status !== 'replaced' &&
			(here.has(id) || input.everArrived?.has(id) === true || isOwnStep(by, input.upstream)),
	);
}

function isOwnStep(step: string, upstream: ReadonlySet<string> | undefined): boolean {
	return upstream === undefined || upstream.has(step);
}

/** This router's decisions on the last round before. */
function previousDecisions(round: number, document: StateDocument, node: string): RoundDecision[] {
	const earlier = ownRounds(document, node).filter((decision) => decision.round < round);
	const last = Math.max(...earlier.map((decision) => decision.round));
	return earlier.filter((decision) => decision.round === last);
}

function placeOf(
	artefact: Artefact,
	{ document, round, node, everArrived }: RoundInput,
	arrival: Arrival | undefined,
): Place {
	const verdict = verdictFor(document, artefact);
	const sentBack = sentBackBy(document, artefact);
	const name = arrival === undefined ? '' : nameOf(arrival, document, round);
	// A person may say the same of it again in this round.
	const isNews = sentBack !== undefined && sentBack.round >= round;
	const isUnchanged =
		!isNews &&
		previousDecisions(round, document, node).some(
			({ covers, retry }) =>
				covers.includes(name) &&
				retry.some(({ artefactId, next }) => artefactId === artefact.id && next !== 'check'),
		);
	const isMissing = isExpected(artefact, document, round, node) || everArrived?.has(artefact.id) === false;
	const isLost = arrival === undefined && isMissing && !artefact.locked;
	const failure = isLost
		? new PipelineError('lost_on_the_way', `'${artefact.title}' did not reach the router.`).toFailure()
		: (arrival?.failure ??
			(isUnchanged
				? new PipelineError('came_back_unchanged', `'${artefact.title}' came back unchanged.`).toFailure()
				: undefined));
	return {
		slot: artefact.slot,
		artefact: {
			id: artefact.id,
			title: artefact.title,
			logline: textOf(artefact.content.logline),
			kind: artefact.kind,
		},
		locked: artefact.locked,
		...(verdict === undefined ? {} : { verdict }),
		...(sentBack === undefined ? {} : { sentBackBy: sentBack }),
		...(failure === undefined ? {} : { failure }),
	};
}

/**
 * A failure that names no place belongs to work that did not arrive, piece by piece; then it stands for every place of
 * which nothing came. Where something came of each, it is a piece that nobody counted on, and has a place of its own.
 */
function withUnplaced(known: readonly Place[], requested: number, unplaced: readonly Failure[]): Place[] {
	const failures = [...unplaced];
	const places = known.map((place) => {
		const failure = place.failure?.code === 'lost_on_the_way' ? failures.shift() : undefined;
		return failure === undefined ? place : { ...place, failure };
	});
	const [first] = failures;
	const all = [...places];
	if (first === undefined) return all;
	const taken = new Set(places.map(({ slot }) => slot));
	for (let slot = 1; all.length < requested; slot++) {
		if (!taken.has(slot)) all.push({ slot, locked: false, failure: first });
	}
	if (all.length > places.length) return all;
	const last = Math.max(0, ...taken);
	return [...all, ...failures.map((failure, index) => ({ slot: last + 1 + index, locked: false, failure }))];
}

function withMaker(place: Place, document: StateDocument, requests: ReturnType<typeof requestsOf>): Place {
	const by = artefactsOf(document).find(({ id }) => id === place.artefact?.id)?.by;
	const makers = requests.filter(({ isMaker }) => isMaker);
	const maker =
		makers.find(({ step }) => step === by) ??
		makers.find(
			({ firstSlot, count }) => by === undefined && place.slot >= firstSlot && place.slot < firstSlot + count,
		);
	return maker === undefined ? place : { ...place, maker: maker.step };
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
