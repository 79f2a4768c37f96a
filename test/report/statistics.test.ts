import { wilson } from '../../nodes/shared/statistics';

/** Reference values: Newcombe 1998, table I (method 3, without continuity correction), and the formula's own limits. */
it.each([
	[81, 263, 0.2553, 0.3662],
	[15, 148, 0.0624, 0.1605],
	[0, 20, 0, 0.1611],
	[1, 29, 0.0061, 0.1718],
])('is the interval of %i of %i', (successes, n, low, high) => {
	const interval = wilson(successes, n);

	expect(interval.low).toBeCloseTo(low, 4);
	expect(interval.high).toBeCloseTo(high, 4);
});

it('is the whole range where nothing was seen, and mirrored for the other outcome', () => {
	expect(wilson(0, 0)).toMatchObject({ low: 0, high: 1 });
	expect(wilson(20, 20).high).toBe(1);
	expect(wilson(20, 20).low).toBeCloseTo(1 - wilson(0, 20).high, 12);
});
