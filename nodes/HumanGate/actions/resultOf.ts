import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { ResultLink } from '../../shared/review';
import type { Review, Run } from '../../shared/state';

/**
 * Where who decides sees what comes of it. Missing where n8n does not offer it, or `isWanted` is not true; an expression in the
 * setting that fails counts as switched off, since nobody could decide otherwise.
 */
export async function resultOf(
	context: IExecuteFunctions | IWebhookFunctions,
	{ run, review }: { run: Run; review: Review },
	isWanted: () => unknown,
): Promise<{ result?: ResultLink }> {
	const { resultLink } = await import('../../shared/host');
	const { resultUntil } = await import('../../shared/review');
	const until = resultUntil(review, Date.now());
	const address = isTrue(isWanted) ? resultLink(context, run.runId, until) : '';
	return address === '' ? {} : { result: { address, until: new Date(until).toISOString() } };
}

function isTrue(setting: () => unknown): boolean {
	try {
		return setting() === true;
	} catch {
		return false;
	}
}
