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

/** Where anybody who is given it sees how the run stands. Fails with `unsupported_n8n`. */
export function statusLink(context: IExecuteFunctions, runId: string): string {
	const address = webhookAddress(context);
	if (address === undefined) {
		throw new PipelineError('unsupported_n8n', 'This n8n does not say where its webhooks are.');
	}
	return `${address}/${STATUS_PATH}?${String(new URLSearchParams({ run: runId, key: keyOf(context, runId) }))}`;
}

/** Whether the key is the one of this run. It takes as long for a wrong key as for the right one. */
export function isStatusKey(context: IWebhookFunctions, runId: string, key: string): boolean {
	const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(key), digest(keyOf(context, runId)));
}

function keyOf(context: IExecuteFunctions | IWebhookFunctions, runId: string): string {
	const key = new URL(signedLink(context, { run: runId }, NOWHERE)).searchParams.get('signature');
	// Without one every key would be as good as any other.
	if (key === null || key === '')
		throw new PipelineError('unsupported_n8n', 'This n8n does not sign addresses.');
	return key;
}
