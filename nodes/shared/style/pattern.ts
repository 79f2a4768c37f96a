/** Patterns that users write, run by an engine whose time grows with the text and not with its tricks (RE2). */
import { RE2JS } from 're2js';
import type { Hit } from './text';

/** Largest pattern, in states of the engine: `.{1,900}` has about that many. */
export const MAX_PATTERN_STATES = 1000;
/** States times characters that one search may take: about a second of a slow machine. */
const MAX_STEPS = 20_000_000;

export interface Pattern {
	/** The first place in `text` that fits; `too long` when a search would take longer than a step should. */
	find(text: string): Hit | 'too long' | undefined;
}

/** The pattern, or half a sentence that says why it is none. Lines are lines; letter case does not matter. */
export function readPattern(source: string): Pattern | { problem: string } {
	let compiled: RE2JS;
	try {
		compiled = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE | RE2JS.MULTILINE);
	} catch (error) {
		return { problem: describe(source, error instanceof Error ? error.message : '') };
	}
	const states = compiled.programSize();
	if (states > MAX_PATTERN_STATES) return { problem: 'a smaller one: its repeat counts are too large' };
	return {
		find: (text) => {
			if (states * text.length > MAX_STEPS) return 'too long';
			if (!compiled.test(text)) return undefined;
			const matcher = compiled.matcher(text);
			return matcher.find() ? { start: matcher.start(), end: matcher.end() } : undefined;
		},
	};
}

function describe(source: string, message: string): string {
	if (/\(\?<?[=!]/.test(source)) return "one without 'look ahead' and 'look behind': (?= (?! (?<= (?<!";
	if (/\\[1-9]/.test(source)) return 'one that does not refer back to a group: \\1';
	const reason = /parsing regexp: ([a-z ]+)/.exec(message)?.[1]?.trim() ?? '';
	return `a regular expression${reason === '' ? '' : ` (${reason})`}`;
}
