import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { Review } from '../state';
import { instanceId, signedLink } from './engine';

/**
 * The address of a review's page, signed for this call only, and kept nowhere. Empty for a review that waits in another n8n,
 * which uses the same store.
 */
export function reviewLink(context: IExecuteFunctions | IWebhookFunctions, review: Review): string {
	const { executionId, nodeId, nonce, instance = '' } = review;
	const isElsewhere = instance !== '' && instance !== instanceId(context);
	return isElsewhere ? '' : signedLink(context, { nonce }, { executionId, nodeId });
}
