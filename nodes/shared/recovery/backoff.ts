import type { Failure } from '../errors';
import type { RetryPolicy } from './policy';

/**
 * How long to wait before a round, in ms. Only a failure of a service is worth waiting for; a concept that missed the style is
 * not. What the service itself asks for is the least, whatever the maximum says. `random` is from 0 to 1.
 */
export function waitBefore(
	round: number,
	failures: readonly Failure[],
	{ initialMs, factor, maximumMs, spread }: RetryPolicy['backoff'],
	random: number,
): number {
	const ofServices = failures.filter(({ layer }) => layer === 'capability');
	if (ofServices.length === 0) return 0;
	const longer = 1 + spread * random;
	const grown = Math.min(maximumMs, initialMs * factor ** round * longer);
	const asked = Math.max(0, ...ofServices.map(({ retryAfterMs }) => retryAfterMs ?? 0));
	return Math.round(Math.max(grown, asked * longer));
}
