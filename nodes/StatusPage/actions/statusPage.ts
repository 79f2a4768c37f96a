import type { IWebhookFunctions } from 'n8n-workflow';
import type { RenderedPage } from '../../shared/page';
import type { StatusReview } from '../../shared/status';
import type { StatusRequest } from './answer';
import { FILES } from './download';

/** The page as it is now. Links to reviews are signed for it and kept nowhere. */
export async function statusPage(
	context: IWebhookFunctions,
	{ store, run, ticket, key, reloads }: StatusRequest,
): Promise<RenderedPage> {
	const { reviewLink } = await import('../../shared/host');
	const { linkParameters, statusNow, waitingReviewsOf } = await import('../../shared/review');
	const { LATEST, renderStatus, statusOf } = await import('../../shared/status');
	const document = await store.read(run.runId);
	const { until } = ticket;
	const showsReview = until === undefined && context.getNodeParameter('showReview', true) === true;
	const now = Date.now();
	const reviews = waitingReviewsOf(run, document, now).map(({ review, status, decided }): StatusReview => {
		const { title, pieces, deadline } = review;
		const isShown = showsReview && status === 'open';
		const link = isShown ? reviewLink(context, review, linkParameters(review, now)) : '';
		return {
			title,
			status,
			decided,
			pieces: pieces.map(({ artefactId }) => artefactId),
			...(deadline === undefined ? {} : { deadline }),
			...(link === '' ? {} : { link }),
		};
	});
	const state = statusOf(
		{ ...run, ...statusNow(run, document, now) },
		document,
		{
			ledger: await store.ledger(run.runId, LATEST),
			calls: await store.listSteps(run.runId, { kind: 'call', last: LATEST }),
		},
		reviews,
	);
	const linkWith = (more: Record<string, string>): string =>
		`?${String(new URLSearchParams({ ...ticket, key, ...more }))}`;
	return renderStatus(state, {
		accent: String(context.getNodeParameter('options.accent', '') ?? ''),
		timeZone: context.getTimezone(),
		...(until === undefined ? {} : { until: new Date(Number(until)).toISOString() }),
		files: {
			contactSheet: linkWith({ get: FILES.contactSheet }),
			everything: linkWith({ get: FILES.everything }),
		},
		reload: { isOn: reloads, other: linkWith(reloads ? { still: '1' } : {}) },
	});
}
