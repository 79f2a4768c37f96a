/** The rules that need no judge. Pure, and linear in the text: a rule is made ready once, then held against any number of works. */
import type { JsonObject } from '../state';
import { broken, type Check, type Objection, type Subject } from './check';
import type { Guide, PlainRule, Rule } from './guide';
import { palette, picture } from './lookRules';
import type { Picture } from './pictures';
import { collectTexts, findField, makeSearchable, type Searchable } from './text';
import { allowedValues, bannedWords, length, pattern, requiredWords } from './wordRules';

/**
 * What became of one rule. `unsure`: it was asked and nobody can tell; `skipped`: it was not asked, because a hard rule was
 * already broken.
 */
export type Finding =
	| { rule: Rule; state: 'holds' | 'skipped' }
	| { rule: Rule; state: 'broken' | 'unsure'; evidence: string; fix: string };

/**
 * Holds `content`, and the pictures that belong to it, against all rules that can be decided without a judge. Judged rules are
 * left out, except those whose field the work does not have: they are broken without asking.
 */
export function checkPlainRules(
	content: JsonObject,
	rules: Guide['rules'],
	pictures: readonly Picture[] = [],
): Finding[] {
	const subjects = new Map<string, Subject | undefined>();
	const findings: Finding[] = [];
	for (const rule of rules) {
		const name = rule.field ?? '';
		let subject = subjects.get(name);
		if (subject === undefined && !subjects.has(name)) {
			subject = readSubject(content, rule.field, pictures);
			subjects.set(name, subject);
		}
		if (subject === undefined) {
			findings.push(object(rule, broken(`the field '${name}' is missing`, `Add the field '${name}'.`)));
		} else if (rule.kind !== 'judged') {
			const objection = checkOf(rule)(subject);
			findings.push(objection === undefined ? { rule, state: 'holds' } : object(rule, objection));
		}
	}
	return findings;
}

/** The guide's own words for what to change go before ours. */
function object(rule: Rule, { state, evidence, fix }: Objection): Finding {
	return { rule, state, evidence, fix: rule.fix ?? fix };
}

/** The text of a field, or of the whole work; undefined when the work has no such field. */
function readSubject(
	content: JsonObject,
	field: string | undefined,
	pictures: readonly Picture[],
): Subject | undefined {
	const value = field === undefined ? content : findField(content, field);
	if (value === undefined || value === null) return undefined;
	const parts = collectTexts(value);
	let searchable: Searchable | undefined;
	return { parts, pictures, searchable: () => (searchable ??= makeSearchable(parts)) };
}

/** Rules that were made ready, as long as their guide is in use. */
const checks = new WeakMap<PlainRule, Check>();

function checkOf(rule: PlainRule): Check {
	const known = checks.get(rule);
	if (known !== undefined) return known;
	const check = makeCheck(rule);
	checks.set(rule, check);
	return check;
}

function makeCheck(rule: PlainRule): Check {
	switch (rule.kind) {
		case 'bannedWords':
			return bannedWords(rule);
		case 'requiredWords':
			return requiredWords(rule);
		case 'length':
			return length(rule);
		case 'allowedValues':
			return allowedValues(rule);
		case 'pattern':
			return pattern(rule);
		case 'palette':
			return palette(rule);
		case 'picture':
			return picture(rule);
	}
}
