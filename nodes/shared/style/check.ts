/** What a rule that needs no judge is when it was made ready. */
import type { Searchable } from './text';
import type { Picture } from './pictures';

/** What a rule looks at. */
export interface Subject {
	parts: readonly string[];
	searchable: () => Searchable;
	pictures: readonly Picture[];
}

/** What speaks against a rule: the words or the fact, and what to change. */
export interface Objection {
	state: 'broken' | 'unsure';
	evidence: string;
	fix: string;
}

/** Nothing to object: the rule holds. */
export type Check = (subject: Subject) => Objection | undefined;

/** Longest quote from a work. */
export const QUOTE_LENGTH = 120;

export function broken(evidence: string, fix: string): Objection {
	return { state: 'broken', evidence, fix };
}

/** Asked, and nobody can tell. */
export function unsure(evidence: string, fix: string): Objection {
	return { state: 'unsure', evidence, fix };
}

export function listWords(words: readonly string[]): string {
	const shown = words.slice(0, 5).map((word) => `'${word}'`);
	const more = words.length - shown.length;
	return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
