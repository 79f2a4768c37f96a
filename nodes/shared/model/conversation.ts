/** The calls of one question: under one deadline, one count of tries and one bill. */
import type { PipelineError } from '../errors';
import { isPipelineError, type FailureCode } from '../errors';
import { billAnswer, billError, EMPTY_BILL, withBill, type Bill } from './bill';
import type { Budget } from './budget';
import { CAPPED_OUTPUT_TOKENS, mostUsd } from './callSize';
import type { GeminiClient } from './client';
import { answerFailure, cancelledFailure, mayBeBilled, timeoutFailure, unexpectedFailure } from './failures';
import type { PriceOverride, Pricing } from './prices';
import type { GeminiAnswer, GeminiRequest, ServiceTier } from './request';
import { retryRuleOf } from './retryRules';

/** What asking needs from outside, and its limits. */
export interface AskDeps {
	/** The way to Gemini, opened where there is something to ask: for an answer on record nobody needs a key. */
	openClient: () => Promise<Pick<GeminiClient, 'generate'>>;
	/** Ms since 1970. */
	clock: () => number;
	/** Ends after `ms`, or at once (resolved or rejected) when the signal says stop. */
	sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
	/** Stops everything with `cancelled`. */
	signal?: AbortSignal | undefined;
	/** How often a request is sent in all when failures come in between that another try may mend. Default 3; the repair round comes on top. */
	tries?: number | undefined;
	/** Time for everything together, waits included. Default 120 s, with the tier `flex` 15 min. */
	deadlineMs?: number | undefined;
	priceOverride?: PriceOverride | undefined;
	/** On a run with a spend cap: what the calls have to stay within. */
	budget?: Budget | undefined;
}

export const DEFAULT_TRIES = 3;
export const DEFAULT_DEADLINE_MS: Readonly<Record<ServiceTier, number>> = {
	standard: 120_000,
	flex: 900_000,
};
/** Longer waits are the Retry Router's business: the failure is thrown with `retryAfterMs`. */
export const MAX_WAIT_MS = 20_000;

/** The first pause; it doubles with each further one. */
export const FIRST_BACKOFF_MS = 1000;
/** How often a long answer is asked to go on. */
const MAX_CONTINUATIONS = 2;

/** What a question has used so far. */
export interface Spent extends Bill {
	/** The model that gave the last answer. */
	model: string;
	durationMs: number;
}

export interface Conversation {
	/** A complete answer; failures that another try may mend are tried again as `retryRules.ts` says. Rejects with the bill. */
	send(sent: GeminiRequest): Promise<GeminiAnswer>;
	spent(): Spent;
	/** The failure with what was billed so far. */
	fail(error: PipelineError): PipelineError;
}

export function startConversation(model: string, tier: ServiceTier, deps: AskDeps): Conversation {
	const { openClient, clock, sleep, signal, tries = DEFAULT_TRIES, budget } = deps;
	const deadlineMs = deps.deadlineMs ?? DEFAULT_DEADLINE_MS[tier];
	const startedAt = clock();
	const failures = new Map<FailureCode, number>();
	let answeredBy = model;
	let bill: Bill = EMPTY_BILL;
	let failed = 0;

	const leftMs = (): number => startedAt + deadlineMs - clock();
	const pricing = (): Pricing => ({ at: clock(), tier, override: deps.priceOverride });
	const fail = (error: PipelineError): PipelineError => withBill(error, bill);

	const callOnce = async (sent: GeminiRequest): Promise<GeminiAnswer> => {
		if (signal?.aborted) throw cancelledFailure();
		const most = budget === undefined ? null : mostUsd(sent, pricing());
		await budget?.cover(bill, most);
		const timeoutMs = leftMs();
		if (timeoutMs <= 0) throw timeoutFailure(deadlineMs);
		const client = await openClient();
		const answer = await client.generate(sent, { signal, timeoutMs }).catch((error: unknown) => {
			const failure = isPipelineError(error) ? error : unexpectedFailure(error);
			bill = billError(bill, failure);
			if (mayBeBilled(failure)) budget?.doubt(most);
			throw failure;
		});
		bill = billAnswer(bill, answer, sent.model, pricing());
		answeredBy = answer.model;
		return answer;
	};

	/** An answer that Gemini gives in several parts is whole when the last of them is there. */
	const callWhole = async (sent: GeminiRequest): Promise<GeminiAnswer> => {
		let answer = await callOnce(sent);
		let text = answer.text;
		for (let part = 0; part < MAX_CONTINUATIONS; part++) {
			const { continuationToken, finishReason } = answer;
			if (finishReason !== 'CONTINUATION' || continuationToken === undefined) break;
			answer = await callOnce({ ...sent, continuationToken });
			text += answer.text;
		}
		const failure = answerFailure({ ...answer, text });
		if (failure) throw failure;
		return { ...answer, text };
	};

	/** The request for the next try, after a pause where there is one; throws `error` when there is none. */
	const nextTry = async (sent: GeminiRequest, error: PipelineError): Promise<GeminiRequest> => {
		failed++;
		const times = failures.get(error.code) ?? 0;
		failures.set(error.code, times + 1);
		const rule = retryRuleOf(error);
		const next = rule === undefined || times >= rule.times ? undefined : rule.change(sent, error);
		if (rule === undefined || next === undefined || failed >= tries) throw error;
		if (!rule.waits) return next;
		const waitMs = Math.max(error.retryAfterMs ?? 0, FIRST_BACKOFF_MS * 2 ** (failed - 1));
		if (waitMs > MAX_WAIT_MS || waitMs >= leftMs()) throw error;
		await sleep(waitMs, signal).catch((reason: unknown) => {
			throw signal?.aborted ? cancelledFailure() : reason;
		});
		if (signal?.aborted) throw cancelledFailure();
		return next;
	};

	return {
		async send(first) {
			let sent = budget === undefined ? first : withLimit(first);
			for (;;) {
				try {
					return await callWhole(sent);
				} catch (error) {
					if (!isPipelineError(error)) throw fail(unexpectedFailure(error));
					sent = await nextTry(sent, error).catch((reason: unknown) => {
						throw fail(isPipelineError(reason) ? reason : unexpectedFailure(reason));
					});
				}
			}
		},
		spent: () => ({ ...bill, model: answeredBy, durationMs: clock() - startedAt }),
		fail,
	};
}

/** What has a limit can be paid for in advance. */
export function withLimit(sent: GeminiRequest): GeminiRequest {
	return { ...sent, maxOutputTokens: sent.maxOutputTokens ?? CAPPED_OUTPUT_TOKENS };
}
