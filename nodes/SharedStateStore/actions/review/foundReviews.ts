import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { runField } from '../../../shared/host/descriptions';
import type { WaitingReview } from '../../../shared/review';
import type { Run } from '../../../shared/state';
import type { Operation } from '../router';

const HOUR_MS = 3_600_000;

/** A review that waits, with its run and its link. */
export interface FoundReview extends WaitingReview {
	run: Run;
	/** Signed for this call only, and kept nowhere. Empty for a review that waits in another n8n, which uses the same store. */
	link: string;
}

/** Of reviews it means all runs when it is empty, not the one of the execution. */
export const runOfReviews: INodeProperties = {
	...runField,
	description: 'Leave empty for all runs',
	modes: (runField.modes ?? []).map((mode) =>
		mode.name === 'list' ? { ...mode, placeholder: 'All runs' } : mode,
	),
};

/** The reviews that wait, of the run in the Run field or of all, those that have waited longest first. */
export async function findReviews(
	{ context, scope, itemIndex }: Parameters<Operation>[0],
	now: number,
): Promise<FoundReview[]> {
	const { chosenRun, reviewLink } = await import('../../../shared/host');
	const { linkParameters, waitingReviewsOf } = await import('../../../shared/review');
	const runId = chosenRun(context.getNodeParameter('run', itemIndex, ''));
	const runs =
		runId === ''
			? await scope.store.listRuns({ hasReview: true, limit: Number.MAX_SAFE_INTEGER })
			: [await scope.store.getRun(runId)];
	const found: FoundReview[] = [];
	for (const run of runs) {
		const document = await scope.store.read(run.runId);
		for (const waiting of waitingReviewsOf(run, document, now)) {
			const link = reviewLink(context, waiting.review, linkParameters(waiting.review, now));
			found.push({ ...waiting, run, link });
		}
	}
	return found.sort((a, b) => a.review.openedAt.localeCompare(b.review.openedAt));
}

/** A review as a table row. */
export async function reviewRow(found: FoundReview, now: number): Promise<IDataObject> {
	const { gateOf, whyItWaits } = await import('../../../shared/review');
	const { run, review, status, decided, link } = found;
	const { title, pieces, openedAt, deadline } = review;
	return {
		title,
		status,
		why: whyItWaits(found),
		run: run.title,
		runId: run.runId,
		node: gateOf(review),
		pieces: pieces.length,
		decided,
		openedAt,
		ageHours: hours(now - Date.parse(openedAt)),
		deadline: deadline ?? '',
		hoursLeft: deadline === undefined ? null : Math.max(0, hours(Date.parse(deadline) - now)),
		link,
	};
}

/** With one decimal. */
function hours(ms: number): number {
	return Math.round((ms / HOUR_MS) * 10) / 10;
}
