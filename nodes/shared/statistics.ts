/** How much a share that was counted can be trusted. */

/** A share of `of`, with the bounds between which the true one lies 95 times in 100. */
export interface Share {
	count: number;
	of: number;
	/** Null when nothing was counted. */
	share: number | null;
	low: number;
	high: number;
}

/** The 97.5 % point of the normal distribution. */
const Z = 1.959963984540054;

/**
 * The share `count / of` with its Wilson score interval (E. B. Wilson, 1927), which is right for small numbers too and never
 * leaves 0 to 1. Nothing counted: anything is possible.
 */
export function wilson(count: number, of: number): Share {
	if (of === 0) return { count, of, share: null, low: 0, high: 1 };
	const share = count / of;
	const middle = share + (Z * Z) / (2 * of);
	const reach = Z * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of));
	const scale = 1 + (Z * Z) / of;
	return {
		count,
		of,
		share,
		low: count === 0 ? 0 : Math.max(0, (middle - reach) / scale),
		high: count === of ? 1 : Math.min(1, (middle + reach) / scale),
	};
}

/** `83 % (71 to 91)`; `unknown` when nothing was counted. */
export function sayShare({ share, low, high }: Share): string {
	const percent = (value: number): string => String(Math.round(value * 100));
	return share === null ? 'unknown' : `${percent(share)} % (${percent(low)} to ${percent(high)})`;
}

/** Answers of two judges to yes-or-no questions, counted. */
export interface Agreement {
	bothYes: number;
	bothNo: number;
	onlyFirst: number;
	onlySecond: number;
}

/**
 * Cohen's kappa: how far two judges agree beyond chance, 1 for always and 0 for no better than chance. Null where it says
 * nothing, because one of them always gave the same answer or nothing was asked.
 */
export function kappa({ bothYes, bothNo, onlyFirst, onlySecond }: Agreement): number | null {
	const all = bothYes + bothNo + onlyFirst + onlySecond;
	const first = (bothYes + onlyFirst) / all;
	const second = (bothYes + onlySecond) / all;
	const byChance = first * second + (1 - first) * (1 - second);
	if (all === 0 || first === 0 || first === 1 || second === 0 || second === 1) return null;
	return ((bothYes + bothNo) / all - byChance) / (1 - byChance);
}
