import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { StatusTicket } from '../../shared/host';
import type { Headers, RenderedPage } from '../../shared/page';
import type { Run, StateStore } from '../../shared/state';
import type { StatusNotice } from '../../shared/status';

/** What a link asks for. */
export interface StatusRequest {
	store: StateStore;
	run: Run;
	/** Of the link, to make others of the same run that show as much. */
	ticket: StatusTicket;
	key: string;
	/** Whether the page is to reload by itself. */
	reloads: boolean;
}

/** Answers a status link, without an execution: shows the run, or gives a file of its approved set. It changes nothing. */
export async function answer(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const { asPipelineError } = await import('../../shared/host');
	try {
		return await answerLink(context);
	} catch (error) {
		const { code, message, hint, cause } = asPipelineError(error);
		// As for a key that fits no run: what is there, and what was there, is nobody's business.
		if (code === 'run_not_found') return sendNotice(context, { kind: 'notValid' });
		if (code === 'internal') context.logger.error(`Status Page: ${String(cause)}`);
		return sendNotice(context, { kind: 'unavailable', message, hint });
	}
}

async function answerLink(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const { isStatusKey, openStoreOfWebhook } = await import('../../shared/host');
	const { key, get, still, ...query } = Object(context.getQueryData());
	const ticket = ticketOf(query);
	if (ticket === undefined || typeof key !== 'string' || !isStatusKey(context, ticket, key)) {
		return sendNotice(context, { kind: 'notValid' });
	}
	if (ticket.until !== undefined && !(Number(ticket.until) > Date.now())) {
		return sendNotice(context, { kind: 'linkOver' });
	}
	const store = await openStoreOfWebhook(context);
	const request = { store, run: await store.getRun(ticket.run), ticket, key, reloads: still === undefined };
	if (get !== undefined) {
		const { download } = await import('./download');
		const file = await download(request, get);
		return file === undefined ? sendNotice(context, { kind: 'notValid' }) : send(context, 200, file);
	}
	const { statusPage } = await import('./statusPage');
	return sendPage(context, await statusPage(context, request));
}

/** What the link says of itself; nothing where it says something twice. */
function ticketOf({ run, until }: Record<string, unknown>): StatusTicket | undefined {
	if (typeof run !== 'string') return undefined;
	if (until === undefined) return { run };
	return typeof until === 'string' ? { run, until } : undefined;
}

async function sendNotice(context: IWebhookFunctions, notice: StatusNotice): Promise<IWebhookResponseData> {
	const { renderStatusNotice } = await import('../../shared/status');
	return sendPage(context, renderStatusNotice(notice));
}

function sendPage(context: IWebhookFunctions, { status, headers, html }: RenderedPage): IWebhookResponseData {
	return send(context, status, { headers, body: Buffer.from(html) });
}

function send(
	context: IWebhookFunctions,
	status: number,
	{ headers, body }: { headers: Headers; body: Buffer },
): IWebhookResponseData {
	const response = context.getResponseObject();
	for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
	response.status(status).setHeader('Content-Length', body.length);
	response.end(body);
	return { noWebhookResponse: true };
}
