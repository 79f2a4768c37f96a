/** Shared pieces of the model room's tests. */
import { z } from 'zod/v4';
import { PipelineError } from '../../nodes/shared/errors';
import type { AskDeps, GeminiAnswer, GeminiRequest, StructuredRequest } from '../../nodes/shared/model';

export const NOON = Date.UTC(2026, 10, 22, 12);

export const titleSchema = z.object({ title: z.string().min(1).max(20) });

export function titleRequest(
	more: Partial<StructuredRequest<{ title: string }>> = {},
): StructuredRequest<{ title: string }> {
	return {
		model: 'gemini-3.8-flash',
		system: 'You name things.',
		prompt: 'Name this.',
		schema: titleSchema,
		...more,
	};
}

/** An answer of 1000 tokens in and 100 out: $0.001125 with the list of November 2026. */
export function answer(text: string, more: Partial<GeminiAnswer> = {}): GeminiAnswer {
	return {
		text,
		finishReason: 'STOP',
		blockReason: undefined,
		usage: { inputTokens: 1000, outputTokens: 100, thoughtTokens: 0, cachedTokens: 0 },
		model: 'gemini-3.8-flash',
		...more,
	};
}

export const ANSWER_USD = 0.001125;

type Scripted = GeminiAnswer | PipelineError | ((signal: AbortSignal | undefined) => Promise<GeminiAnswer>);

/** Dependencies whose clock stands still except for sleeps, and whose client gives the scripted answers in order. */
export function fakeDeps(script: Scripted[], more: Partial<AskDeps> = {}) {
	const sent: GeminiRequest[] = [];
	const timeouts: number[] = [];
	const sleeps: number[] = [];
	let now = NOON;
	const deps: AskDeps = {
		openClient: async () => ({
			async generate(request, { signal, timeoutMs }) {
				sent.push(request);
				timeouts.push(timeoutMs);
				const next = script.shift();
				if (!next) throw new Error('The test gave no further answer.');
				if (next instanceof PipelineError) throw next;
				return typeof next === 'function' ? await next(signal) : next;
			},
		}),
		clock: () => now,
		sleep: async (ms) => {
			sleeps.push(ms);
			now += ms;
		},
		...more,
	};
	return { deps, sent, sleeps, timeouts, pass: (ms: number) => void (now += ms) };
}

/** The failure of a promise that has to fail with one of ours. */
export async function failureOf(promise: Promise<unknown>): Promise<PipelineError> {
	const result = await promise.then(
		() => new Error('It did not fail.'),
		(error: unknown) => error,
	);
	if (result instanceof PipelineError) return result;
	throw result;
}
