import { canonicalJson, isObject, type Json, type JsonObject } from './json';
import type { Difference } from './stateStore';

/** One entry of a field, as both versions know it. */
export interface EntryPair {
	field: string;
	entry: string;
	before: Json | undefined;
	after: Json | undefined;
}

/** The differences of one entry: the whole of it when it came or went, otherwise member by member. */
export function compareEntry({ field, entry, before, after }: EntryPair): Difference[] {
	if (before === undefined && after === undefined) return [];
	if (before === undefined)
		return [{ field, entry, path: '', change: 'added', before: null, after: after ?? null }];
	if (after === undefined) return [{ field, entry, path: '', change: 'removed', before, after: null }];
	return compareValues(before, after, []).map((difference) => ({ field, entry, ...difference }));
}

function compareValues(
	before: Json | undefined,
	after: Json | undefined,
	path: readonly string[],
): Array<Pick<Difference, 'path' | 'change' | 'before' | 'after'>> {
	if (
		canonicalJson(before ?? null) === canonicalJson(after ?? null) &&
		(before === undefined) === (after === undefined)
	) {
		return [];
	}
	if (isJsonObject(before) && isJsonObject(after)) {
		const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
		return names.flatMap((name) => compareValues(before[name], after[name], [...path, name]));
	}
	const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
	return [{ path: path.join('.'), change, before: before ?? null, after: after ?? null }];
}

function isJsonObject(value: Json | undefined): value is JsonObject {
	return isObject(value);
}
