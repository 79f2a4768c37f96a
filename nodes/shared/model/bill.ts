/** What calls have cost so far, also those whose answers were of no use. */
import { z } from 'zod/v4';
import { PipelineError } from '../errors';
import { usageSchema, type Usage } from '../state/fields';
import { mayBeBilled, wasNeverSent } from './failures';
import { costOf, type Pricing } from './prices';
import type { GeminiAnswer } from './request';

const billSchema = z.object({
	/** Tokens of all answers that came. */
	usage: usageSchema,
	/** Estimated price of all answers that came, US dollars; null when the price of one is unknown. */
	costUsd: z.number().nonnegative().nullable(),
	/** Calls that were sent. */
	calls: z.int().nonnegative(),
	/** Calls without an answer that Gemini may have worked on all the same. */
	maybeBilledCalls: z.int().nonnegative(),
});
export type Bill = z.infer<typeof billSchema>;

export const EMPTY_BILL: Bill = {
	usage: { inputTokens: 0, outputTokens: 0, thoughtTokens: 0, cachedTokens: 0 },
	costUsd: 0,
	calls: 0,
	maybeBilledCalls: 0,
};

/** The bill after an answer of a call of `model`. */
export function billAnswer(bill: Bill, answer: GeminiAnswer, model: string, pricing: Pricing): Bill {
	const { usage } = answer;
	const costUsd = usage && (costOf(answer.model, usage, pricing) ?? costOf(model, usage, pricing));
	return {
		...bill,
		usage: usage ? addUsage(bill.usage, usage) : bill.usage,
		costUsd: bill.costUsd === null || costUsd === null ? null : bill.costUsd + costUsd,
		calls: bill.calls + 1,
	};
}

/** The bill after a call that ended in an error. */
export function billError(bill: Bill, error: PipelineError): Bill {
	return {
		...bill,
		calls: bill.calls + (wasNeverSent(error.details) ? 0 : 1),
		maybeBilledCalls: bill.maybeBilledCalls + (mayBeBilled(error) ? 1 : 0),
	};
}

/** The same failure with the bill in its details. */
export function withBill(error: PipelineError, bill: Bill): PipelineError {
	return new PipelineError(error.code, error.message, {
		hint: error.hint,
		retryable: error.retryable,
		...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
		details: { ...error.details, ...bill },
	});
}

/** The bill that a failure of `askForJson` carries in its details; the empty one when it carries none. */
export function billOf(error: PipelineError): Bill {
	const bill = billSchema.safeParse(error.details);
	return bill.success ? bill.data : EMPTY_BILL;
}

/** What several answers took together. */
export function addUsage(a: Usage, b: Usage): Usage {
	const imageTokens = (a.imageTokens ?? 0) + (b.imageTokens ?? 0);
	return {
		inputTokens: a.inputTokens + b.inputTokens,
		outputTokens: a.outputTokens + b.outputTokens,
		thoughtTokens: a.thoughtTokens + b.thoughtTokens,
		cachedTokens: a.cachedTokens + b.cachedTokens,
		...(imageTokens > 0 ? { imageTokens } : {}),
	};
}
