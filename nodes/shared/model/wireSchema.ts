/** JSON Schema as Gemini accepts it: a subset, so a zod schema is reduced for the wire and checked in full here. */
import { z } from 'zod/v4';
import { isObject, type Json, type JsonObject } from '../state/json';

/** Keywords that Gemini lists for `responseJsonSchema` (@google/genai 3.1.0, type declarations). `oneOf` is sent as `anyOf`. */
export const WIRE_KEYWORDS = [
	'$id',
	'$defs',
	'$ref',
	'$anchor',
	'type',
	'format',
	'title',
	'description',
	'enum',
	'items',
	'prefixItems',
	'minItems',
	'maxItems',
	'minimum',
	'maximum',
	'anyOf',
	'properties',
	'additionalProperties',
	'required',
] as const;

/** Formats that are sent; a model that is told of others refuses the schema. */
const WIRE_FORMATS: readonly unknown[] = ['date-time', 'date', 'time'];

/** One question needs it several times: for its hash, its price and each call. */
const reduced = new WeakMap<z.ZodType, JsonObject>();

const KEYWORD_SET: ReadonlySet<string> = new Set(WIRE_KEYWORDS);

/**
 * The schema that is sent for `schema`. Constants become one-value lists, `oneOf` becomes `anyOf`, unlisted keywords go;
 * a limit on a text's length is told in its description instead. Describes what the model has to write, so a field with
 * a default is optional. Neither `schema` nor anything it shares is changed; for the same `schema` it is the same object.
 */
export function toWireSchema(schema: z.ZodType): JsonObject {
	const known = reduced.get(schema);
	if (known !== undefined) return known;
	const full: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
	const wire = isObject(full) ? reduceSchema(full) : {};
	reduced.set(schema, wire);
	return wire;
}

function reduceSchema(schema: Record<string, unknown>): JsonObject {
	const reduced: JsonObject = {};
	for (const [keyword, value] of Object.entries(normalizeKeywords(schema))) {
		const sent = KEYWORD_SET.has(keyword) ? reduceKeyword(keyword, value) : undefined;
		if (sent !== undefined) reduced[keyword] = sent;
	}
	return '$ref' in reduced ? keepDollarKeywords(reduced) : reduced;
}

function normalizeKeywords(schema: Record<string, unknown>): Record<string, unknown> {
	const { const: constant, oneOf, ...rest } = schema;
	const description = describeLength(schema);
	return {
		...rest,
		...(constant === undefined ? {} : { enum: [constant] }),
		...(oneOf === undefined ? {} : { anyOf: oneOf }),
		...(description === '' ? {} : { description }),
	};
}

function describeLength({ description, minLength, maxLength }: Record<string, unknown>): string {
	const said = typeof description === 'string' ? description : '';
	const limits = [
		typeof minLength === 'number' && minLength > 1 ? `at least ${minLength} characters` : '',
		typeof maxLength === 'number' ? `at most ${maxLength} characters` : '',
	].filter(Boolean);
	if (limits.length === 0) return said;
	const sentence = `${limits.join(', ')}.`;
	return `${said} ${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`.trim();
}

/** The keyword's value as it is sent; `undefined` when it is left out. */
function reduceKeyword(keyword: string, value: unknown): Json | undefined {
	switch (keyword) {
		case 'properties':
		case '$defs':
			return isObject(value) ? reduceEach(value) : undefined;
		case 'items':
			return isObject(value) ? reduceSchema(value) : undefined;
		case 'additionalProperties':
			return isObject(value) ? reduceSchema(value) : value === false ? false : undefined;
		case 'anyOf':
		case 'prefixItems':
			return Array.isArray(value) ? value.filter(isObject).map(reduceSchema) : undefined;
		case 'enum':
			return Array.isArray(value) && value.every(isTextOrNumber) ? [...value] : undefined;
		case 'minimum':
		case 'maximum':
			return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
		case 'format':
			return WIRE_FORMATS.includes(value) && typeof value === 'string' ? value : undefined;
		default:
			return toPlainJson(value);
	}
}

function reduceEach(schemas: Record<string, unknown>): JsonObject {
	return Object.fromEntries(
		Object.entries(schemas).map(([name, schema]) => [name, isObject(schema) ? reduceSchema(schema) : {}]),
	);
}

/** A reference allows no neighbours except keywords that begin with `$`. */
function keepDollarKeywords(schema: JsonObject): JsonObject {
	return Object.fromEntries(Object.entries(schema).filter(([keyword]) => keyword.startsWith('$')));
}

function isTextOrNumber(value: unknown): value is string | number {
	return typeof value === 'string' || typeof value === 'number';
}

function toPlainJson(value: unknown): Json | undefined {
	if (isTextOrNumber(value)) return value;
	return Array.isArray(value) ? value.filter(isTextOrNumber) : undefined;
}
