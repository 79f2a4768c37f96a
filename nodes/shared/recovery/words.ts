/** How a round is told in one sentence. */
import type { RetryOrder } from '../state';
import type { Place } from './decideNext';

/** More reasons than this are counted. */
const REASONS = 2;

/** "1 piece", "2 concepts": the name of the work, where all of it has the same. */
export function counted(places: readonly Place[]): string {
	const kinds = new Set(places.map(({ artefact }) => artefact?.kind ?? ''));
	const [kind = ''] = kinds;
	const isName = kinds.size === 1 && kind !== 'work' && /^[a-z]+( [a-z]+)*$/i.test(kind);
	const name = isName ? kind : 'piece';
	return `${places.length} ${places.length === 1 ? name : pluralOf(name)}`;
}

/** "2 concepts kept, 1 sent back: too clean, not gritty". */
export function sayRetry(accepted: readonly Place[], orders: readonly RetryOrder[]): string {
	const checks = orders.filter(({ next }) => next === 'check').length;
	const what = [
		...(orders.length > checks ? [`${orders.length - checks} sent back`] : []),
		...(checks > 0 ? [`${checks} to be checked once more`] : []),
	];
	const reasons = [...new Set(orders.map(({ why }) => why.replace(/\.$/, '')))];
	const more = reasons.length > REASONS ? [`${reasons.length - REASONS} more`] : [];
	return `${counted(accepted)} kept, ${what.join(', ')}: ${[...reasons.slice(0, REASONS), ...more].join('; ')}`;
}

/** "1 second", "90 seconds". */
export function inSeconds(ms: number): string {
	const seconds = Math.max(1, Math.round(ms / 1000));
	return `${seconds} second${seconds === 1 ? '' : 's'}`;
}

function pluralOf(name: string): string {
	if (/[^aeiou]y$/i.test(name)) return `${name.slice(0, -1)}ies`;
	return /(s|x|ch|sh)$/i.test(name) ? `${name}es` : `${name}s`;
}
