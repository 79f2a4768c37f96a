import fc from 'fast-check';
import { countUnits } from '../../nodes/shared/style/count';

const SEGMENTERS = {
	characters: new Intl.Segmenter('en', { granularity: 'grapheme' }),
	words: new Intl.Segmenter('en', { granularity: 'word' }),
};

/** What the segmenter alone says. */
function countSlowly(text: string, unit: 'characters' | 'words'): number {
	const segments = [...SEGMENTERS[unit].segment(text.trim())];
	return unit === 'characters'
		? segments.length
		: segments.filter(({ isWordLike }) => isWordLike === true).length;
}

describe.each(['characters', 'words'] as const)('counting %s', (unit) => {
	const piece = fc.oneof(
		{ weight: 5, arbitrary: fc.constantFrom(...'aZé9 .,;\'’"“”…–—-!?()\n\r:_/ß') },
		{ weight: 1, arbitrary: fc.constantFrom('\u0301', '👩‍🚀', '雨', ' ', '\u00A0', '\u200D') },
	);

	it('gives what the Unicode rules give, also where it takes the short way', () => {
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
				const text = pieces.join('');
				expect([text, countUnits(text, unit)]).toEqual([text, countSlowly(text, unit)]);
			}),
			{ numRuns: 5000 },
		);
	});

	it.each(['9,9', '1;2', '9.9', 'a.b', "don't", 'don’t', "9'9", "a'", "'a", 'a-b', '1,a', 'a,1', 'é’é'])(
		'of %j',
		(text) => {
			expect(countUnits(text, unit)).toBe(countSlowly(text, unit));
		},
	);
});
