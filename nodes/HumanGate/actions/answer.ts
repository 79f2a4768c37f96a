import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { ReviewNotice } from '../../shared/review';
import type { RenderedPage } from '../page';
import type { ReviewData } from './reviewData';
import type { GateRequest } from './request';

/**
 * Answers what a reviewer's browser asks of a gate that waits. GET shows the page or one of its files and changes nothing. POST
 * decides, and continues the run when everything is decided.
 */
export async function answer(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const { asPipelineError } = await import('../../shared/host');
	try {
		const { openRequest } = await import('./request');
		const request = await openRequest(context);
		if ('notice' in request) return await sendNotice(context, request.notice);
		if (context.getRequestObject().method === 'POST') {
			const { submit } = await import('./submit');
			return await submit(context, request);
		}
		return await show(context, request);
	} catch (error) {
		const { code, message, hint, cause } = asPipelineError(error);
		if (code === 'internal') context.logger.error(`Human Gate: ${String(cause)}`);
		return sendNotice(context, { kind: 'unavailable', message, hint });
	}
}

async function show(context: IWebhookFunctions, request: GateRequest): Promise<IWebhookResponseData> {
	const { media } = request;
	if (media !== undefined) {
		const { sendMedia } = await import('./media');
		return sendMedia(context, request, media);
	}
	const { review, answers } = request.data;
	const isDecided = review.pieces.every(({ artefactId }) => answers.has(artefactId));
	return sendPage(context, await pageOf(request.data, { kind: isDecided ? 'toContinue' : 'open' }));
}

export async function pageOf(
	data: ReviewData,
	state: Parameters<typeof import('./reviewData').toReviewPage>[1],
): Promise<RenderedPage> {
	const { renderReview } = await import('../page');
	const { toReviewPage } = await import('./reviewData');
	return renderReview(await toReviewPage(data, state));
}

/** Names the notice in a header too, for who sends decisions on without a person. */
export async function noticePage(notice: ReviewNotice): Promise<RenderedPage> {
	const { renderNotice } = await import('../page');
	const { NOTICE_HEADER } = await import('../../shared/review/form');
	const page = renderNotice(notice);
	return { ...page, headers: { ...page.headers, [NOTICE_HEADER]: notice.kind } };
}

/** Sends the page and leaves the execution waiting. */
export function sendPage(context: IWebhookFunctions, page: RenderedPage): IWebhookResponseData {
	setHeaders(context, page).status(page.status).send(page.html);
	return { noWebhookResponse: true };
}

/** Sets status and headers, for whoever sends the page. */
export function setHeaders(
	context: IWebhookFunctions,
	{ headers }: Pick<RenderedPage, 'headers'>,
): ReturnType<IWebhookFunctions['getResponseObject']> {
	const response = context.getResponseObject();
	for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
	return response;
}

async function sendNotice(context: IWebhookFunctions, notice: ReviewNotice): Promise<IWebhookResponseData> {
	return sendPage(context, await noticePage(notice));
}
