/** What a whole run will cost, from what its steps are set to: before the first call is paid. */
import { pictureTokens } from './callSize';
import { estimate, estimateTokens, type PlannedWork, type PriceOverride } from './prices';
import type { ServiceTier } from './request';

/** One step of the workflow that asks Gemini. */
export interface PlannedStep {
	kind: 'capture' | 'generate' | 'revise' | 'check' | 'custom' | 'sketch';
	model: string;
	tier: ServiceTier;
	override?: PriceOverride | undefined;
	/** Pieces of work: that it makes, or that come to it where it asks about each (check, revise, sketch). */
	pieces: number;
	/** Of the pictures that it draws: `1K`, `2K` or `4K`. Default `1K`. */
	pictureSize?: string;
}

export interface PlannedRun {
	brief: string;
	steps: readonly PlannedStep[];
	/** Rounds of generation at most, the first one included. */
	attempts: number;
}

export interface RunEstimate {
	likelyUsd: number;
	upToUsd: number;
}

/** Usual sizes, in tokens. Thoughts count as output, and are most of it for short answers. */
const ORDERS = 900;
const THOUGHTS = 900;
const OUTPUT_OF_A_PIECE = 450;
const OUTPUT_OF_A_CHECK = 350;

/** They ask about each piece by itself, and send it along. */
const ABOUT_EACH: ReadonlyArray<PlannedStep['kind']> = ['check', 'revise', 'sketch'];

/** Null when the price of one of the models is unknown. `at`: ms since 1970. */
export function estimateRun({ brief, steps, attempts }: PlannedRun, at: number): RunEstimate | null {
	const total: RunEstimate = { likelyUsd: 0, upToUsd: 0 };
	for (const step of steps) {
		const { kind, model, tier, override } = step;
		for (const calls of callsOf(step, attempts)) {
			const inputTokens =
				ORDERS + estimateTokens(brief) + (ABOUT_EACH.includes(kind) ? OUTPUT_OF_A_PIECE : 0);
			const part = estimate({ model, inputTokens, ...calls }, { at, tier, override });
			if (part === null) return null;
			total.likelyUsd += part.likelyUsd;
			total.upToUsd += part.upToUsd;
		}
	}
	return total;
}

type Calls = Pick<PlannedWork, 'outputTokens' | 'imageTokens' | 'calls' | 'maxCalls'>;

/** The calls of a step: in its first round, and in the rounds in which each piece is asked for by itself. */
function callsOf({ kind, pieces, pictureSize = '1K' }: PlannedStep, attempts: number): Calls[] {
	const again = (attempts - 1) * pieces;
	const one = { outputTokens: THOUGHTS + OUTPUT_OF_A_PIECE };
	switch (kind) {
		case 'capture':
			return [{ ...one, calls: 1, maxCalls: 2 }];
		case 'revise':
			return [{ ...one, calls: pieces, maxCalls: 2 * (pieces + again) }];
		case 'check':
			// Some rules are asked twice.
			return [{ outputTokens: THOUGHTS + OUTPUT_OF_A_CHECK, calls: pieces, maxCalls: 2 * (pieces + again) }];
		case 'sketch': {
			const imageTokens = pictureTokens(pictureSize);
			const outputTokens = THOUGHTS + imageTokens;
			return [{ outputTokens, imageTokens, calls: pieces, maxCalls: 2 * (pieces + again) }];
		}
		case 'generate':
		case 'custom':
			return [
				{ outputTokens: THOUGHTS + pieces * OUTPUT_OF_A_PIECE, calls: 1, maxCalls: 2 },
				{ ...one, calls: 0, maxCalls: again },
			];
	}
}
