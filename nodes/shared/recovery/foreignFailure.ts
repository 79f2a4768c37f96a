import { PipelineError, type Failure, type FailureCode } from '../errors';
import { failureSchema, isObject } from '../state';

/** Network codes of Node.js after which another try may help. */
const PASSING_CODES = new Set([
	'ETIMEDOUT',
	'ECONNRESET',
	'ECONNREFUSED',
	'ECONNABORTED',
	'EPIPE',
	'EAI_AGAIN',
	'ENOTFOUND',
	'UND_ERR_SOCKET',
]);
const PASSING_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * The failure that an item brings, if any: our own, our own on n8n's error output, or another node's error mapped by its
 * status and code. Text is never read, since it changes with versions and languages.
 */
export function failureOf(json: Readonly<Record<string, unknown>>): Failure | undefined {
	const own = failureSchema.safeParse(
		json.failure ?? (isObject(json.details) ? json.details.failure : undefined),
	);
	if (own.success) {
		const { retryAfterMs, ...failure } = own.data;
		return retryAfterMs === undefined ? failure : { ...failure, retryAfterMs };
	}
	const { error } = json;
	if (error === undefined || error === null || error === false) return undefined;
	return new PipelineError(codeOf(isObject(error) ? error : json), 'An earlier step failed.').toFailure();
}

function codeOf(error: Readonly<Record<string, unknown>>): FailureCode {
	const status = Number(error.status ?? error.httpCode ?? error.statusCode ?? Number.NaN);
	if (PASSING_STATUS.has(status)) return 'upstream_unavailable';
	return typeof error.code === 'string' && PASSING_CODES.has(error.code)
		? 'upstream_unavailable'
		: 'upstream_failed';
}
