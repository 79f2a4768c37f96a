/** Figures about figures. Imports nothing. */

/**
 * Wilson's interval of a share: between which two shares the true one probably lies, given `successes` of `n`. `z` 1.96 is 95 %.
 * Both ends are between 0 and 1; of nothing (`n` 0) nothing is known: 0 to 1.
 */
export function wilson(successes: number, n: number, z = 1.96): { low: number; high: number } {
	if (n <= 0) return { low: 0, high: 1 };
	const share = successes / n;
	const scale = 1 + z ** 2 / n;
	const centre = (share + z ** 2 / (2 * n)) / scale;
	const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
	return {
		low: successes <= 0 ? 0 : Math.max(0, centre - half),
		high: successes >= n ? 1 : Math.min(1, centre + half),
	};
}
