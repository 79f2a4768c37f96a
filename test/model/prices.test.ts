import { costOf, estimate, estimateTokens, PRICE_TABLE } from '../../nodes/shared/model';
import { NOON } from './fixtures';

const usage = { inputTokens: 1_000_000, outputTokens: 100_000, thoughtTokens: 100_000, cachedTokens: 0 };
const on = (day: string) => Date.parse(`${day}T12:00:00Z`);

describe('the price of a call', () => {
	test('counts thoughts as output', () => {
		expect(costOf('gemini-3.8-flash', usage, { at: NOON })).toBeCloseTo(0.75 + 0.2 * 3.75, 10);
	});

	test('counts cached input at its own price', () => {
		const cached = { inputTokens: 1_000_000, outputTokens: 0, thoughtTokens: 0, cachedTokens: 400_000 };
		expect(costOf('gemini-4-argon', cached, { at: NOON })).toBeCloseTo(0.6 * 2 + 0.4 * 0.1, 10);
	});

	test('is half with flex', () => {
		expect(costOf('gemini-3.8-flash', usage, { at: NOON, tier: 'flex' })).toBeCloseTo(0.75, 10);
	});

	test('changes with the day: the introductory price ends with its last day', () => {
		const at = (time: string) => costOf('gemini-4-argon', usage, { at: Date.parse(time) });
		expect(at('2026-11-30T23:59:59.999Z')).toBeCloseTo(2 + 0.2 * 10, 10);
		expect(at('2026-12-01T00:00:00Z')).toBeCloseTo(4 + 0.2 * 20, 10);
		expect(costOf('gemini-3.8-flash', usage, { at: on('2027-03-01') })).toBeCloseTo(1.5 + 0.2 * 7.5, 10);
	});

	test('of pictures is that of their own tokens', () => {
		const drawn = {
			inputTokens: 1000,
			outputTokens: 1170,
			thoughtTokens: 0,
			cachedTokens: 0,
			imageTokens: 1120,
		};
		const list = costOf('gemini-nano-banana-2.1', drawn, { at: NOON });
		expect(list).toBeCloseTo(0.0015 + 0.0336 + 50 * 7.5e-6, 10);
		const override = { inputUsd: 1, outputUsd: 2 };
		expect(costOf('any', drawn, { at: NOON, override })).toBeCloseTo(0.001 + 1170 * 2e-6, 10);
	});

	test('is higher above the limit of a long prompt', () => {
		const at = { at: NOON };
		const short = { ...usage, inputTokens: 200_000 };
		expect(costOf('gemini-3.1-pro-preview', short, at)).toBeCloseTo(0.2 * 2 + 0.2 * 12, 10);
		expect(costOf('gemini-3.1-pro-preview', usage, at)).toBeCloseTo(4 + 0.2 * 18, 10);
	});

	test.each(['gemini-99-ultra', '', 'nano-banana', 'gemini-3-pro-image', 'constructor'])(
		'of the unknown model "%s" is null and not zero',
		(model) => {
			expect(costOf(model, usage, { at: NOON })).toBeNull();
		},
	);

	test('on a day before the list begins is null', () => {
		expect(costOf('gemini-3.8-flash', usage, { at: on('2025-01-01') })).toBeNull();
	});

	test.each(['models/gemini-3.8-flash', 'publishers/google/models/gemini-3.8-flash', 'gemini-3.8-flash-001'])(
		'of %s is that of gemini-3.8-flash',
		(model) => {
			expect(costOf(model, usage, { at: NOON })).toBe(costOf('gemini-3.8-flash', usage, { at: NOON }));
		},
	);

	test('counts images at their own price, and knows none of a model that makes none', () => {
		const image = { inputTokens: 300, outputTokens: 1120, thoughtTokens: 0, cachedTokens: 0 };
		const made = { ...image, imageTokens: 1120 };
		const at = { at: NOON };
		const inputUsd = (300 * 1.5) / 1e6;
		expect(costOf('gemini-nano-banana-2.1', made, at)).toBeCloseTo(0.0336 + inputUsd, 10);
		expect(costOf('gemini-nano-banana-2.1', { ...made, outputTokens: 1220 }, at)).toBeCloseTo(
			0.0336 + inputUsd + (100 * 7.5) / 1e6,
			10,
		);
		expect(costOf('gemini-3.8-flash', made, at)).toBeNull();
		const override = { inputUsd: 0, outputUsd: 10, imageOutputUsd: 100 };
		expect(costOf('my-own', made, { ...at, override })).toBeCloseTo(0.112, 10);
	});

	test('follows the user for every model', () => {
		const override = { inputUsd: 1, outputUsd: 2 };
		const cached = { ...usage, cachedTokens: 500_000 };
		expect(costOf('my-own', cached, { at: NOON, override })).toBeCloseTo(1.4, 10);
		expect(costOf('gemini-3.8-flash', usage, { at: NOON, override, tier: 'flex' })).toBeCloseTo(0.7, 10);
	});
});

describe('the list of prices', () => {
	test('has a day, and for each model days that neither overlap nor leave a gap', () => {
		expect(PRICE_TABLE.date).toMatch(/^\d{4}-\d\d-\d\d$/);
		for (const model of new Set(PRICE_TABLE.rows.map((row) => row.model))) {
			const rows = PRICE_TABLE.rows.filter((row) => row.model === model);
			rows.forEach((row, at) => {
				const next = rows[at + 1];
				if (!next) return expect(row.validTo).toBeNull();
				expect(Date.parse(next.validFrom) - Date.parse(row.validTo ?? '')).toBe(86_400_000);
			});
		}
	});
});

describe('an estimate', () => {
	test('says what is likely and what it is at most', () => {
		const work = {
			model: 'gemini-3.8-flash',
			inputTokens: 10_000,
			outputTokens: 2000,
			calls: 2,
			maxCalls: 6,
		};
		const one = 0.0075 + 0.0075;
		const { likelyUsd, upToUsd } = estimate(work, { at: NOON }) ?? { likelyUsd: 0, upToUsd: 0 };
		expect(likelyUsd).toBeCloseTo(one * 2, 10);
		expect(upToUsd).toBeCloseTo(one * 6, 10);
	});

	test('of an unknown model is null', () => {
		expect(estimate({ model: 'x', inputTokens: 1, outputTokens: 1 }, { at: NOON })).toBeNull();
	});

	test('counts four plain characters, or one of another script, as a token', () => {
		expect(estimateTokens('')).toBe(0);
		expect(estimateTokens('12345678')).toBe(2);
		expect(estimateTokens('雨の日')).toBe(3);
		expect(estimateTokens('a'.repeat(1_000_000))).toBe(250_000);
	});
});
