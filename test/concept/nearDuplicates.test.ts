import fc from 'fast-check';
import { findNearDuplicates } from '../../nodes/shared/concept';

const idea = (title: string, logline = '') => ({ title, logline });
const repeats = (fresh: ReturnType<typeof idea>, known: ReturnType<typeof idea>) =>
	findNearDuplicates([fresh], [known]).length === 1;

describe('a concept repeats another one', () => {
	test.each([
		['case and punctuation', 'Salt Light!', '“SALT — light”'],
		['full-width letters', 'Ｓａｌｔ Light', 'Salt Light'],
		['composed and decomposed accents', 'Caf\u00e9 Noir', 'Cafe\u0301 Noir'],
		['direction marks', '\u200fمطر ليلي\u200e', 'مطر ليلي'],
		['stretched Arabic', 'مـــطر', 'مطر'],
		['the look of an emoji', 'Rain ☔\ufe0f', 'rain ☔'],
		['emoji alone', '🌧️🚢', '🌧🚢'],
		['Japanese with other spaces', '夜の　フェリー', '夜の フェリー'],
	])('when its title differs only by %s', (_what, a, b) => {
		expect(repeats(idea(a, 'One thing happens'), idea(b, 'Quite another story told'))).toBe(true);
	});

	test('when at least 80 % of the words are the same', () => {
		const logline = 'a woman crosses the dark bay to return one red coat';
		expect(repeats(idea('Ferry', logline), idea('Boat', logline))).toBe(true);
	});

	test('in a script without spaces, by pairs of signs', () => {
		const known = idea('夜船', '彼女は暗い湾を渡って赤いコートを返しに行く');
		expect(repeats(idea('夜船旅', '彼女は暗い湾を渡って赤いコートを返しに行く'), known)).toBe(true);
		expect(repeats(idea('朝市', '少年は祖父と市場で最後の魚を売る'), known)).toBe(false);
	});

	test('that stands before it among the new ones', () => {
		expect(findNearDuplicates([idea('A', 'x'), idea('B', 'y'), idea('a', 'z')], [])).toMatchObject([
			{ index: 2, repeats: { among: 'fresh', index: 0, title: 'A' } },
		]);
	});
});

describe('a concept does not repeat another one', () => {
	test.each([
		['other words', idea('Salt Light', 'A coat'), idea('Iron Sky', 'A plane')],
		['titles of signs only', idea('!!!', 'A coat'), idea('???', 'A plane')],
		['nothing at all', idea('', ''), idea('', '')],
		['other emoji', idea('🌧️', 'one'), idea('🌞', 'two')],
		['other vowel signs', idea('का'), idea('की')],
	])('with %s', (_what, a, b) => {
		expect(repeats(a, b)).toBe(false);
	});
});

test('each repeat is named once, with its closest match', () => {
	const known = [
		idea('Other', 'salt light on the water tonight'),
		idea('Salt Light', 'on the water tonight'),
	];
	expect(findNearDuplicates([idea('Salt Light', 'on the water tonight')], known)).toEqual([
		{ index: 0, repeats: { among: 'existing', index: 1, title: 'Salt Light' }, similarity: 1 },
	]);
});

test('a concept with words repeats itself, in every script', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
			const concept = idea(`a${text}`, text);
			expect(repeats(concept, { ...concept })).toBe(true);
		}),
	);
});

test('the comparison is the same in both directions', () => {
	const texts = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '夜', '雨', '🌧'), maxLength: 12 });
	fc.assert(
		fc.property(texts, texts, (a, b) => {
			expect(repeats(idea(a, b), idea(b, a))).toBe(repeats(idea(b, a), idea(a, b)));
		}),
	);
});
