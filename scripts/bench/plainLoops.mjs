/**
 * What someone would write without Greenlight to hold 1,000 items against 30 rules: loops, each text and each rule prepared once. It finds
 * the same as the rules do: words in any letter case that stand alone, lengths as readers count, lists of allowed values.
 */

const WORDS =
	'rain steel roof lamp smoke glass brick night coat shadow river train signal window stair'.split(' ');
const TONES = ['tense', 'warm', 'dry', 'gritty'];

/** @typedef {Record<string, string | string[]>} Item */
/** @typedef {{ kind: string, field?: string, words?: string[], mode?: string, unit?: string, min?: number, max?: number, values?: string[] }} PlainRule */

/** @type {Item[]} */
export const ITEMS = Array.from({ length: 1000 }, (_, number) => {
	const word = (/** @type {number} */ at) => WORDS[(number * 7 + at * 3) % WORDS.length] ?? '';
	const sentence = (/** @type {number} */ from) =>
		`${word(from)} and ${word(from + 1)}, Über the ${word(from + 2).toUpperCase()} — a ${word(from + 3)}y ${word(from + 4)}. `;
	return {
		title: `${word(0)} ${number}`,
		logline: sentence(1) + sentence(4),
		visualApproach: sentence(2).repeat(1 + (number % 4)),
		keyFrames: [sentence(5), sentence(6), sentence(7)],
		tone: [TONES[number % 4] ?? '', number % 9 === 0 ? 'Loud' : 'Tense'],
	};
});

const FIELDS = [undefined, 'logline', 'visualApproach', 'keyFrames', 'title'];
/** @type {Array<PlainRule & { id: string, severity: string }>} */
export const RULES = Array.from({ length: 30 }, (_, number) => {
	const base = { id: `r${number}`, severity: number % 3 === 0 ? 'hard' : 'soft' };
	const field = FIELDS[number % FIELDS.length];
	const at = field === undefined ? {} : { field };
	const words = Array.from({ length: 4 }, (_word, index) => WORDS[(number + index * 4) % WORDS.length] ?? '');
	if (number % 5 === 3)
		return { ...base, kind: 'allowedValues', field: 'tone', values: TONES.slice(0, 2 + (number % 3)) };
	if (number % 5 === 4)
		return {
			...base,
			...at,
			kind: 'length',
			unit: number % 2 === 0 ? 'words' : 'characters',
			min: 2,
			max: 40,
		};
	if (number % 5 === 2)
		return { ...base, ...at, kind: 'requiredWords', words, mode: number % 2 === 0 ? 'any' : 'all' };
	return { ...base, ...at, kind: 'bannedWords', words: [...words, 'drone shot', 'lens-flare'] };
});

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const WORD_PARTS = new Intl.Segmenter('en', { granularity: 'word' });
const LETTER = /[\p{L}\p{N}\p{M}]/u;

/** Texts of the rules, made ready once for all items. @type {WeakMap<string[], string[]>} */
const READY = new WeakMap();

/** @param {string[]} words */
function ready(words) {
	const known = READY.get(words) ?? words.map(fold);
	READY.set(words, known);
	return known;
}

/** Which of the rules the item breaks. @param {Item} item @param {PlainRule[]} rules @returns {boolean[]} */
export function checkByLoops(item, rules) {
	/** @type {Map<string | undefined, { parts: string[], folded: string }>} */
	const texts = new Map();
	const textOf = (/** @type {string | undefined} */ field) => {
		const known = texts.get(field);
		if (known) return known;
		const value = field === undefined ? Object.values(item) : (item[field] ?? '');
		const parts = [value].flat(2);
		const folded = parts.map(fold).join('\n');
		const text = { parts, folded };
		texts.set(field, text);
		return text;
	};
	return rules.map((rule) => {
		const { parts, folded } = textOf(rule.field);
		switch (rule.kind) {
			case 'bannedWords':
				for (const word of ready(rule.words ?? [])) if (standsAlone(folded, word)) return true;
				return false;
			case 'requiredWords': {
				let absent = 0;
				for (const word of ready(rule.words ?? [])) if (!standsAlone(folded, word)) absent++;
				return rule.mode === 'any' ? absent === rule.words?.length : absent > 0;
			}
			case 'length': {
				let count = 0;
				for (const part of parts) count += measure(part.trim(), rule.unit ?? 'words');
				return count < (rule.min ?? 0) || count > (rule.max ?? Infinity);
			}
			default: {
				const allowed = ready(rule.values ?? []);
				return parts.length === 0 || !parts.every((part) => allowed.includes(fold(part)));
			}
		}
	});
}

/** @param {string} text */
function fold(text) {
	return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** @param {string} text @param {string} word */
function standsAlone(text, word) {
	for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
		if (!LETTER.test(text[at - 1] ?? ' ') && !LETTER.test(text[at + word.length] ?? ' ')) return true;
	}
	return false;
}

/** @param {string} text @param {string} unit */
function measure(text, unit) {
	let count = 0;
	for (const part of (unit === 'words' ? WORD_PARTS : GRAPHEMES).segment(text)) {
		if (unit === 'characters' || part.isWordLike) count++;
	}
	return count;
}
