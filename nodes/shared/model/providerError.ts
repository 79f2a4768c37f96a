/** Reads what Google says inside an error. The SDK hands over the whole body as the error's message. */
import { z } from 'zod/v4';
import { isObject } from '../state/json';

/** The parts of Google's error body that decide what to do. */
export interface ProviderError {
	/** HTTP status as the body repeats it. */
	httpStatus: number | undefined;
	/** Google's own word, such as `RESOURCE_EXHAUSTED`. */
	status: string | undefined;
	/** Google's sentence, as it came. Not to be shown before `sayableSentence`. */
	message: string;
	/** Machine-readable reason, such as `API_KEY_INVALID`. */
	reason: string | undefined;
	/** How long Google asks to wait. */
	retryDelayMs: number | undefined;
	quotas: ReadonlyArray<{ id: string; limit: string | undefined }>;
}

const bodySchema = z.looseObject({
	error: z.looseObject({
		code: z.number().optional().catch(undefined),
		status: z.string().optional().catch(undefined),
		message: z.string().catch(''),
		details: z.array(z.looseObject({ '@type': z.string().catch('') }).catch({ '@type': '' })).catch([]),
	}),
});

const quotaSchema = z.array(
	z.looseObject({ quotaId: z.string().catch(''), quotaValue: z.coerce.string().optional() }),
);

/** A gateway may put one error body as text into another; deeper than this nobody does. */
const MAX_NESTING = 4;

/** The error body in `text`; `undefined` when there is none. */
export function readProviderError(text: string): ProviderError | undefined {
	let found: ProviderError | undefined;
	let rest = text;
	for (let depth = 0; depth < MAX_NESTING; depth++) {
		const inner = readOneBody(rest);
		if (!inner) break;
		found = { ...inner, httpStatus: inner.httpStatus ?? found?.httpStatus };
		rest = inner.message;
	}
	return found;
}

function readOneBody(text: string): ProviderError | undefined {
	const start = text.search(/[{[]/);
	if (start < 0) return undefined;
	const json = parseJson(text.slice(start));
	const body = bodySchema.safeParse(Array.isArray(json) ? json[0] : json);
	if (!body.success) return undefined;
	const { code, status, message, details } = body.data.error;
	const detailOf = (type: string) => details.find((detail) => detail['@type'].endsWith(type));
	const reason = detailOf('google.rpc.ErrorInfo')?.['reason'];
	const quotas = quotaSchema.safeParse(detailOf('google.rpc.QuotaFailure')?.['violations']);
	return {
		httpStatus: code,
		status: readWord(status),
		message,
		reason: readWord(reason),
		retryDelayMs: readDelayMs(detailOf('google.rpc.RetryInfo')?.['retryDelay']),
		quotas: quotas.success
			? quotas.data.map(({ quotaId, quotaValue }) => ({ id: quotaId, limit: quotaValue }))
			: [],
	};
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** `3.5s` or `{seconds, nanos}`, in ms, rounded up. */
function readDelayMs(delay: unknown): number | undefined {
	if (isObject(delay))
		return readDelayMs(`${Number(delay['seconds'] ?? 0) + Number(delay['nanos'] ?? 0) / 1e9}s`);
	const seconds = typeof delay === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(delay)?.[1] : undefined;
	return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000);
}

/** `value` when it is one of Google's words in capitals, so that nothing else gets into a message. */
export function readWord(value: unknown): string | undefined {
	return typeof value === 'string' && /^[A-Z][A-Z0-9_]{0,59}$/.test(value) ? value : undefined;
}

const MAX_SENTENCE_LENGTH = 240;
/** Looked at to find that sentence. */
const MAX_LINE_LENGTH = 2000;
const ADDRESS = /\b[a-z][a-z0-9+.-]*:\/\/\S+|\bwww\.\S+/gi;
const KEY_LIKE = /AIza[\w-]{10,}|\bAQ\.[\w-]{10,}|\bya29\.[\w-]{10,}/;

/**
 * The first line of what Google said, fit for a person: no addresses, no JSON or HTML, at most 240 characters. Empty when
 * nothing is left, or when the text holds one of `secrets` or anything that looks like a key.
 */
export function sayableSentence(text: string, secrets: readonly string[]): string {
	if (KEY_LIKE.test(text) || secrets.some((secret) => secret !== '' && text.includes(secret))) return '';
	const line = (text.trim().split(/[\r\n]/, 1)[0] ?? '').slice(0, MAX_LINE_LENGTH);
	const plain = (line.split(/[{[<]/, 1)[0] ?? '').replace(ADDRESS, '').replace(/\s+/g, ' ').trim();
	return plain.length > MAX_SENTENCE_LENGTH ? `${plain.slice(0, MAX_SENTENCE_LENGTH - 1)}…` : plain;
}
