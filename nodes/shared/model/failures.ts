/** Every way a call of Gemini can fail, as one of our failures. The vendor's own errors end here. */
import { isPipelineError, PipelineError, type FailureCode } from '../errors';
import { isObject } from '../state/json';
import { httpFailure } from './httpFailures';
import { readProviderError, readWord } from './providerError';
import type { GeminiAnswer } from './request';
import { readRetryAfter } from './transport';

/** What is known about the call when it fails. */
export interface CallContext {
	model: string;
	/** How long the call was allowed to take. */
	timeoutMs: number;
	/** Whether the caller stopped the call. */
	cancelled: boolean;
	/** Whether `timeoutMs` is over. */
	timedOut: boolean;
	/** What the server's headers ask for; the body of its answer goes before it. */
	retryAfterMs?: number | undefined;
	/** Texts that must not get into a message: keys. */
	secrets: readonly string[];
}

const FINISH_FAILURES: ReadonlyMap<string, FailureCode> = new Map([
	['SAFETY', 'blocked_output'],
	['PROHIBITED_CONTENT', 'blocked_output'],
	['BLOCKLIST', 'blocked_output'],
	['SPII', 'blocked_output'],
	['IMAGE_SAFETY', 'blocked_output'],
	['IMAGE_PROHIBITED_CONTENT', 'blocked_output'],
	['RECITATION', 'recitation'],
	['IMAGE_RECITATION', 'recitation'],
	['LANGUAGE', 'unsupported_language'],
	['MAX_TOKENS', 'truncated'],
	['CONTINUATION', 'truncated'],
	['MALFORMED_RESPONSE', 'model_malformed'],
	['MALFORMED_FUNCTION_CALL', 'model_malformed'],
	['UNEXPECTED_TOOL_CALL', 'model_malformed'],
	['TOO_MANY_TOOL_CALLS', 'model_malformed'],
]);

const FINISH_MESSAGES: Partial<Record<FailureCode, string>> = {
	blocked_output: 'Gemini blocked its own answer',
	recitation: 'Gemini stopped, because its answer repeated existing text',
	unsupported_language: 'Gemini does not support the language of this text',
	truncated: 'The answer was cut off before its end',
	model_malformed: 'Gemini reported that its own answer was malformed',
	model_other: 'Gemini stopped before the answer was complete',
};

/**
 * Why an answer that came must not be used; `undefined` when it may be read. Looks only at how the answer ended, so it
 * comes before any parsing: a cut-off answer that happens to parse is still cut off.
 */
export function answerFailure(answer: GeminiAnswer): PipelineError | undefined {
	const { blockReason, finishReason, harms, text, picture, unusable } = answer;
	if (unusable) return unusable;
	if (blockReason !== undefined) {
		return endFailure('blocked_prompt', 'Gemini blocked the request', { blockReason }, harms);
	}
	if (finishReason !== undefined && finishReason !== 'STOP') {
		const code = FINISH_FAILURES.get(finishReason) ?? 'model_other';
		const found = code === 'blocked_output' ? harms : [];
		return endFailure(code, FINISH_MESSAGES[code] ?? code, { finishReason }, found);
	}
	if (text.trim() === '' && !picture)
		return new PipelineError('empty_response', 'Gemini answered with nothing.');
	if (finishReason === undefined) {
		return new PipelineError('truncated', 'The answer came without its end, so it may be cut off.');
	}
	return undefined;
}

/** Names the reason in message and details, if it is one of Google's words, and what the safety rules found. */
function endFailure(
	code: FailureCode,
	message: string,
	reasons: Record<string, string>,
	harms: readonly string[] = [],
): PipelineError {
	const words = Object.entries(reasons).filter(([, reason]) => readWord(reason) !== undefined);
	const named = words.map(([, word]) => ` (reason: ${word})`).join('');
	const because = harms.length === 0 ? '' : ` because of ${LIST.format(harms)}`;
	const details = { ...Object.fromEntries(words), ...(harms.length === 0 ? {} : { harms: [...harms] }) };
	return new PipelineError(code, `${message}${because}${named}.`, { details });
}

const LIST = new Intl.ListFormat('en');

/** What an error that was thrown during a call means. Its message, cause and details carry nothing of the vendor's error. */
export function thrownFailure(error: unknown, context: CallContext): PipelineError {
	if (isPipelineError(error)) return error;
	if (context.cancelled) return cancelledFailure();
	if (context.timedOut) return timeoutFailure(context.timeoutMs);
	const chain = causesOf(error);
	return statusFailure(chain, context) ?? connectionFailure(chain, context) ?? unexpectedFailure(error);
}

/** Somebody stopped the call. Gemini may bill it all the same. */
export function cancelledFailure(): PipelineError {
	return new PipelineError('cancelled', 'The call of Gemini was stopped.');
}

/** No answer within the time that the call had. */
export function timeoutFailure(timeoutMs: number): PipelineError {
	const seconds = Math.ceil(timeoutMs / 1000);
	return new PipelineError(
		'timeout',
		`Gemini gave no answer within ${seconds} second${seconds === 1 ? '' : 's'}.`,
	);
}

interface ThrownPart {
	name: string;
	message: string;
	code: string;
	status: number | undefined;
	/** The body of the answer, where the error has it apart from its message. */
	body: string;
	retryAfterMs: number | undefined;
	/** It is about the token that a call is signed with, and not about the call. */
	isOfToken: boolean;
}

const MAX_CAUSES = 6;
/** What errors of the library that fetches tokens are marked with; their name is that of any error. */
const TOKEN_ERROR = Symbol.for('gaxios-gaxios-error');

/** The error and its causes, outermost first, by their properties: an error may come from another realm or package copy. */
function causesOf(error: unknown): ThrownPart[] {
	const parts: ThrownPart[] = [];
	let current = error;
	while (isObject(current) && parts.length < MAX_CAUSES) {
		const { name, message, code, status, body, headers, cause } = current;
		parts.push({
			name: typeof name === 'string' ? name : '',
			message: typeof message === 'string' ? message : '',
			code: typeof code === 'string' ? code : '',
			status: typeof status === 'number' ? status : undefined,
			body: typeof body === 'string' ? body : '',
			retryAfterMs: headers instanceof Headers ? readRetryAfter(headers) : undefined,
			isOfToken: TOKEN_ERROR in current,
		});
		current = cause;
	}
	return parts;
}

function statusFailure(chain: readonly ThrownPart[], context: CallContext): PipelineError | undefined {
	const part = chain.find(
		({ isOfToken, status = 0 }) => status > 0 && (!isOfToken || status === 429 || status >= 500),
	);
	// The SDK has two families of errors: one has the body as its message, the other beside it.
	const { message = '', body = '', retryAfterMs } = part ?? chain[0] ?? {};
	const provider = readProviderError(message) ?? readProviderError(body);
	const status = part?.status ?? provider?.httpStatus;
	if (status === undefined) return undefined;
	return httpFailure(status, provider, { ...context, retryAfterMs: context.retryAfterMs ?? retryAfterMs });
}

const CONNECTION_CODES =
	/^(E(CONN\w+|NOTFOUND|AI_AGAIN|TIMEDOUT|PIPE|HOSTUNREACH|NETUNREACH|ADDRNOTAVAIL|PROTO)|UND_ERR_\w+|CERT_\w+|ERR_(TLS|SSL)_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+)$/;

/** A call that ended itself, by the names that the SDK's two families of errors and Node have for it. */
const TIMEOUT_NAMES: ReadonlySet<string> = new Set([
	'AbortError',
	'TimeoutError',
	'APIUserAbortError',
	'APIConnectionTimeoutError',
]);

function connectionFailure(chain: readonly ThrownPart[], context: CallContext): PipelineError | undefined {
	const has = (test: (part: ThrownPart) => boolean) => chain.some(test);
	const code = chain.map((part) => part.code).find((each) => CONNECTION_CODES.test(each));
	if (has(({ name }) => TIMEOUT_NAMES.has(name))) return timeoutFailure(context.timeoutMs);
	if (
		code !== undefined ||
		has(({ name }) => name === 'APIConnectionError') ||
		has(({ message }) => /\b(fetch failed|terminated)\b/.test(message))
	) {
		const named = code === undefined ? '' : ` (${code})`;
		return new PipelineError('network', `The connection to Gemini failed${named}.`, {
			details: code === undefined ? {} : { code },
		});
	}
	// The SDK trips over a body that is JSON but no object.
	if (has(({ name }) => name === 'SyntaxError' || name === 'TypeError')) return foreignAnswer();
	if (has(({ isOfToken, code: each }) => isOfToken || each.startsWith('ERR_OSSL'))) {
		return new PipelineError('auth', 'Google did not accept the service account of the credential.');
	}
	return undefined;
}

/** An answer came that is not in Gemini's form: a proxy's page, half a body. */
export function foreignAnswer(): PipelineError {
	return new PipelineError('bad_gateway_body', "An answer came that is not in Gemini's form.");
}

/** An error that no contract names. Its text is not passed on, because nobody knows what it holds. */
export function unexpectedFailure(error: unknown): PipelineError {
	const name = causesOf(error)
		.map((part) => part.name)
		.find((each) => /^\w{1,40}$/.test(each));
	return new PipelineError(
		'internal',
		`The call of Gemini stopped with an unexpected error (${name ?? 'unknown'}).`,
	);
}

/** Whether the call ended before it was sent. */
export function wasNeverSent(details: PipelineError['details']): boolean {
	return details['neverSent'] === true;
}

/** Connection errors after which Gemini cannot have seen the request. */
const NEVER_SENT: readonly unknown[] = [
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
];

/** Whether Gemini may have worked on, and so bills, a call that ended in this error. */
export function mayBeBilled({ code, details }: PipelineError): boolean {
	if (wasNeverSent(details)) return false;
	if (code === 'network') return !NEVER_SENT.includes(details['code']);
	return code === 'timeout' || code === 'cancelled' || code === 'bad_gateway_body' || code === 'internal';
}
