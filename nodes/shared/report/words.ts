/** Figures and names as people read them. */
import type { FailureCode, Layer } from '../errors';
import { labelOf } from '../html';
import { ENOUGH, type Share } from './reliabilityReport';

/** Where something went wrong, for people. */
export const LAYER_NAMES = {
	capability: 'The model',
	state: 'What the run remembers',
	handoff: 'Passing work on',
	recovery: 'Recovering',
} as const satisfies Record<Layer, string>;

export function failureName(code: FailureCode): string {
	return labelOf(code);
}

/** "93%". Not "100%" where something is missing to it, nor "0%" where there is something. */
export function percent(share: number): string {
	const rounded = Math.round(share * 100);
	if ((rounded === 100 && share < 1) || (rounded === 0 && share > 0)) {
		const fine = (share * 100).toFixed(2);
		return fine === '100.00' ? 'over 99.99%' : fine === '0.00' ? 'under 0.01%' : `${fine}%`;
	}
	return `${rounded}%`;
}

/** What stands below or behind `headOf`: "28 of 30, probably between 79% and 98%.", or that there are too few. */
export function rangeOf({ count, of, low, high }: Share): string {
	if (low === null || high === null) return `Too few for a percentage: it takes ${ENOUGH}.`;
	return `${count} of ${of}, probably between ${percent(low)} and ${percent(high)}.`;
}

/** "93%", or "4 of 6" where there are too few to say. */
export function headOf({ count, of, share }: Share): string {
	if (of === 0) return 'None yet';
	return share === null ? `${count} of ${of}` : percent(share);
}

/** "1 run", "7 runs". */
export function counted(count: number, one: string, many = `${one}s`): string {
	return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** "$0.0123", "$4.20". */
export function dollars(amount: number): string {
	return `$${amount >= 1 || amount === 0 ? amount.toFixed(2) : amount.toPrecision(2)}`;
}

/** "40 seconds", "2 h 5 min", "3 days 4 h". */
export function duration(ms: number): string {
	const seconds = Math.round(ms / 1000);
	if (seconds < 60) return counted(seconds, 'second');
	const minutes = Math.round(seconds / 60);
	if (minutes < 60) return `${minutes} min`;
	const hours = Math.floor(minutes / 60);
	if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
	const days = Math.floor(hours / 24);
	return hours % 24 === 0 ? counted(days, 'day') : `${counted(days, 'day')} ${hours % 24} h`;
}
