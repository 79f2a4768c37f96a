import { PipelineError, type Failure } from '../errors';
import { artefactsOf, attemptsOf, requestedCount, roundsOf, verdictFor, type Artefact, type StateDocument } from '../state';
import type { Place, RoundFacts } from './decideNext';

/** An item that reached the router: which work it is, or which failure it brings. */
export interface Arrival {
	artefactId?: string;
	slot?: number;
	failure?: Failure;
}

/**
 * What is true of a round, from state and from what arrived. A `pass` on an item does not count: only the verdict that
 * state has for the artefact's present content does. Work of the round that never arrived is `lost_on_the_way`.
 */
export function factsOfRound(input: {
	id: string;
	round: number;
	document: StateDocument;
	arrivals: readonly Arrival[];
	spentUsd: number;
	elapsedMs: number;
}): RoundFacts {
	const { document, round, arrivals } = input;
	const earlier = roundsOf(document).filter((decision) => decision.round < round);
	const artefacts = artefactsOf(document)
		.filter(({ status }) => status !== 'replaced')
		.sort((a, b) => a.slot - b.slot);
	const arrivedAs = new Map(arrivals.flatMap((arrival) => (arrival.artefactId === undefined ? [] : [[arrival.artefactId, arrival]])));
	const places = artefacts.map((artefact) => placeOf(artefact, document, round, arrivedAs.get(artefact.id)));
	for (const { slot, artefactId, failure } of arrivals) {
		if (failure === undefined || slot === undefined || artefactId !== undefined) continue;
		if (!places.some((place) => place.slot === slot)) places.push({ slot, locked: false, failure });
	}
	const unplaced = arrivals.find(({ slot, artefactId, failure }) => failure && slot === undefined && artefactId === undefined);
	const requested = Math.max(requestedCount(document), places.length, unplaced === undefined ? 0 : 1);
	return {
		id: input.id,
		round,
		places: unplaced?.failure === undefined ? places : withUnplaced(places, requested, unplaced.failure),
		requested,
		attempts: attemptsOf(document) + (wasGenerated(round, document) ? 1 : 0),
		rechecked: earlier.flatMap(({ rechecked }) => rechecked),
		spentUsd: input.spentUsd,
		elapsedMs: input.elapsedMs,
	};
}

/** Whether the round made something new, and so counts as an attempt. */
export function wasGenerated(round: number, document: StateDocument): boolean {
	if (round === 0) return true;
	const before = roundsOf(document).filter((decision) => decision.round === round - 1);
	return before.some(({ retry }) => retry.some(({ next }) => next !== 'check'));
}

function placeOf(artefact: Artefact, document: StateDocument, round: number, arrival: Arrival | undefined): Place {
	const verdict = verdictFor(document, artefact);
	const isLost = arrival === undefined && isExpected(artefact, document, round) && !artefact.locked;
	const failure = isLost
		? new PipelineError('lost_on_the_way', `'${artefact.title}' did not reach the router.`).toFailure()
		: arrival?.failure;
	return {
		slot: artefact.slot,
		artefact: { id: artefact.id, title: artefact.title, logline: textOf(artefact.content.logline) },
		locked: artefact.locked,
		...(verdict === undefined ? {} : { verdict }),
		...(failure === undefined ? {} : { failure }),
	};
}

/** Whether the work has to reach the router in this round: it was made in it, or sent back to be revised or checked. */
export function isExpected(artefact: Artefact, document: StateDocument, round: number): boolean {
	if (artefact.status === 'replaced') return false;
	if (artefact.round === round) return true;
	const before = roundsOf(document).filter((decision) => decision.round === round - 1);
	return before.some(({ retry }) => retry.some((order) => order.artefactId === artefact.id));
}

/** A failure that names no place stands for every place of which nothing came. */
function withUnplaced(places: readonly Place[], requested: number, failure: Failure): Place[] {
	const taken = new Set(places.map(({ slot }) => slot));
	const all = [...places];
	for (let slot = 1; all.length < requested; slot++) {
		if (!taken.has(slot)) all.push({ slot, locked: false, failure });
	}
	return all;
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
