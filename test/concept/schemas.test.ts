import { z } from 'zod/v4';
import {
	conceptSchema,
	customSchema,
	intentSchema,
	type CustomField,
	type CustomFieldType,
} from '../../nodes/shared/concept';
import { ITEM_KEYS } from '../../nodes/shared/state/fields';
import { codeOf, CONCEPT, INTENT } from './fixtures';

const field = (name: string, type: CustomFieldType = 'text', description = ''): CustomField => ({
	name,
	type,
	description,
});

describe('an intent', () => {
	test('may demand and rule out nothing', () => {
		expect(intentSchema.safeParse({ ...INTENT, mustHave: [], mustAvoid: [], palette: [] }).success).toBe(
			true,
		);
	});

	test.each(['title', 'logline', 'genre', 'audience', 'format'] as const)('needs its %s', (key) => {
		expect(intentSchema.safeParse({ ...INTENT, [key]: '  ' }).success).toBe(false);
		const { [key]: _left, ...rest } = INTENT;
		expect(intentSchema.safeParse(rest).success).toBe(false);
	});

	test('tells the model what each field is for', () => {
		for (const schema of Object.values({ ...intentSchema.shape, ...conceptSchema.shape })) {
			expect(z.toJSONSchema(schema).description).toMatch(/\.$/);
		}
	});
});

describe('a concept', () => {
	test('is what it is after a check, also after a second one', () => {
		const once = conceptSchema.parse({ ...CONCEPT, title: ' Salt Light ' });
		expect(once).toEqual(CONCEPT);
		expect(conceptSchema.parse(once)).toEqual(once);
	});

	test('needs at least two key frames', () => {
		expect(conceptSchema.safeParse({ ...CONCEPT, keyFrames: ['One'] }).success).toBe(false);
	});

	test('has no field that hides what Greenlight puts on an item, except its title', () => {
		const shared = ITEM_KEYS.filter((key) => key in conceptSchema.shape);
		expect(shared).toEqual(['title']);
	});
});

describe('fields of the user', () => {
	const schema = customSchema([
		field('headline', 'text', 'At most five words'),
		field('score', 'number'),
		field('ready', 'yesNo'),
		field('tags', 'list'),
	]);

	test('accept values of their types', () => {
		const value = { headline: 'Go', score: 0.5, ready: false, tags: ['a'] };
		expect(schema.parse(value)).toEqual(value);
	});

	test.each([
		{ headline: 7 },
		{ headline: ' ' },
		{ score: '7' },
		{ score: null },
		{ ready: 'yes' },
		{ tags: 'a' },
		{ tags: [1] },
		{ tags: undefined },
	])('refuse %j', (wrong) => {
		const value = { headline: 'Go', score: 1, ready: true, tags: [], ...wrong };
		expect(schema.safeParse(value).success).toBe(false);
	});

	test('keep their order and descriptions', () => {
		expect(Object.keys(schema.shape)).toEqual(['headline', 'score', 'ready', 'tags']);
		expect(z.toJSONSchema(schema)).toMatchObject({
			properties: { headline: { description: 'At most five words' } },
			required: ['headline', 'score', 'ready', 'tags'],
		});
	});

	test.each([
		['no fields', []],
		['a name with a space', [field('my field')]],
		['an empty name', [field('')]],
		['a name that begins with a digit', [field('1st')]],
		['a name in other letters', [field('título')]],
		['a name that is too long', [field('a'.repeat(65))]],
		['a name that is there twice', [field('a'), field('b'), field('a')]],
		['a name of Greenlight', [field('runId')]],
		['a name that breaks objects', [field('__proto__')]],
		['too many fields', Array.from({ length: 51 }, (_, at) => field(`f${at}`))],
	])('are refused with %s', (_what, fields) => {
		expect(codeOf(() => customSchema(fields))).toBe('input_refused');
	});

	test('may be called title, or what an object has by itself', () => {
		expect(Object.keys(customSchema([field('title'), field('constructor')]).shape)).toEqual([
			'title',
			'constructor',
		]);
	});
});
