/** The rules that need no judge: words, lengths and values. Pure, and linear in the text. */
import type { JsonObject } from '../state';
import type { Guide, PlainRule, Rule } from './guide';
import {
	collectParts,
	findField,
	findWord,
	fold,
	makeSearchable,
	quoteAround,
	shorten,
	type Hit,
	type Searchable,
} from './text';

const SEGMENTERS = {
	characters: new Intl.Segmenter('en', { granularity: 'grapheme' }),
	words: new Intl.Segmenter('en', { granularity: 'word' }),
} as const;

/**
 * What became of one rule. `unsure`: it was asked and nobody can tell; `skipped`: it was not asked, because a hard rule was
 * already broken.
 */
export type Finding =
	| { rule: Rule; state: 'holds' | 'skipped' }
	| { rule: Rule; state: 'broken' | 'unsure'; evidence: string; fix: string };

type PlainRuleOf<Kind extends PlainRule['kind']> = Extract<PlainRule, { kind: Kind }>;

/** What a broken rule says: the words or the fact, and what to change. */
interface Fault {
	evidence: string;
	fix: string;
}

/** The text that a rule looks at. */
interface Subject {
	parts: readonly string[];
	searchable: () => Searchable;
}

/**
 * Holds `content` against all rules that can be decided without a judge. Judged rules are left out, except those whose field
 * the work does not have: they are broken without asking.
 */
export function checkPlainRules(content: JsonObject, rules: Guide['rules']): Finding[] {
	const subjects = new Map<string, Subject | undefined>();
	return rules.flatMap((rule): Finding[] => {
		const name = rule.field ?? '';
		if (!subjects.has(name)) subjects.set(name, readSubject(content, rule.field));
		const subject = subjects.get(name);
		if (subject === undefined) return [breakRule(rule, missing(name))];
		if (rule.kind === 'judged') return [];
		const fault = findFault(rule, subject);
		return [fault === undefined ? { rule, state: 'holds' } : breakRule(rule, fault)];
	});
}

/** The guide's own words for what to change go before ours. */
function breakRule(rule: Rule, { evidence, fix }: Fault): Finding {
	return { rule, state: 'broken', evidence, fix: rule.fix ?? fix };
}

/** The text of a field, or of the whole work; undefined when the work has no such field. */
function readSubject(content: JsonObject, field: string | undefined): Subject | undefined {
	const value = field === undefined ? content : findField(content, field);
	if (value === undefined || value === null) return undefined;
	const parts = collectParts(value).map((part) => part.text);
	let searchable: Searchable | undefined;
	return { parts, searchable: () => (searchable ??= makeSearchable(parts)) };
}

function missing(field: string): Fault {
	return { evidence: `the field '${field}' is missing`, fix: `Add the field '${field}'.` };
}

function findFault(rule: PlainRule, subject: Subject): Fault | undefined {
	switch (rule.kind) {
		case 'bannedWords':
			return findBannedWords(rule, subject.searchable());
		case 'requiredWords':
			return missRequiredWords(rule, subject.searchable());
		case 'length':
			return measureLength(rule, subject.parts);
		case 'allowedValues':
			return findOtherValue(rule, subject.parts);
	}
}

function findBannedWords(rule: PlainRuleOf<'bannedWords'>, text: Searchable): Fault | undefined {
	const found = rule.words.flatMap((word): Array<{ word: string; hit: Hit }> => {
		const hit = findWord(text, word);
		return hit === undefined ? [] : [{ word, hit }];
	});
	const first = found[0];
	if (first === undefined) return undefined;
	return {
		evidence: `${listWords([first.word])} is used: "${quoteAround(text.shown, first.hit)}"`,
		fix: `Leave out ${listWords(found.map(({ word }) => word))}.`,
	};
}

function missRequiredWords(rule: PlainRuleOf<'requiredWords'>, text: Searchable): Fault | undefined {
	const absent = rule.words.filter((word) => findWord(text, word) === undefined);
	if (absent.length === 0 || (rule.mode === 'any' && absent.length < rule.words.length)) return undefined;
	const isChoice = rule.mode === 'any' && absent.length > 1;
	const words = listWords(absent);
	const verb = absent.length === 1 ? 'is' : 'are';
	return {
		evidence: isChoice ? `none of ${words} is in the text` : `${words} ${verb} not in the text`,
		fix: isChoice ? `Use at least one of ${words}.` : `Use ${words}.`,
	};
}

function measureLength(rule: PlainRuleOf<'length'>, parts: readonly string[]): Fault | undefined {
	const { unit, min = 0, max = Infinity } = rule;
	const count = parts.reduce((total, part) => total + countUnits(part, unit), 0);
	if (count < min) {
		return {
			evidence: `${count} ${unit} where at least ${min} are asked for`,
			fix: `Write at least ${min} ${unit}.`,
		};
	}
	if (count > max) {
		return {
			evidence: `${count} ${unit} where at most ${max} are allowed`,
			fix: `Cut it to at most ${max} ${unit}.`,
		};
	}
	return undefined;
}

function countUnits(text: string, unit: 'characters' | 'words'): number {
	let count = 0;
	for (const segment of SEGMENTERS[unit].segment(text.trim())) {
		if (unit === 'characters' || segment.isWordLike === true) count += 1;
	}
	return count;
}

function findOtherValue(rule: PlainRuleOf<'allowedValues'>, parts: readonly string[]): Fault | undefined {
	const allowed = new Set(rule.values.map(fold));
	const other = parts.length === 0 ? '' : parts.find((part) => !allowed.has(fold(part)));
	if (other === undefined) return undefined;
	const evidence =
		other === '' ? `the field '${rule.field}' is empty` : `"${shorten(other, 120)}" is not allowed`;
	return { evidence, fix: `Use one of ${listWords(rule.values)} in '${rule.field}'.` };
}

function listWords(words: readonly string[]): string {
	const shown = words.slice(0, 5).map((word) => `'${word}'`);
	const more = words.length - shown.length;
	return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
