import { countOf } from '../page';

/** US dollars, in as many places as a person can use. */
export function money(usd: number): string {
	if (usd > 0 && usd < 0.001) return 'less than $0.001';
	const short = Number(usd.toPrecision(2));
	return `$${short > 0 && short < 0.1 ? short : usd.toFixed(2)}`;
}

/** What the answered calls of a run cost, as far as prices are known. */
export function costOf({ costUsd, unpricedCalls }: { costUsd: number; unpricedCalls: number }): string {
	if (unpricedCalls === 0) return money(costUsd);
	const unknown = `${countOf(unpricedCalls, 'call', 'calls')} of unknown price`;
	return costUsd === 0 ? unknown : `${money(costUsd)}, and ${unknown}`;
}
