import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { Review } from '../state';
import { instanceId, signedLink } from './engine';

/**
 * The address of a review's page with what the link carries (`linkParameters`), signed for this call only, and kept nowhere.
 * Empty for a review that waits in another n8n, which uses the same store.
 */
export function reviewLink(
	context: IExecuteFunctions | IWebhookFunctions,
	review: Review,
	parameters: Readonly<Record<string, string>>,
): string {
	const { executionId, nodeId, instance = '' } = review;
	const isElsewhere = instance !== '' && instance !== instanceId(context);
	return isElsewhere ? '' : signedLink(context, parameters, { executionId, nodeId });
}
