import fc from 'fast-check';
import { z } from 'zod/v4';
import { toWireSchema } from '../../nodes/shared/model';
import { WIRE_KEYWORDS } from '../../nodes/shared/model/wireSchema';
import { conceptSchema, customSchema, intentSchema } from '../../nodes/shared/concept';
import type { Json } from '../../nodes/shared/state/json';

/** Every keyword in a schema, with the ones below it; names of properties are not keywords. */
function keywordsOf(schema: Json | undefined): string[] {
	if (schema === null || typeof schema !== 'object' || Array.isArray(schema)) return [];
	return Object.entries(schema).flatMap(([keyword, value]) => {
		if (keyword === 'properties' || keyword === '$defs') {
			return [keyword, ...Object.values(value ?? {}).flatMap(keywordsOf)];
		}
		if (Array.isArray(value)) return [keyword, ...value.flatMap(keywordsOf)];
		return [keyword, ...keywordsOf(value)];
	});
}

const everything = z.object({
	kind: z.literal('film'),
	either: z.discriminatedUnion('type', [
		z.object({ type: z.literal('a'), n: z.int() }),
		z.object({ type: z.literal('b'), when: z.iso.datetime() }),
	]),
	mail: z.email().optional(),
	short: z.string().min(2).max(9).regex(/^a/).describe('A short word.'),
	score: z.number().min(0).max(1),
	above: z.number().positive(),
	list: z.array(z.string()).min(1).max(3),
	map: z.record(z.string(), z.number()),
	pair: z.tuple([z.string(), z.number()]),
	maybe: z.string().nullable(),
	yes: z.literal(true),
	preset: z.string().default('x'),
	pattern: z.string(),
	const: z.string(),
	any: z.json(),
	strange: z.date(),
});

describe('the schema for the wire', () => {
	test.each([
		['every zod type', everything],
		['an intent', intentSchema],
		['concepts', z.object({ concepts: z.array(conceptSchema).length(3) })],
		[
			'fields of the user',
			customSchema([
				{ name: 'text', type: 'text', description: 'Words' },
				{ name: 'yes', type: 'yesNo', description: '' },
				{ name: 'number', type: 'number', description: '' },
				{ name: 'list', type: 'list', description: '' },
			]),
		],
	])('for %s has only keywords that Gemini lists', (_what, schema) => {
		const keywords = new Set(keywordsOf(toWireSchema(schema)));
		expect([...keywords].filter((keyword) => !WIRE_KEYWORDS.some((known) => known === keyword))).toEqual([]);
	});

	test('says as much as it can in those keywords', () => {
		expect(toWireSchema(everything)).toMatchObject({
			type: 'object',
			properties: {
				kind: { type: 'string', enum: ['film'] },
				either: {
					anyOf: [
						{ properties: { type: { enum: ['a'] }, n: { type: 'integer' } } },
						{ properties: { type: { enum: ['b'] }, when: { type: 'string', format: 'date-time' } } },
					],
				},
				mail: { type: 'string' },
				short: { type: 'string', description: 'A short word. At least 2 characters, at most 9 characters.' },
				score: { type: 'number', minimum: 0, maximum: 1 },
				list: { type: 'array', minItems: 1, maxItems: 3 },
				map: { type: 'object', additionalProperties: { type: 'number' } },
				maybe: { anyOf: [{ type: 'string' }, { type: 'null' }] },
				pattern: { type: 'string' },
				const: { type: 'string' },
			},
		});
	});

	test('has no limits that come only from how numbers are stored', () => {
		expect(toWireSchema(z.int())).toEqual({ type: 'integer' });
		expect(toWireSchema(z.int().min(3))).toEqual({ type: 'integer', minimum: 3 });
	});

	test('has no list of values that are neither text nor number', () => {
		expect(toWireSchema(z.literal(true))).toEqual({ type: 'boolean' });
	});

	test('does not demand what has a default', () => {
		expect(toWireSchema(z.object({ a: z.string(), b: z.string().default('x') }))).toMatchObject({
			required: ['a'],
		});
	});

	test('of a schema that holds itself has references without neighbours', () => {
		const scene = z.object({ title: z.string(), notes: z.json().describe('Anything') });
		const references: string[][] = [];
		JSON.stringify(toWireSchema(scene), (_key, value) => {
			if (value && typeof value === 'object' && '$ref' in value) references.push(Object.keys(value));
			return value;
		});
		expect(references.length).toBeGreaterThan(0);
		for (const keys of references) expect(keys.every((key) => key.startsWith('$'))).toBe(true);
	});

	test('leaves the zod schema as it was', () => {
		const before = JSON.stringify(z.toJSONSchema(conceptSchema));
		toWireSchema(conceptSchema);
		expect(JSON.stringify(z.toJSONSchema(conceptSchema))).toBe(before);
		const parsed = z.object({ a: z.literal('x') });
		toWireSchema(parsed);
		expect(parsed.safeParse({ a: 'y' }).success).toBe(false);
	});

	test('keeps every property whatever it is called', () => {
		fc.assert(
			fc.property(
				fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 }),
				(names) => {
					const usable = names.filter((name) => name !== '__proto__');
					const schema = z.object(Object.fromEntries(usable.map((name) => [name, z.string()])));
					expect(Object.keys(toWireSchema(schema)['properties'] ?? {}).sort()).toEqual([...usable].sort());
				},
			),
		);
	});
});
