import fc from 'fast-check';
import type { JsonObject } from '../../nodes/shared/state';
import { checkPlainRules, parseGuide, type Finding } from '../../nodes/shared/style';

/** The only finding of one rule. */
function findingOf(content: JsonObject, rule: Record<string, unknown>): Finding | undefined {
	return checkPlainRules(content, parseGuide([rule]).rules)[0];
}

function evidenceOf(content: JsonObject, rule: Record<string, unknown>): string | undefined {
	const finding = findingOf(content, rule);
	return finding !== undefined && 'evidence' in finding ? finding.evidence : undefined;
}

const bans = (words: string, text: string) =>
	findingOf({ text }, { kind: 'bannedWords', words })?.state === 'broken';

describe('finding a word', () => {
	it.each([
		['neon', 'A NEON sign', 'in another letter case'],
		['neon', '<b>neon</b>', 'between HTML tags'],
		['neon', '_neon_, *neon*', 'between marks of Markdown'],
		['neon', 'neon-lit', 'as a part of a compound with a hyphen'],
		['neon', "the neon's glow", 'before an apostrophe'],
		['neon', 'ne\u00ADon and ne\u200Bon', 'with invisible characters in it'],
		['neon', 'ｎｅｏｎ', 'in full-width letters'],
		['neon', 'ネオンneonサイン', 'between words of a script without spaces'],
		['lens flare', 'lens\n   flare', 'as a phrase across lines'],
		['lens  flare', 'a lens flare', 'as a phrase typed with two spaces'],
		["don't", 'don’t', 'with another apostrophe'],
		['film-noir', 'film‑noir', 'with another hyphen'],
		['café', 'cafe\u0301', 'with an accent of its own'],
		['straße', 'STRASSE', 'with a letter that has two capitals'],
		['ΟΔΟΣ', 'οδος', 'with a letter that has two small forms'],
		['istanbul', 'İSTANBUL', 'with a dotted capital'],
		['霓虹', '城市的霓虹灯', 'in Chinese text, which has no spaces'],
		['ネオン', 'ﾈｵﾝサイン', 'in half-width Japanese text'],
		['네온', '네온을 켠다', 'in Korean text, where particles are attached'],
		['แสง', 'มีแสงนีออน', 'in Thai text'],
		['ניאון', 'שלט ניאון, בלילה', 'in Hebrew text'],
		['نيون', '\u202Bضوء نيون\u202C', 'in Arabic text with marks of direction'],
		['💡', 'lamp💡on', 'that is an emoji between letters'],
		['👍', 'ok 👍🏽', 'that is an emoji in another skin tone'],
		['❤️', 'I ❤ it', 'that is an emoji without its variation sign'],
		['3', 'take 3.', 'that is a number'],
		['c++', 'in c++.', 'that ends with signs'],
	])('finds %j in %j: %s', (word, text) => {
		expect(bans(word, text)).toBe(true);
	});

	it.each([
		['neon', 'neonatal, Sinneon', 'inside a longer word'],
		['art', 'ART4', 'before a digit'],
		['cafe', 'café', 'without its accent'],
		['e', 'e\u0323\u0301', 'as the base of an accented letter'],
		['נאון', 'ניאון', 'in a different Hebrew word'],
		['👩', '👩‍🚀', 'as a part of another emoji'],
		['red light', 'red or light', 'when only the parts of a phrase are there'],
	])('does not find %j in %j: %s', (word, text) => {
		expect(bans(word, text)).toBe(false);
	});

	it('does not join entries of a list to a phrase', () => {
		expect(findingOf({ tone: ['red', 'light'] }, { kind: 'bannedWords', words: 'red light' })).toMatchObject({
			state: 'holds',
		});
	});

	const word = fc.stringMatching(/^[a-zà-ö]{1,12}$/);

	it('finds a banned word inserted anywhere as a word of its own', () => {
		fc.assert(
			fc.property(
				word,
				fc.string({ unit: 'grapheme' }),
				fc.string({ unit: 'binary' }),
				(banned, before, after) => {
					const content = { title: '', scenes: [{ goal: `${before} ${banned.toUpperCase()} ${after}` }] };
					expect(findingOf(content, { kind: 'bannedWords', words: [banned] })).toMatchObject({
						state: 'broken',
					});
				},
			),
			{ numRuns: 500 },
		);
	});

	it('never turns a broken ban into a kept one when text is added', () => {
		fc.assert(
			fc.property(
				word,
				fc.string({ unit: 'binary' }),
				fc.string({ unit: 'binary' }),
				(banned, before, after) => {
					const text = `the ${banned} sign`;
					const content = { text: `${before} ${text} ${after}`, more: after };
					expect(bans(banned, text)).toBe(true);
					expect(findingOf(content, { kind: 'bannedWords', words: [banned] })).toMatchObject({
						state: 'broken',
					});
				},
			),
		);
	});

	it('checks fifty rules on 200 KB of text that is made to be slow, in a moment', () => {
		const rules = Array.from({ length: 50 }, (_, index) => ({
			kind: 'bannedWords',
			words: index === 0 ? ['aa', 'a b', '\u0301'] : [`${'a'.repeat(150)}${index}`, `e\u0301 ${index}`],
		}));
		const started = performance.now();
		for (const text of ['a'.repeat(200_000), 'a \u200D'.repeat(66_000), 'e\u0301'.repeat(100_000)]) {
			const findings = checkPlainRules({ text }, parseGuide(rules).rules);
			expect(findings).toHaveLength(50);
		}
		expect(performance.now() - started).toBeLessThan(10_000);
	});
});

describe('quoting evidence', () => {
	it('quotes the words around the hit, at most 120 characters, without breaking an emoji', () => {
		fc.assert(
			fc.property(
				fc.string({ unit: 'grapheme', maxLength: 300 }),
				fc.string({ unit: 'grapheme', maxLength: 300 }),
				(before, after) => {
					const evidence =
						evidenceOf({ text: `${before} neon ${after}` }, { kind: 'bannedWords', words: 'neon' }) ?? '';
					const quote = /^'neon' is used: "(.*)"$/su.exec(evidence)?.[1] ?? '';
					expect(quote.toLowerCase()).toContain('neon');
					expect(quote.length).toBeLessThanOrEqual(120);
					expect(quote).not.toMatch(/[\r\n]/);
					expect(Buffer.from(quote).toString()).toBe(quote);
				},
			),
		);
	});

	it('marks where the quote is cut', () => {
		const text = `${'far '.repeat(100)}neon${' away'.repeat(100)}`;
		expect(evidenceOf({ text }, { kind: 'bannedWords', words: 'neon' })).toMatch(/used: "….* neon .*…"$/);
	});
});

describe('checking rules without a judge', () => {
	const work = {
		title: 'Rooftop',
		logline: 'A detective runs in the rain.',
		genre: 'Noir',
		tone: ['gritty', 'wet'],
		scenes: [{ goal: 'escape', minutes: 3 }],
		sceneGoals: ['lose the tail'],
		cover: { look: { light: 'one hard lamp' } },
		note: '',
		notes: [],
		nothing: null,
	};

	it.each<[string, Record<string, unknown>, string, string]>([
		[
			'a banned word',
			{ kind: 'bannedWords', words: 'rain' },
			'\'rain\' is used: "A detective runs in the rain."',
			"Leave out 'rain'.",
		],
		[
			'several banned words in one issue',
			{ kind: 'bannedWords', words: 'rain,wet,sun', field: 'tone' },
			'\'wet\' is used: "wet"',
			"Leave out 'wet'.",
		],
		[
			'the absence of any required word',
			{ kind: 'requiredWords', words: 'fog,night', mode: 'any' },
			"none of 'fog', 'night' is in the text",
			"Use at least one of 'fog', 'night'.",
		],
		[
			'the absence of the only required word',
			{ kind: 'requiredWords', words: 'fog', mode: 'any' },
			"'fog' is not in the text",
			"Use 'fog'.",
		],
		[
			'the absence of one of all required words',
			{ kind: 'requiredWords', words: 'rain,fog', mode: 'all' },
			"'fog' is not in the text",
			"Use 'fog'.",
		],
		[
			'the absence of many words',
			{ kind: 'requiredWords', words: 'a1,a2,a3,a4,a5,a6,a7', mode: 'all' },
			"'a1', 'a2', 'a3', 'a4', 'a5' and 2 more are not in the text",
			"Use 'a1', 'a2', 'a3', 'a4', 'a5' and 2 more.",
		],
		[
			'too few words',
			{ kind: 'length', unit: 'words', min: 10, field: 'logline' },
			'6 words where at least 10 are asked for',
			'Write at least 10 words.',
		],
		[
			'too many characters',
			{ kind: 'length', unit: 'characters', max: 5, field: 'title' },
			'7 characters where at most 5 are allowed',
			'Cut it to at most 5 characters.',
		],
		[
			'a value that is not allowed',
			{ kind: 'allowedValues', values: 'western, thriller', field: 'genre' },
			'"Noir" is not allowed',
			"Use one of 'western', 'thriller' in 'genre'.",
		],
		[
			'one entry that is not allowed',
			{ kind: 'allowedValues', values: 'gritty', field: 'tone' },
			'"wet" is not allowed',
			"Use one of 'gritty' in 'tone'.",
		],
		[
			'an empty list of values',
			{ kind: 'allowedValues', values: 'gritty', field: 'notes' },
			"the field 'notes' is empty",
			"Use one of 'gritty' in 'notes'.",
		],
		[
			'an empty value',
			{ kind: 'allowedValues', values: 'gritty', field: 'note' },
			"the field 'note' is empty",
			"Use one of 'gritty' in 'note'.",
		],
		[
			'a missing field',
			{ kind: 'bannedWords', words: 'rain', field: 'tagline' },
			"the field 'tagline' is missing",
			"Add the field 'tagline'.",
		],
		[
			'a field that is null',
			{ kind: 'length', unit: 'words', max: 5, field: 'nothing' },
			"the field 'nothing' is missing",
			"Add the field 'nothing'.",
		],
		[
			'a field whose name objects inherit',
			{ kind: 'bannedWords', words: 'rain', field: 'constructor' },
			"the field 'constructor' is missing",
			"Add the field 'constructor'.",
		],
		[
			'a missing member of a field',
			{ kind: 'bannedWords', words: 'rain', field: 'title.goal' },
			"the field 'title.goal' is missing",
			"Add the field 'title.goal'.",
		],
		[
			'a missing field of a judged rule',
			{ kind: 'judged', statement: 'It is short.', field: 'tagline' },
			"the field 'tagline' is missing",
			"Add the field 'tagline'.",
		],
	])('breaks a rule for %s', (_, rule, evidence, fix) => {
		expect(findingOf(work, rule)).toMatchObject({ state: 'broken', evidence, fix });
	});

	it.each<[string, Record<string, unknown>]>([
		['a banned word stands in another field', { kind: 'bannedWords', words: 'rain', field: 'title' }],
		['an empty field has no banned word', { kind: 'bannedWords', words: 'rain', field: 'note' }],
		['one of the required words is there', { kind: 'requiredWords', words: 'fog,rain', mode: 'any' }],
		[
			'all required words are there, some deep in the work',
			{ kind: 'requiredWords', words: 'lamp,escape,3', mode: 'all' },
		],
		['the length is in range', { kind: 'length', unit: 'words', min: 6, max: 6, field: 'logline' }],
		['the length of a list adds up', { kind: 'length', unit: 'words', min: 2, max: 2, field: 'tone' }],
		['the value differs in letter case only', { kind: 'allowedValues', values: 'NOIR', field: 'genre' }],
		['every entry is allowed', { kind: 'allowedValues', values: 'wet,gritty,dark', field: 'tone' }],
		['a number is allowed', { kind: 'allowedValues', values: '3', field: 'minutes' }],
		[
			'the field is named as a person would write it',
			{ kind: 'requiredWords', words: 'tail', mode: 'all', field: 'Scene goals' },
		],
		[
			'the field is a member of another',
			{ kind: 'requiredWords', words: 'lamp', mode: 'all', field: 'cover.look' },
		],
	])('keeps a rule when %s', (_, rule) => {
		expect(findingOf({ ...work, minutes: 3 }, rule)).toMatchObject({ state: 'holds' });
	});

	it.each([
		['characters', '👩‍🚀🏳️‍🌈é', 3],
		['words', '雨夜里的追逐', 4],
		['words', "don't stop 3.5 times", 4],
		['words', '   ', 0],
	])('counts %s of %j as a reader would', (unit, text, count) => {
		expect(findingOf({ text }, { kind: 'length', unit, min: count, max: Math.max(count, 1) })).toMatchObject({
			state: 'holds',
		});
	});

	it('says what to change in the words of the guide', () => {
		expect(findingOf(work, { kind: 'bannedWords', words: 'rain', fix: 'Let it snow.' })).toMatchObject({
			fix: 'Let it snow.',
		});
	});

	it('leaves judged rules to the judge', () => {
		expect(findingOf(work, { kind: 'judged', statement: 'It is gritty.', field: 'logline' })).toBeUndefined();
	});
});
