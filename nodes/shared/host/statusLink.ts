/**
 * The address of a run's status page. n8n itself signs it, as the address of a step that no execution has: so there is no
 * secret to keep, the key fits one run in one n8n, and n8n answers nothing at the address that was signed.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import { PipelineError } from '../errors';
import { STATUS_PATH } from './descriptions';
import { signedLink, webhookAddress } from './engine';

/** n8n counts its executions from 1. */
const NOWHERE = { executionId: '0', nodeId: 'status' };

/** What a status link says of itself. n8n signs all of it, so nobody can make one of the other. */
export interface StatusTicket {
	run: string;
	/** Milliseconds since 1970, as text. A link with it shows the result until then, and leads nowhere else. */
	until?: string;
}

/** Where anybody who is given it sees how the run stands. Fails with `unsupported_n8n`. */
export function statusLink(context: IExecuteFunctions | IWebhookFunctions, ticket: StatusTicket): string {
	const address = webhookAddress(context);
	if (address === undefined) {
		throw new PipelineError('unsupported_n8n', 'This n8n does not say where its webhooks are.');
	}
	const query = new URLSearchParams({ ...ticket, key: keyOf(context, ticket) });
	return `${address}/${STATUS_PATH}?${String(query)}`;
}

/**
 * The same until `until`, for who decided and is to see what comes of it. Empty where n8n does not offer it: what was decided
 * must not depend on it.
 */
export function resultLink(
	context: IExecuteFunctions | IWebhookFunctions,
	runId: string,
	until: number,
): string {
	try {
		return statusLink(context, { run: runId, until: String(until) });
	} catch {
		return '';
	}
}

/** Whether the key is the one of this ticket. It takes as long for a wrong key as for the right one. */
export function isStatusKey(context: IWebhookFunctions, ticket: StatusTicket, key: string): boolean {
	const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(key), digest(keyOf(context, ticket)));
}

function keyOf(context: IExecuteFunctions | IWebhookFunctions, ticket: StatusTicket): string {
	const key = new URL(signedLink(context, { ...ticket }, NOWHERE)).searchParams.get('signature');
	// Without one every key would be as good as any other.
	if (key === null || key === '')
		throw new PipelineError('unsupported_n8n', 'This n8n does not sign addresses.');
	return key;
}
