/** Reads a style guide from what a person typed: rows, JSON text or an object. */
import { PipelineError } from '../errors';
import { isObject } from '../state';
import {
	DEFAULT_PALETTE_FIELD,
	DEFAULT_THRESHOLD,
	DEFAULT_TOLERANCE,
	guideSchema,
	MAX_PATTERN_LENGTH,
	MAX_WORD_LENGTH,
	ruleSchema,
	type Guide,
	type Rule,
	type RuleKind,
} from './guide';
import { findJsonFault } from './jsonFault';
import { readColour } from './palette';
import { readPattern } from './pattern';
import { readAspect } from './pictures';

const PICTURE_SIZES = ['minWidth', 'minHeight', 'maxWidth', 'maxHeight'] as const;

/** The members of a rule by kind, beside `kind`, `id`, `severity`, `field`, `fix` and `from`. */
const MEMBERS_OF_KIND: Readonly<Record<RuleKind, readonly string[]>> = {
	bannedWords: ['words'],
	requiredWords: ['words', 'mode'],
	length: ['unit', 'min', 'max'],
	allowedValues: ['values'],
	pattern: ['pattern', 'match'],
	palette: ['colours', 'tolerance'],
	picture: ['aspects', ...PICTURE_SIZES],
	judged: ['statement', 'levels', 'atLeast'],
};
/** What a rule has that does not say it. */
const DEFAULTS_OF_KIND: Readonly<Partial<Record<RuleKind, Readonly<Record<string, unknown>>>>> = {
	pattern: { match: 'some' },
	palette: { field: DEFAULT_PALETTE_FIELD, tolerance: DEFAULT_TOLERANCE },
};
const COMMON_MEMBERS = ['kind', 'id', 'severity', 'field', 'fix', 'from'];
const RULE_MEMBERS = new Set([...COMMON_MEMBERS, ...Object.values(MEMBERS_OF_KIND).flat()]);
const headSchema = guideSchema.omit({ rules: true });
const HEAD_MEMBERS = new Set(Object.keys(headSchema.shape));
/** Lists that may be typed as text, and what stands between their entries; not the commas of `rgb(1, 2, 3)`. */
const BETWEEN_WORDS = /[,\n\r，、،](?![^()]*\))/u;
const BETWEEN_LINES = /[\n\r]/u;
const LIST_MEMBERS: Readonly<Record<string, RegExp>> = {
	words: /[,\n\r，、،]/u,
	values: /[,\n\r，、،]/u,
	aspects: BETWEEN_WORDS,
	colours: BETWEEN_WORDS,
	levels: BETWEEN_LINES,
};
/** Numbers of which a form gives 0 for "none". */
const ZERO_IS_NONE = new Set<string>([...PICTURE_SIZES, 'atLeast']);
const NUMBER_MEMBERS = new Set(['min', 'max', 'threshold', 'tolerance', ...ZERO_IS_NONE]);

/** What a member should be, as the second half of a sentence. */
const EXPECTED: Readonly<Record<string, string>> = {
	kind: `one of ${Object.keys(MEMBERS_OF_KIND).join(', ')}`,
	id: 'text with a letter or a digit in it',
	severity: "'hard' or 'soft'",
	field: 'the name of a field of the work',
	fix: 'text',
	words: `a list of words, or words with commas between them, each of at most ${MAX_WORD_LENGTH} characters`,
	mode: "'any' or 'all'",
	unit: "'characters' or 'words'",
	min: 'a whole number, 0 or more',
	max: 'a whole number, 1 or more',
	values: 'a list of values, or values with commas between them',
	statement: 'a sentence about the work',
	levels: 'a list of 2 to 7 levels, from the worst to the best, one on each line',
	atLeast: 'the number of a level, from 1',
	pattern: `a regular expression of at most ${MAX_PATTERN_LENGTH} characters`,
	match: "'some', 'every' or 'none'",
	colours: "a list of colours as CSS writes them, such as '#0B0C10' or 'navy'",
	tolerance: 'a number from 0 to 100',
	aspects: "a list of shapes, such as '16:9'",
	minWidth: 'a whole number of pixels',
	minHeight: 'a whole number of pixels',
	maxWidth: 'a whole number of pixels',
	maxHeight: 'a whole number of pixels',
	from: 'the sentence that the rule was made from',
	title: 'text',
	threshold: 'a number from 0 to 1',
	rules: 'a list of rules',
};

/**
 * The guide in `input`: a list of rules, an object `{ title?, threshold?, rules }`, or JSON text of either. Lists of words
 * may be text with commas or line breaks; empty members count as absent; members that belong to another kind of rule are
 * left out, as a form keeps them. Fails with `input_refused`, naming the rule, the member, what was expected and what came.
 */
export function parseGuide(input: unknown): Guide {
	const source = typeof input === 'string' ? parseJson(input) : input;
	const whole = Array.isArray(source) ? { rules: source } : source;
	if (!isObject(whole)) {
		throw refuse(
			`The style guide should be a list of rules or an object with 'rules', but is ${show(whole)}.`,
		);
	}
	const { rules, ...head } = tidy(whole);
	const other = Object.keys(head).find((member) => !HEAD_MEMBERS.has(member));
	if (other !== undefined) {
		throw refuse(`The style guide has '${other}', but only 'title', 'threshold' and 'rules' are known.`);
	}
	if (!Array.isArray(rules)) throw refuseMember('The style guide', 'rules', rules);
	const parsed = headSchema.safeParse({ threshold: DEFAULT_THRESHOLD, ...head });
	if (!parsed.success) {
		const member = String(parsed.error.issues[0]?.path[0]);
		throw refuseMember('The style guide', member, head[member]);
	}
	const named = nameRules(rules);
	return { ...parsed.data, rules: named.map((rule, index) => parseRule(rule, `Rule ${index + 1}`)) };
}

function parseJson(source: string): unknown {
	const text = source.replace(/^\uFEFF/, '');
	try {
		return JSON.parse(text);
	} catch (cause) {
		const fault = findJsonFault(text);
		if (fault === undefined) throw refuse('The style guide is not JSON.', { cause });
		const { line, column, expected, found } = fault;
		const actual = found === '' ? 'the text ends' : `there is ${found}`;
		throw refuse(
			`The style guide is not JSON: at line ${line}, column ${column}, ${expected} is expected, but ${actual}.`,
			{ cause, details: { line, column } },
		);
	}
}

/** The rules as objects with unique ids. A given id is kept in its slug form; others are made from the rule's text. */
function nameRules(rules: readonly unknown[]): Array<Record<string, unknown>> {
	const tidied = rules.map((rule, index) => {
		if (!isObject(rule)) throw refuse(`Rule ${index + 1} should be an object, but is ${show(rule)}.`);
		return tidyRule(rule, `Rule ${index + 1}`);
	});
	const numberOfId = new Map<string, number>();
	tidied.forEach((rule, index) => {
		if (rule['id'] === undefined) return;
		const id = typeof rule['id'] === 'string' ? toSlug(rule['id']) : '';
		if (id === '') throw refuseMember(`Rule ${index + 1}`, 'id', rule['id']);
		const earlier = numberOfId.get(id);
		if (earlier !== undefined) {
			throw refuse(`Rule ${index + 1}: 'id' should be unique, but rule ${earlier} has '${id}' as well.`);
		}
		numberOfId.set(id, index + 1);
		rule['id'] = id;
	});
	return tidied.map((rule, index) => {
		if (rule['id'] !== undefined) return rule;
		const base = toSlug(ruleText(rule)) || `rule-${index + 1}`;
		let id = base;
		for (let count = 2; numberOfId.has(id); count++) id = `${base}-${count}`;
		numberOfId.set(id, index + 1);
		return { ...rule, id };
	});
}

function parseRule(rule: Record<string, unknown>, name: string): Rule {
	if (rule['kind'] === 'length' && rule['min'] === undefined && rule['max'] === undefined) {
		throw refuse(`${name}: 'min' or 'max' should be a whole number, but both are missing.`);
	}
	const parsed = ruleSchema.safeParse({ severity: 'hard', ...defaultsOf(rule['kind']), ...rule });
	if (!parsed.success) {
		const member = String(parsed.error.issues[0]?.path[0] ?? 'kind');
		throw refuseMember(name, member, rule[member]);
	}
	refuseContradictions(parsed.data, name);
	return parsed.data;
}

function defaultsOf(kind: unknown): Readonly<Record<string, unknown>> {
	return Object.entries(DEFAULTS_OF_KIND).find(([each]) => each === kind)?.[1] ?? {};
}

/** What a schema cannot say of a rule. */
function refuseContradictions(rule: Rule, name: string): void {
	switch (rule.kind) {
		case 'length':
			return refuseOrder(rule, name, 'min', 'max');
		case 'pattern': {
			const read = readPattern(rule.pattern);
			if ('problem' in read) {
				throw refuse(`${name}: 'pattern' should be ${read.problem}, but is ${show(rule.pattern)}.`);
			}
			return;
		}
		case 'palette': {
			const other = rule.colours.find((colour) => readColour(colour) === undefined);
			if (other !== undefined) throw refuseMember(name, 'colours', other);
			return;
		}
		case 'picture': {
			const other = rule.aspects?.find((aspect) => readAspect(aspect) === undefined);
			if (other !== undefined) throw refuseMember(name, 'aspects', other);
			if (rule.aspects === undefined && PICTURE_SIZES.every((size) => rule[size] === undefined)) {
				throw refuse(`${name}: 'aspects' or a size in pixels should be given, but all are missing.`);
			}
			refuseOrder(rule, name, 'minWidth', 'maxWidth');
			return refuseOrder(rule, name, 'minHeight', 'maxHeight');
		}
		case 'judged':
			if (rule.atLeast !== undefined && rule.atLeast > (rule.levels?.length ?? 0)) {
				throw refuse(
					`${name}: 'atLeast' should be the number of one of its ${rule.levels?.length ?? 0} levels, but is ${rule.atLeast}.`,
				);
			}
	}
}

function refuseOrder<Member extends string>(
	rule: Readonly<Partial<Record<Member, unknown>>>,
	name: string,
	least: Member,
	most: Member,
): void {
	const [min, max] = [rule[least], rule[most]];
	if (typeof min !== 'number' || typeof max !== 'number' || min <= max) return;
	throw refuse(`${name}: '${most}' should be ${min} or more, as '${least}' is, but is ${max}.`);
}

/** One rule without what a form adds to it. */
function tidyRule(source: Record<string, unknown>, name: string): Record<string, unknown> {
	const rule = tidy(source);
	const own = Object.entries(MEMBERS_OF_KIND).find(([kind]) => kind === rule['kind'])?.[1];
	const unknown = Object.keys(source).find((member) => !RULE_MEMBERS.has(member));
	if (unknown !== undefined) {
		const known = [...COMMON_MEMBERS, ...(own ?? [])].join(', ');
		throw refuse(`${name} has '${unknown}', but only ${known} are known here.`);
	}
	if (own === undefined) throw refuseMember(name, 'kind', rule['kind']);
	const members = new Set([...COMMON_MEMBERS, ...own]);
	return Object.fromEntries(Object.entries(rule).filter(([member]) => members.has(member)));
}

/** Leaves out empty members, splits lists that were typed as text and reads numbers that were. */
function tidy(source: Record<string, unknown>): Record<string, unknown> {
	const entries = Object.entries(source).map(([member, value]): [string, unknown] => {
		const between = LIST_MEMBERS[member];
		if (between !== undefined) return [member, splitList(value, between)];
		if (typeof value !== 'string') return [member, value];
		const text = value.trim();
		return [
			member,
			NUMBER_MEMBERS.has(member) && text !== '' && !Number.isNaN(Number(text)) ? Number(text) : text,
		];
	});
	return Object.fromEntries(
		entries.filter(
			([member, value]) =>
				value !== undefined && value !== null && value !== '' && !(value === 0 && ZERO_IS_NONE.has(member)),
		),
	);
}

function splitList(value: unknown, between: RegExp): unknown {
	const entries: unknown = typeof value === 'string' ? value.split(between) : value;
	if (!Array.isArray(entries)) return entries;
	const tidied = entries.map((entry: unknown) => (typeof entry === 'string' ? entry.trim() : entry));
	const kept = [...new Set(tidied)].filter((entry) => entry !== '');
	return kept.length === 0 ? undefined : kept;
}

/** The words that a rule's id is made of. */
function ruleText(rule: Record<string, unknown>): string {
	const list = (member: string) => {
		const entries: unknown = rule[member];
		return Array.isArray(entries) ? entries.slice(0, 3).join(' ') : '';
	};
	switch (rule['kind']) {
		case 'bannedWords':
			return `no ${list('words')}`;
		case 'requiredWords':
			return `has ${list('words')}`;
		case 'length':
			return `length ${String(rule['field'] ?? '')}`;
		case 'allowedValues':
			return `allowed ${String(rule['field'] ?? '')}`;
		case 'pattern':
			return `pattern ${String(rule['field'] ?? '')} ${String(rule['pattern'] ?? '')}`;
		case 'palette':
			return `palette ${list('colours')}`;
		case 'picture':
			return `picture ${list('aspects')}`;
		default:
			return String(rule['statement'] ?? '');
	}
}

/** Lower case, letters and digits of any language, dashes between them, about 40 characters. */
function toSlug(text: string): string {
	const words = text
		.normalize('NFKC')
		.toLowerCase()
		.split(/[^\p{L}\p{N}\p{M}]+/u)
		.filter((word) => word !== '');
	const short = words.filter((_, index) => words.slice(0, index + 1).join('-').length <= 40);
	return short.length > 0 ? short.join('-') : [...(words[0] ?? '')].slice(0, 40).join('');
}

function refuseMember(where: string, member: string, actual: unknown): PipelineError {
	return refuse(`${where}: '${member}' should be ${EXPECTED[member] ?? 'left out'}, but is ${show(actual)}.`);
}

function refuse(
	message: string,
	options: { cause?: unknown; details?: Record<string, unknown> } = {},
): PipelineError {
	return new PipelineError('input_refused', message, {
		hint: 'Correct the style guide as the sentence says, then run again.',
		...options,
	});
}

function show(value: unknown): string {
	if (value === undefined || value === null) return 'missing';
	if (typeof value === 'string') return value === '' ? 'empty' : `'${value.slice(0, 40)}'`;
	if (typeof value === 'number' || typeof value === 'boolean') return String(value);
	return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}
