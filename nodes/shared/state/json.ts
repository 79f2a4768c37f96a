import { createHash } from 'node:crypto';

/** A value that JSON can carry. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };
export type JsonObject = { [key: string]: Json | undefined };

/**
 * JSON text with object keys in one fixed order, so that equal values have equal text. `undefined` members are left out,
 * as in JSON.stringify; the order follows RFC 8785 (UTF-16 code units).
 */
export function canonicalJson(value: unknown): string {
	return JSON.stringify(sortKeys(value));
}

function sortKeys(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sortKeys);
	if (value === null || typeof value !== 'object') return value;
	const source = value as Record<string, unknown>;
	return Object.fromEntries(
		Object.keys(source)
			.sort()
			.map((key) => [key, sortKeys(source[key])]),
	);
}

/** SHA-256 of the canonical JSON, base64url, 43 characters. The name of a body in the store. */
export function hashOf(value: unknown): string {
	return createHash('sha256').update(canonicalJson(value)).digest('base64url');
}

/** Text as databases give it back: PostgreSQL has no null character, and halves of characters are nowhere kept. */
export function asStored(text: string): string {
	return text.replaceAll('\u0000', '\uFFFD').toWellFormed();
}

/** Whether `value` is a plain object (not null, not a list). */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The same value, which nobody can change any more, in any depth. What is frozen already is taken to be wholly so. */
export function freeze<T extends object>(value: T): T {
	if (Object.isFrozen(value)) return value;
	for (const member of Object.values(value))
		if (typeof member === 'object' && member !== null) freeze(member);
	return Object.freeze(value);
}
