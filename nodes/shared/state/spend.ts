/** Whether a run with a spend cap can still pay for a call. */
import { PipelineError } from '../errors';
import type { Hold, Run } from './stateStore';

/** Sums of dollars differ in their last digits by the order in which they are added up; less than this is nothing. */
const LEAST_USD = 1e-9;

/**
 * What is to be set aside for a call: nothing (`undefined`) on a run without a cap, else all that it may cost. A refusal
 * where that would pass the cap (`budget_exhausted`) or where nobody knows the amount (`price_unknown`).
 */
export function holdFor(
	{ costUsd, heldUsd, spendCapUsd }: Pick<Run, 'costUsd' | 'heldUsd' | 'spendCapUsd'>,
	{ usd, model }: Hold,
): number | undefined | PipelineError {
	if (spendCapUsd === null) return undefined;
	if (usd === null) {
		return new PipelineError(
			'price_unknown',
			`This run has a spend cap, and nobody knows what a call of '${model}' costs.`,
		);
	}
	if (costUsd + heldUsd + usd <= spendCapUsd + LEAST_USD) return usd;
	const held =
		heldUsd < LEAST_USD
			? ''
			: ` and holds ${inDollars(heldUsd)} for calls that are under way or without a known outcome`;
	return new PipelineError(
		'budget_exhausted',
		`The run has spent ${inDollars(costUsd)} of its cap of ${inDollars(spendCapUsd)}${held}; the next call may cost up to ${inDollars(usd)}.`,
		{ details: { spentUsd: costUsd, heldUsd, spendCapUsd, neededUsd: usd } },
	);
}

/** Fails with `input_refused` where it cannot be a cap. */
export function checkSpendCap(spendCapUsd: number | null | undefined): void {
	if (spendCapUsd === null || spendCapUsd === undefined) return;
	if (Number.isFinite(spendCapUsd) && spendCapUsd >= 0) return;
	throw new PipelineError(
		'input_refused',
		`'Spend Cap' should be a number of dollars, 0 or more, not ${String(spendCapUsd)}.`,
	);
}

/** Without what only the order of adding made. */
export function roundUsd(usd: number): number {
	return Math.max(0, Number(usd.toFixed(9)));
}

/** Cents, or hundredths of a cent where it is less than one. */
export function inDollars(usd: number): string {
	return `$${usd.toFixed(usd === 0 || usd >= 0.01 ? 2 : 4)}`;
}
