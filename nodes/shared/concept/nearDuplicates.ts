/** Finds ideas that come twice, by their words alone and without a call. */
import type { ConceptName } from './prompts';

/** From this share of common words on, two ideas count as one. */
export const NEAR_DUPLICATE_SIMILARITY = 0.8;

export interface NearDuplicate {
	/** Place of the new concept that repeats another one. */
	index: number;
	/** What it repeats: an existing concept, or a new one that stands before it. */
	repeats: { among: 'existing' | 'fresh'; index: number; title: string };
	/** Share of common words in title and logline, 0 to 1. Equal titles count as a repeat whatever it is. */
	similarity: number;
}

/**
 * Which of the `fresh` concepts nearly repeats an `existing` one, or a fresh one before it: the same title apart from case,
 * width and punctuation, or at least 80 % common words in title and logline. Each is named once, with its closest match.
 * Works in every script: text without spaces between words is compared by pairs of characters.
 */
export function findNearDuplicates(
	fresh: readonly ConceptName[],
	existing: readonly ConceptName[],
): NearDuplicate[] {
	const known = existing.map((concept, index) => ({
		among: 'existing' as const,
		index,
		...toPrint(concept),
	}));
	const own = fresh.map((concept, index) => ({ among: 'fresh' as const, index, ...toPrint(concept) }));
	return own.flatMap((print, index) => {
		const matches = [...known, ...own.slice(0, index)]
			.map((other) => ({ other, similarity: shareOfCommon(print.words, other.words) }))
			.filter(({ other, similarity }) => isRepeat(print, other, similarity))
			.sort((a, b) => b.similarity - a.similarity);
		const closest = matches[0];
		if (!closest) return [];
		const { among, index: otherIndex, title } = closest.other;
		return [{ index, repeats: { among, index: otherIndex, title }, similarity: closest.similarity }];
	});
}

interface Print {
	title: string;
	plainTitle: string;
	words: ReadonlySet<string>;
}

function toPrint({ title, logline }: ConceptName): Print {
	return { title, plainTitle: toPlain(title), words: new Set(toWords(`${title} ${logline}`)) };
}

function isRepeat(a: Print, b: Print, similarity: number): boolean {
	return (a.plainTitle !== '' && a.plainTitle === b.plainTitle) || similarity >= NEAR_DUPLICATE_SIMILARITY;
}

/** Invisible signs that change how text looks, not what it says: joiners, direction marks, variants, Arabic stretching. */
const INVISIBLE = /[\p{Cf}\p{Variation_Selector}\u0640]/gu;
const NOT_WORD = /[^\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}]+/gu;
const UNSPACED =
	/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;
const SYMBOLS = /[\p{Extended_Pictographic}\p{Regional_Indicator}]/gu;

/** One form for text that a person would call the same. */
function toPlain(text: string): string {
	return text.normalize('NFKC').toLowerCase().replace(INVISIBLE, '').replace(NOT_WORD, ' ').trim();
}

function toWords(text: string): string[] {
	const plain = toPlain(text).replace(SYMBOLS, ' $& ');
	const pairs = (plain.match(UNSPACED) ?? []).flatMap(toPairs);
	const spaced = plain.replace(UNSPACED, ' ').split(' ').filter(Boolean);
	return [...spaced, ...pairs];
}

function toPairs(run: string): string[] {
	const signs = [...run];
	return signs.length === 1 ? signs : signs.slice(1).map((sign, at) => `${signs[at]}${sign}`);
}

/** Jaccard index; 0 when either has no words. */
function shareOfCommon(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
	if (a.size === 0 || b.size === 0) return 0;
	let common = 0;
	for (const word of a) if (b.has(word)) common++;
	return common / (a.size + b.size - common);
}
