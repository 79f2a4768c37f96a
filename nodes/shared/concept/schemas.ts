/** What the creative steps agree on: the intent of a brief, a concept, and work of the user's own fields. */
import { z } from 'zod/v4';
import { PipelineError } from '../errors';
import { ITEM_KEYS } from '../state/fields';

const line = (maxLength: number) => z.string().trim().min(1).max(maxLength);

/** What a brief asks for, in a form that every later step can be held against. */
export const intentSchema = z.object({
	title: line(120).describe('Working title of the piece.'),
	logline: line(600).describe('The piece in one or two sentences: who, what happens, why it matters.'),
	genre: line(80).describe('Genre or kind of piece, such as "product film" or "science fiction short".'),
	tone: z.array(line(60)).min(1).max(8).describe('Words for the tone, most important first.'),
	sceneGoals: z.array(line(300)).min(1).max(12).describe('What each scene or part has to achieve, in order.'),
	audience: line(300).describe('Who it is for.'),
	mustHave: z
		.array(line(300))
		.max(20)
		.describe('What the brief demands, one demand each. Empty if it demands nothing.'),
	mustAvoid: z
		.array(line(300))
		.max(20)
		.describe('What the brief rules out, one point each. Empty if it rules out nothing.'),
	palette: z
		.array(line(60))
		.max(8)
		.describe('Main colours as #RRGGBB, most important first. Empty if the brief says nothing about colour.'),
	format: line(120).describe(
		'Form and length, such as "30 second vertical video". "open" if the brief does not say.',
	),
});
export type Intent = z.infer<typeof intentSchema>;

/** One creative idea for an intent. */
export const conceptSchema = z.object({
	title: line(120).describe('Short, memorable title. No two concepts share one.'),
	logline: line(600).describe('The idea in one or two sentences.'),
	visualApproach: line(2000).describe('How it looks: light, lens, movement, texture, rhythm.'),
	keyFrames: z
		.array(line(500))
		.min(2)
		.max(8)
		.describe('The images that carry the idea, in order, each described so that it could be drawn.'),
	palette: z.array(line(60)).min(1).max(8).describe('Main colours as #RRGGBB, most important first.'),
	tone: z.array(line(60)).min(1).max(6).describe('Words for the tone, most important first.'),
});
export type Concept = z.infer<typeof conceptSchema>;

const conceptLists = new Map<number, z.ZodType<{ concepts: Concept[] }>>();

/** The schema of so many concepts; the same object for the same number, as making one and reducing it for Gemini take time. */
export function conceptsSchema(count: number): z.ZodType<{ concepts: Concept[] }> {
	const schema = conceptLists.get(count) ?? z.object({ concepts: z.array(conceptSchema).length(count) });
	conceptLists.set(count, schema);
	return schema;
}

export const CUSTOM_FIELD_TYPES = ['text', 'number', 'yesNo', 'list'] as const;
export type CustomFieldType = (typeof CUSTOM_FIELD_TYPES)[number];

/** One field that the user defined. */
export interface CustomField {
	/** A letter or underscore, then letters, digits and underscores; at most 64 characters. */
	name: string;
	/** `list` is a list of texts. */
	type: CustomFieldType;
	/** What the model should put there; may be empty. */
	description: string;
}

export type CustomValue = string | number | boolean | string[];

const MAX_CUSTOM_FIELDS = 50;
/** Names that would hide what Greenlight puts on an item. `title` is the work's own. */
const RESERVED_NAMES: ReadonlySet<string> = new Set([
	...ITEM_KEYS.filter((key) => key !== 'title'),
	'__proto__',
]);

type CustomSchema = z.ZodObject<Record<string, z.ZodType<CustomValue>>>;

/** The items of a step mostly have the same fields. */
let latest: { fields: string; schema: CustomSchema } | undefined;

/**
 * The schema of the user's own fields, in their order; all are required. For the same fields as before it is the same object. Refuses with `input_refused` an empty list, more
 * than 50 fields, a name that is used twice, is not a plain name, or belongs to Greenlight.
 */
export function customSchema(rows: readonly CustomField[]): CustomSchema {
	const fields = JSON.stringify(rows);
	if (latest?.fields !== fields) latest = { fields, schema: toCustomSchema(rows) };
	return latest.schema;
}

function toCustomSchema(fields: readonly CustomField[]): CustomSchema {
	if (fields.length === 0) throw refused("'Fields' is empty. Add at least one field for the answer.");
	if (fields.length > MAX_CUSTOM_FIELDS) {
		throw refused(`'Fields' has ${fields.length} fields; at most ${MAX_CUSTOM_FIELDS} are possible.`);
	}
	const names = new Set<string>();
	for (const { name } of fields) {
		if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name)) {
			throw refused(
				`The field name '${shorten(name)}' may only have letters, digits and underscores, and no digit first.`,
			);
		}
		if (RESERVED_NAMES.has(name)) throw refused(`The field name '${name}' is used by Greenlight itself.`);
		if (names.has(name)) throw refused(`The field name '${name}' is used twice.`);
		names.add(name);
	}
	return z.object(Object.fromEntries(fields.map((field) => [field.name, toFieldSchema(field)])));
}

function toFieldSchema({ type, description }: CustomField): z.ZodType<CustomValue> {
	const schema = FIELD_SCHEMAS[type]();
	return description.trim() === '' ? schema : schema.describe(description.trim());
}

const FIELD_SCHEMAS: Readonly<Record<CustomFieldType, () => z.ZodType<CustomValue>>> = {
	text: () => line(50_000),
	number: () => z.number(),
	yesNo: () => z.boolean(),
	list: () => z.array(line(5000)).max(200),
};

function shorten(name: string): string {
	return name.length > 40 ? `${name.slice(0, 39)}…` : name;
}

function refused(message: string): PipelineError {
	return new PipelineError('input_refused', message);
}
