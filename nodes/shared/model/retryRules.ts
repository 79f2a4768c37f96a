/** After which failures the same question is asked again at once, how often, and what is changed in it. */
import type { FailureCode, PipelineError } from '../errors';
import { LONGEST_OUTPUT_TOKENS } from './callSize';
import type { GeminiRequest, ThinkingLevel } from './request';

interface RetryRule {
	/** How often it is asked again for this failure; the number of tries in all is a limit of its own. */
	times: number;
	/** Whether there is a pause before, which grows, and is at least as long as Gemini asks for. */
	waits: boolean;
	/** The request as it goes out again; nothing where there is no better one. */
	change: (sent: GeminiRequest, error: PipelineError) => GeminiRequest | undefined;
}

/** A service that asks for a longer pause is not waited for, by nobody: a person decides. */
export const LONGEST_ASKED_WAIT_MS = 3_600_000;

const same = (sent: GeminiRequest): GeminiRequest => sent;
const WAIT: RetryRule = { times: Infinity, waits: true, change: same };
const AT_ONCE: RetryRule = { times: 1, waits: false, change: same };

const RULES: Partial<Record<FailureCode, RetryRule>> = {
	rate_limited: WAIT,
	service_unavailable: WAIT,
	network: WAIT,
	timeout: WAIT,
	bad_gateway_body: WAIT,
	recitation: { times: 2, waits: false, change: askForOriginal },
	truncated: { times: 1, waits: false, change: giveRoom },
	model_malformed: AT_ONCE,
	model_other: AT_ONCE,
	empty_response: AT_ONCE,
};

/** What to do about a failure of a call; nothing where only another request or a person helps. */
export function retryRuleOf(error: PipelineError): RetryRule | undefined {
	return error.retryable ? RULES[error.code] : undefined;
}

const BE_ORIGINAL =
	'An earlier answer to this was stopped, because it came too close to existing text. Be original: use wording of your own throughout, and quote nothing.';

function askForOriginal(sent: GeminiRequest): GeminiRequest {
	const { system = '' } = sent;
	if (system.endsWith(BE_ORIGINAL)) return sent;
	return { ...sent, system: system === '' ? BE_ORIGINAL : `${system}\n\n${BE_ORIGINAL}` };
}

const LESS_THINKING: Readonly<Record<ThinkingLevel, ThinkingLevel | undefined>> = {
	high: 'low',
	medium: 'low',
	low: undefined,
	minimal: undefined,
};

/** Models that draw do not know `low`. */
const LESS_THINKING_ON_PICTURES: typeof LESS_THINKING = {
	...LESS_THINKING,
	high: 'minimal',
	medium: 'minimal',
};

/** Twice the limit where there is one; else less thinking, which counts as output. An answer without an end may have one next time. */
function giveRoom(sent: GeminiRequest, { details }: PipelineError): GeminiRequest | undefined {
	if (details['finishReason'] === undefined) return sent;
	const { maxOutputTokens: limit, thinking = 'medium' } = sent;
	if (limit !== undefined && limit < LONGEST_OUTPUT_TOKENS) {
		return { ...sent, maxOutputTokens: Math.min(LONGEST_OUTPUT_TOKENS, 2 * limit) };
	}
	const less = sent.picture === undefined ? LESS_THINKING[thinking] : LESS_THINKING_ON_PICTURES[thinking];
	return less === undefined ? undefined : { ...sent, thinking: less };
}
