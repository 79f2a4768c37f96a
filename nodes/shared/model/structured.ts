/** Asks for JSON of a known shape and gives back nothing else: checked, repaired once, tried again when that can help. */
import type { z } from 'zod/v4';
import { isPipelineError, PipelineError } from '../errors';
import type { Usage } from '../state/fields';
import { billAnswer, billError, EMPTY_BILL, withBill, type Bill } from './bill';
import type { GeminiClient } from './client';
import { answerFailure, cancelledFailure, isTransient, timeoutFailure, unexpectedFailure } from './failures';
import type { PriceOverride, Pricing } from './prices';
import { toGeminiRequest, type GeminiRequest, type ServiceTier, type StructuredRequest } from './request';

/** What asking needs from outside, and its limits. */
export interface AskDeps {
	client: Pick<GeminiClient, 'generate'>;
	/** Ms since 1970. */
	clock: () => number;
	/** Ends after `ms`, or at once (resolved or rejected) when the signal says stop. */
	sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
	/** Stops everything with `cancelled`. */
	signal?: AbortSignal | undefined;
	/** How often a request is sent in all when transient failures come in between. Default 3; the repair round comes on top. */
	tries?: number | undefined;
	/** Time for everything together, waits included. Default 120 s, with the tier `flex` 15 min. */
	deadlineMs?: number | undefined;
	priceOverride?: PriceOverride | undefined;
}

/** A checked answer with what it cost. */
export interface StructuredAnswer<T> {
	value: T;
	/** Summed over all answers, also one that had to be repaired. */
	usage: Usage;
	/** Summed over all answers, estimated from list prices; null when a price is unknown. */
	costUsd: number | null;
	/** The model that gave the last answer. */
	model: string;
	durationMs: number;
	/** How many calls were sent, failed ones included. */
	calls: number;
	/** How many of them had no answer but may be billed all the same. */
	maybeBilledCalls: number;
}

export const DEFAULT_TRIES = 3;
export const DEFAULT_DEADLINE_MS: Readonly<Record<ServiceTier, number>> = {
	standard: 120_000,
	flex: 900_000,
};
/** Longer waits are the Retry Router's business: the failure is thrown with `retryAfterMs`. */
export const MAX_WAIT_MS = 20_000;

const FIRST_BACKOFF_MS = 1000;
const MAX_ISSUES_SENT = 20;
/** Of an answer that could not be used, for the failure's details. */
const KEPT_ANSWER_LENGTH = 2000;

/**
 * Sends `request` and gives back its checked answer. How the answer ended is checked before it is parsed. An answer in
 * the wrong form is sent back once with the exact issues. Overload, rate limits, lost connections and timeouts are tried
 * again after a growing wait, at least as long as Gemini asks for, while tries, deadline and `MAX_WAIT_MS` allow.
 *
 * Rejects with a `PipelineError` whose details hold what was billed: `usage`, `costUsd`, `calls`, `maybeBilledCalls`; for
 * `invalid_json` and `schema_mismatch` also `issues` and the beginning of `answer`.
 */
export async function askForJson<T>(
	request: StructuredRequest<T>,
	deps: AskDeps,
): Promise<StructuredAnswer<T>> {
	const conversation = startConversation(request, deps);
	const sent = toGeminiRequest(request);
	const first = await conversation.send(sent);
	const read = readValue(first, request.schema);
	if (read.ok) return conversation.finish(read.value);

	const followUp = { answer: first, prompt: repairPrompt(read.issues) };
	const second = await conversation.send({ ...sent, followUp });
	const repaired = readValue(second, request.schema);
	if (repaired.ok) return conversation.finish(repaired.value);
	throw conversation.fail(formFailure(repaired, second));
}

interface Conversation {
	/** The text of a complete answer. */
	send(sent: GeminiRequest): Promise<string>;
	finish<T>(value: T): StructuredAnswer<T>;
	/** The failure with what was billed so far. */
	fail(error: PipelineError): PipelineError;
}

/** Several calls under one deadline, one count of tries and one bill. */
function startConversation<T>(request: StructuredRequest<T>, deps: AskDeps): Conversation {
	const { client, clock, sleep, signal, tries = DEFAULT_TRIES } = deps;
	const tier = request.options?.tier ?? 'standard';
	const deadlineMs = deps.deadlineMs ?? DEFAULT_DEADLINE_MS[tier];
	const startedAt = clock();
	let model = request.model;
	let bill: Bill = EMPTY_BILL;
	let failures = 0;

	const leftMs = () => startedAt + deadlineMs - clock();
	const pricing = (): Pricing => ({ at: clock(), tier, override: deps.priceOverride });
	const fail = (error: PipelineError) => withBill(error, bill);

	const sendOnce = async (sent: GeminiRequest): Promise<string> => {
		if (signal?.aborted) throw cancelledFailure();
		const timeoutMs = leftMs();
		if (timeoutMs <= 0) throw timeoutFailure(deadlineMs);
		const answer = await client.generate(sent, { signal, timeoutMs }).catch((error: unknown) => {
			const failure = isPipelineError(error) ? error : unexpectedFailure(error);
			bill = billError(bill, failure);
			throw failure;
		});
		bill = billAnswer(bill, answer, sent.model, pricing());
		model = answer.model;
		const failure = answerFailure(answer);
		if (failure) throw failure;
		return answer.text;
	};

	/** Waits before the next try, or throws `error` when there is none. */
	const waitOrThrow = async (error: PipelineError): Promise<void> => {
		failures++;
		const waitMs = Math.max(error.retryAfterMs ?? 0, FIRST_BACKOFF_MS * 2 ** (failures - 1));
		const another = isTransient(error) && failures < tries && waitMs <= MAX_WAIT_MS && waitMs < leftMs();
		if (!another) throw error;
		await sleep(waitMs, signal).catch((reason: unknown) => {
			throw signal?.aborted ? cancelledFailure() : reason;
		});
		if (signal?.aborted) throw cancelledFailure();
	};

	return {
		async send(sent) {
			for (;;) {
				try {
					return await sendOnce(sent);
				} catch (error) {
					if (!isPipelineError(error)) throw error;
					await waitOrThrow(error).catch((reason: unknown) => {
						throw isPipelineError(reason) ? fail(reason) : fail(unexpectedFailure(reason));
					});
				}
			}
		},
		finish: (value) => ({ value, model, durationMs: clock() - startedAt, ...bill }),
		fail,
	};
}

interface FormIssue {
	/** Where in the answer, as in `concepts[0].title`; empty for the whole. */
	path: string;
	message: string;
}

type ReadValue<T> =
	{ ok: true; value: T } | { ok: false; code: 'invalid_json' | 'schema_mismatch'; issues: FormIssue[] };

function readValue<T>(text: string, schema: z.ZodType<T>): ReadValue<T> {
	let json: unknown;
	try {
		json = JSON.parse(withoutFence(text));
	} catch (error) {
		const message = `The answer is not JSON: ${error instanceof Error ? error.message : 'it cannot be parsed'}`;
		return { ok: false, code: 'invalid_json', issues: [{ path: '', message }] };
	}
	const checked = schema.safeParse(json);
	if (checked.success) return { ok: true, value: checked.data };
	const issues = checked.error.issues.map(({ path, message }) => ({ path: formatPath(path), message }));
	return { ok: false, code: 'schema_mismatch', issues };
}

/** Some models put JSON between Markdown fences even when asked for JSON alone. */
function withoutFence(text: string): string {
	return /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/.exec(text)?.[1] ?? text;
}

function formatPath(path: readonly PropertyKey[]): string {
	return path
		.map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`))
		.join('');
}

function repairPrompt(issues: readonly FormIssue[]): string {
	const lines = issues.slice(0, MAX_ISSUES_SENT).map(describeIssue);
	const more = issues.length - lines.length;
	return [
		'Your answer is not in the agreed form. What is wrong with it:',
		...lines.map((line) => `- ${line}`),
		...(more > 0 ? [`- and ${more} more of the same kind`] : []),
		'Send the whole answer again as JSON of the agreed schema. Correct these points and keep everything else as it is.',
	].join('\n');
}

function describeIssue({ path, message }: FormIssue): string {
	return path === '' ? message : `${path}: ${message}`;
}

function formFailure(
	read: { code: 'invalid_json' | 'schema_mismatch'; issues: FormIssue[] },
	answer: string,
) {
	const { code, issues } = read;
	const message =
		code === 'invalid_json'
			? 'The answer is not JSON, also after one repair round.'
			: `The answer does not fit the agreed form, also after one repair round (${issues.length === 1 ? 'one issue' : `${issues.length} issues`}).`;
	return new PipelineError(code, message, {
		details: { issues, answer: answer.slice(0, KEPT_ANSWER_LENGTH) },
	});
}
