/** What Gemini refuses by an HTTP status, as one of our failures. */
import { PipelineError, type FailureCode } from '../errors';
import type { CallContext } from './failures';
import { sayableSentence, type ProviderError } from './providerError';
import { LONGEST_ASKED_WAIT_MS } from './retryRules';

/** What an answer with an error status means. */
export function httpFailure(
	status: number,
	provider: ProviderError | undefined,
	context: CallContext,
): PipelineError {
	const said = sayableSentence(provider?.message ?? '', context.secrets);
	const saying = said === '' ? '.' : `: ${/[.!?…]$/.test(said) ? said : `${said}.`}`;
	const details = {
		httpStatus: status,
		...(provider?.status === undefined ? {} : { providerStatus: provider.status }),
		...(provider?.reason === undefined ? {} : { reason: provider.reason }),
	};
	const delayMs = provider?.retryDelayMs ?? context.retryAfterMs;
	const wait = waitFor(delayMs);
	if (status === 401 || status === 403 || provider?.reason?.startsWith('API_KEY_')) {
		return new PipelineError('auth', `Gemini refused the credential (HTTP ${status})${saying}`, { details });
	}
	switch (status) {
		case 404:
			return modelNotFound(context.model, details);
		case 408:
			return busyFailure('timeout', 'Gemini stopped waiting for the request (HTTP 408).', details, wait);
		case 429:
			return quotaFailure(provider, details, wait);
	}
	if (status >= 500) {
		const message = `Gemini is overloaded or down for the moment (HTTP ${status}).`;
		return busyFailure('service_unavailable', message, details, wait);
	}
	if (status < 400) {
		const message = `Something between this machine and Gemini answered in its place (HTTP ${status}).`;
		return new PipelineError('bad_gateway_body', message, { details });
	}
	return new PipelineError('bad_request', `Gemini did not accept the request (HTTP ${status})${saying}`, {
		details,
	});
}

/** There is no such model behind the credential's address and API version. */
export function modelNotFound(model: string, details: Readonly<Record<string, unknown>> = {}): PipelineError {
	const shown = /^[\w.:/@-]{1,100}$/.test(model) ? `'${model}'` : 'of this name';
	return new PipelineError(
		'model_not_found',
		`Gemini has no model ${shown} at this address and API version.`,
		{
			hint: "Pick another model from the list in 'Model', or set the credential's 'API Version' to v1beta: previews and '-latest' names exist only there.",
			details,
		},
	);
}

/** Daily allowances and models without one do not come back in minutes; every other limit does. */
function quotaFailure(
	provider: ProviderError | undefined,
	details: Readonly<Record<string, unknown>>,
	wait: Wait,
): PipelineError {
	const quotas = provider?.quotas ?? [];
	if (quotas.some(({ limit }) => limit === '0')) {
		const message = 'The allowance of this key does not include this model.';
		const hint = 'Pick another model, or use a key with billing switched on.';
		return new PipelineError('quota_exhausted', message, { hint, details });
	}
	if (quotas.some(({ id }) => id.includes('PerDay'))) {
		return new PipelineError('quota_exhausted', 'The daily allowance of this key is used up.', { details });
	}
	return busyFailure('rate_limited', 'Gemini received too many requests in a short time.', details, wait);
}

/** What the service asks for: a pause that is kept, or one that nobody should wait for. */
type Wait = { retryAfterMs?: number; tooLongMs?: never } | { tooLongMs: number };

function waitFor(delayMs: number | undefined): Wait {
	if (delayMs === undefined) return {};
	return delayMs > LONGEST_ASKED_WAIT_MS ? { tooLongMs: delayMs } : { retryAfterMs: delayMs };
}

/** A trouble that passes, unless the service itself says that it does not pass soon. */
function busyFailure(
	code: FailureCode,
	message: string,
	details: Readonly<Record<string, unknown>>,
	wait: Wait,
): PipelineError {
	if (wait.tooLongMs === undefined) return new PipelineError(code, message, { details, ...wait });
	const asked = ` It asks for ${timeInWords(wait.tooLongMs)} of waiting, which is longer than a run waits.`;
	return new PipelineError(code, `${message}${asked}`, {
		hint: 'Run it again after that time: what is answered is not paid for again. Or use another model or key.',
		retryable: false,
		details,
	});
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** More than an hour, rounded up. */
function timeInWords(ms: number): string {
	if (ms > 365 * DAY_MS) return 'more than a year';
	return ms > 2 * DAY_MS ? `${Math.ceil(ms / DAY_MS)} days` : `${Math.ceil(ms / HOUR_MS)} hours`;
}
