import type { IWebhookFunctions } from 'n8n-workflow';
import { signedLink } from '../../shared/host';

/**
 * An address of this gate with these parameters, relative to its page, that n8n accepts as it accepted the one that was opened,
 * and that is good for as long.
 */
export function linkWithin(context: IWebhookFunctions, wanted: Readonly<Record<string, string>>): string {
	const { signature, until } = Object(context.getQueryData());
	const parameters = typeof until === 'string' ? { ...wanted, until } : wanted;
	return isOwnAddress(signature)
		? `?${String(new URLSearchParams({ ...parameters, signature }))}`
		: new URL(signedLink(context, parameters)).search;
}

/** n8n's own address of a step that waits has another path than a signed link, and a token that holds for all parameters. */
function isOwnAddress(signature: unknown): signature is string {
	return typeof signature === 'string' && signature.includes('/');
}
