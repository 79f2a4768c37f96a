/** What a style guide is: rules that a piece of work is held against, and how many of them have to hold. */
import { z } from 'zod/v4';
import { hashOf } from '../state';

export const DEFAULT_THRESHOLD = 0.7;
/** Longest word or phrase of a rule. Keeps the search for it linear. */
export const MAX_WORD_LENGTH = 200;
/** Longest pattern, in characters. */
export const MAX_PATTERN_LENGTH = 500;
/** How far a colour may be from the palette when a guide does not say: about what people still call the same colour. */
export const DEFAULT_TOLERANCE = 10;
/** The field that a palette rule looks at when a guide does not say. */
export const DEFAULT_PALETTE_FIELD = 'palette';

const phrase = z.string().trim().min(1).max(MAX_WORD_LENGTH);

const commonMembers = {
	/** Unique within the guide. */
	id: z.string().min(1),
	/** A broken hard rule fails the work; a broken soft rule lowers its score. */
	severity: z.enum(['hard', 'soft']),
	/** The field of the work that is looked at, `scene.goal` for a member of one. Absent: all text of the work. */
	field: z.string().min(1).optional(),
	/** What to change when the rule is broken, in the words of the guide's author. */
	fix: z.string().min(1).optional(),
	/** The sentence of a prose guide that the rule was made from. */
	from: z.string().min(1).optional(),
};

const bannedWordsSchema = z.strictObject({
	...commonMembers,
	kind: z.literal('bannedWords'),
	words: z.array(phrase).min(1),
});
const requiredWordsSchema = z.strictObject({
	...commonMembers,
	kind: z.literal('requiredWords'),
	words: z.array(phrase).min(1),
	mode: z.enum(['any', 'all']),
});
/** Characters are what a reader sees as one, words are counted in any language. Entries of a list are added up. */
const lengthSchema = z.strictObject({
	...commonMembers,
	kind: z.literal('length'),
	unit: z.enum(['characters', 'words']),
	min: z.int().nonnegative().optional(),
	max: z.int().positive().optional(),
});
/** Each entry of the field is one of the values, whatever its letter case. */
const allowedValuesSchema = z.strictObject({
	...commonMembers,
	kind: z.literal('allowedValues'),
	field: z.string().min(1),
	values: z.array(z.string().trim().min(1)).min(1),
});
/**
 * A regular expression on the text as a reader sees it, each entry of a list one line; letter case does not matter unless it
 * begins with `(?-i)`. It occurs somewhere (`some`), in each entry (`every`), or nowhere (`none`).
 */
const patternSchema = z.strictObject({
	...commonMembers,
	kind: z.literal('pattern'),
	pattern: z.string().min(1).max(MAX_PATTERN_LENGTH),
	match: z.enum(['some', 'every', 'none']),
});
/** Each colour of the field is at most `tolerance` (CIEDE2000) from one of `colours`, written as in CSS. */
const paletteSchema = z.strictObject({
	...commonMembers,
	kind: z.literal('palette'),
	field: z.string().min(1),
	colours: z.array(z.string().trim().min(1)).min(1),
	tolerance: z.number().min(0).max(100),
});
const pixels = z.int().positive().max(1_000_000).optional();
/** Each picture of the work has one of the shapes (`16:9`, `2.39:1`, `1.85`) and a size in pixels, as it is shown upright. */
const pictureSchema = z.strictObject({
	...commonMembers,
	kind: z.literal('picture'),
	aspects: z.array(z.string().trim().min(1)).min(1).optional(),
	minWidth: pixels,
	minHeight: pixels,
	maxWidth: pixels,
	maxHeight: pixels,
});
/** A statement about the work that takes a judge. */
const judgedSchema = z.strictObject({
	...commonMembers,
	kind: z.literal('judged'),
	statement: z.string().trim().min(1),
	/** The rubric: what the work can be like in this respect, from the worst to the best. */
	levels: z.array(z.string().trim().min(1).max(300)).min(2).max(7).optional(),
	/** The first of the levels that is good enough, from 1. Absent: only the best one is. */
	atLeast: z.int().positive().optional(),
});

export const ruleSchema = z.discriminatedUnion('kind', [
	bannedWordsSchema,
	requiredWordsSchema,
	lengthSchema,
	allowedValuesSchema,
	patternSchema,
	paletteSchema,
	pictureSchema,
	judgedSchema,
]);
export type Rule = z.infer<typeof ruleSchema>;
export type RuleKind = Rule['kind'];
export type JudgedRule = z.infer<typeof judgedSchema>;
/** A rule that is checked without a judge. */
export type PlainRule = Exclude<Rule, JudgedRule>;
export type PlainRuleOf<Kind extends PlainRule['kind']> = Extract<PlainRule, { kind: Kind }>;

export const guideSchema = z.strictObject({
	title: z.string().optional(),
	/** Share of the rules that have to hold, 0 to 1. */
	threshold: z.number().min(0).max(1),
	/** May be empty: then everything passes. */
	rules: z.array(ruleSchema),
});
export type Guide = z.infer<typeof guideSchema>;

/** The name of a guide as it is: equal guides have equal versions. */
export function guideVersionOf(guide: Guide): string {
	return `g-${hashOf(guide).slice(0, 8)}`;
}
