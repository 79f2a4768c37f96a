import { z } from 'zod/v4';
import { PipelineError } from '../errors';
import type { FieldType } from './stateStore';

/** Largest value of one field entry, as JSON text in bytes. Larger things belong in files; state keeps their names. */
export const MAX_VALUE_BYTES = 2_000_000;

const PLAIN_WORDS: Readonly<Record<string, string>> = {
	string: 'text',
	number: 'a number',
	int: 'a whole number',
	boolean: 'yes or no',
	object: 'an object',
	record: 'an object',
	array: 'a list',
	null: 'nothing',
	undefined: 'nothing',
};

/** Fails with `type_mismatch` that names the path, what was expected and what came. `at` is where the value belongs. */
export function checkFieldType(at: string, type: FieldType, value: unknown): void {
	const result = schemaOf(type).safeParse(value);
	const issue = result.error?.issues[0];
	if (issue === undefined) return;
	const path = [at, ...issue.path].join('.');
	const came = describe(valueAt(value, issue.path));
	const expected = describeExpected(issue);
	throw new PipelineError('type_mismatch', `'${path}' should be ${expected}, but ${came} came.`, {
		details: { path, expected, came },
	});
}

/** Fails with `value_too_large`. */
export function checkValueSize(field: string, json: string): void {
	const bytes = Buffer.byteLength(json);
	if (bytes <= MAX_VALUE_BYTES) return;
	throw new PipelineError(
		'value_too_large',
		`'${field}' got ${Math.ceil(bytes / 1000)} KB; one value may have at most ${MAX_VALUE_BYTES / 1000} KB.`,
		{ details: { field, bytes, maxBytes: MAX_VALUE_BYTES } },
	);
}

/** Each type is compiled once. */
const schemas = new WeakMap<FieldType, z.ZodType>();

function schemaOf(type: FieldType): z.ZodType {
	const known = schemas.get(type);
	if (known !== undefined) return known;
	const schema = toZod(type);
	schemas.set(type, schema);
	return schema;
}

function toZod(type: FieldType): z.ZodType {
	if (type.enum !== undefined) return z.literal([...type.enum]);
	switch (type.type) {
		case 'string':
			return type.maxLength === undefined ? z.string() : z.string().max(type.maxLength);
		case 'number':
			return withBounds(z.number(), type);
		case 'integer':
			return withBounds(z.int(), type);
		case 'boolean':
			return z.boolean();
		case 'array':
			return z.array(type.items === undefined ? z.unknown() : toZod(type.items));
		case 'object': {
			const required = new Set(type.required);
			const members = Object.entries(type.properties ?? {}).map(([name, member]) => {
				const schema = toZod(member);
				return [name, required.has(name) ? schema : schema.optional()] as const;
			});
			for (const name of required) {
				if (type.properties?.[name] === undefined) members.push([name, z.json()]);
			}
			return z.looseObject(Object.fromEntries(members));
		}
		default:
			return z.unknown();
	}
}

function withBounds(schema: z.ZodNumber, type: FieldType): z.ZodNumber {
	const bounded = type.minimum === undefined ? schema : schema.min(type.minimum);
	return type.maximum === undefined ? bounded : bounded.max(type.maximum);
}

function describeExpected(issue: z.core.$ZodIssue): string {
	switch (issue.code) {
		case 'invalid_type':
			return PLAIN_WORDS[issue.expected] ?? issue.expected;
		case 'invalid_value':
			return `one of ${issue.values.map((value) => `'${String(value)}'`).join(', ')}`;
		case 'too_big':
			return issue.origin === 'string' ? `at most ${issue.maximum} characters` : `at most ${issue.maximum}`;
		case 'too_small':
			return `at least ${issue.minimum}`;
		default:
			return 'a value that fits the field';
	}
}

function describe(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	if (value === null) return 'nothing';
	if (typeof value === 'string') return `the text '${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
	if (typeof value === 'number') return `the number ${value}`;
	return PLAIN_WORDS[typeof value] ?? typeof value;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
	let current = value;
	for (const key of path) {
		if (typeof current !== 'object' || current === null) return undefined;
		current = Reflect.get(current, key);
	}
	return current;
}
