import { PipelineError } from '../errors';
import { countOf } from '../page';
import {
	artefactsOf,
	currentRound,
	reviewsOf,
	type Artefact,
	type Run,
	type StateStore,
	type WriteRequest,
} from '../state';
import { waitingReviewsOf } from './reviewStatus';

/** Approved work that a person is to be asked about once more. */
export interface AnotherReview {
	/** The round in which that happens: what was answered in earlier ones does not count in it. */
	round: number;
	/** In the order of their places. */
	artefacts: Artefact[];
	/** Which item asked for it first. */
	itemIndex: number;
	/** It was begun before, under the same key. */
	replayed: boolean;
}

/**
 * What is asked again of a run: all that is approved, in a round after all rounds so far; under a known key what was asked
 * under it. Fails with `input_missing` when nothing is approved, `input_refused` while a person is being asked.
 */
export async function planReview(
	store: StateStore,
	run: Run,
	{ key, itemIndex, reached }: { key: string; itemIndex: number; reached: number },
	now: number,
): Promise<AnotherReview> {
	const document = await store.read(run.runId);
	const artefacts = artefactsOf(document).sort((a, b) => a.slot - b.slot);
	const recorded = Object((await store.findStep(run.runId, key))?.answer);
	if (Array.isArray(recorded.ids)) {
		const ids = new Set<unknown>(recorded.ids);
		return {
			round: Number(recorded.round),
			artefacts: artefacts.filter(({ id }) => ids.has(id)),
			itemIndex: Number(recorded.itemIndex),
			replayed: true,
		};
	}
	// What is decided already and only waits to be sent on is in nobody's way.
	if (waitingReviewsOf(run, document, now).some(({ status }) => status === 'open')) {
		throw new PipelineError('input_refused', `The run '${run.title}' waits for a review already.`, {
			hint: "Decide there first: 'Review: Get Many' has the link.",
		});
	}
	const approved = artefacts.filter(({ locked }) => locked);
	if (approved.length === 0) {
		throw new PipelineError('input_missing', `Nothing of the run '${run.title}' is approved.`, {
			hint: 'Only approved work can be reviewed again. Lead other work to a Human Gate.',
		});
	}
	const rounds = [...reviewsOf(document), ...artefacts].map(({ round }) => round);
	return {
		round: Math.max(reached, currentRound(document), ...rounds) + 1,
		artefacts: approved,
		itemIndex,
		replayed: false,
	};
}

/** Opens the run again and puts down what is asked, under its key. */
export function anotherReviewRequest(
	{ round, artefacts, itemIndex }: AnotherReview,
	{ key, node, by }: { key: string; node: string; by: string },
): WriteRequest {
	const ids = artefacts.map(({ id }) => id);
	const count = countOf(ids.length, 'approved piece is', 'approved pieces are');
	return {
		by,
		commands: [],
		status: { status: 'open' },
		steps: [
			{
				key,
				kind: 'decision',
				state: 'answered',
				node,
				round,
				slot: 'review again',
				answer: { round, ids, itemIndex },
			},
		],
		ledger: [{ layer: 'handoff', event: 'review again', note: `${count} reviewed again.`, by, round }],
	};
}
