import fc from 'fast-check';
import { clean, fold, makeSearchable } from '../../nodes/shared/style/text';

describe('preparing text for searching', () => {
	const letters = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code));
	const text = fc
		.array(fc.constantFrom(...letters, '’', '‘', '“', '”', '…', '–', '—', '‐', 'ẞ', '\u00AD'), {
			maxLength: 30,
		})
		.map((characters) => characters.join(''));

	it('gives the same by the short way for plain letters as letter by letter', () => {
		fc.assert(
			fc.property(text, (each) => {
				// One sign of another script sends the whole text the long way.
				const { shown, folded } = makeSearchable([each, '雨']);
				const short = makeSearchable([each]);
				expect(`${short.shown}\n雨`).toBe(shown);
				expect(`${short.folded}\n雨`).toBe(folded);
				expect(fold(each)).toBe(short.folded);
			}),
			{ numRuns: 3000 },
		);
	});

	it('leaves clean text as it is, and cleans only once', () => {
		fc.assert(
			fc.property(text, (each) => {
				expect(clean(clean(each))).toBe(clean(each));
			}),
		);
		expect(clean(' two  words\u200B ')).toBe('two words');
	});
});
