/** Text that a reviewer may edit in place, how fields differ, and what passes. */
import type { Json } from '../state';
import { canonicalJson } from '../state/json';
import { isAction } from './form';
import type { FieldChange, PieceField, ReviewPiece } from './page';
import type { Problem, Typed } from './submission';

/** The text in which `value` can be edited: a text as it is, a list of one-line texts with one on each line; else undefined. */
export function editableText(value: Json): string | undefined {
	if (typeof value === 'string') return oneKindOfBreak(value);
	if (!Array.isArray(value) || value.length === 0) return undefined;
	const isLines = value.every(
		(each) => typeof each === 'string' && each.trim() !== '' && !/[\r\n]/.test(each),
	);
	return isLines ? value.join('\n') : undefined;
}

/**
 * The fields that `edits` really change, with their new values in the type that they have. Unknown fields, fields that
 * cannot be edited and texts left as they were count for nothing. Compare only with the fields that the reviewer saw.
 */
export function changedFields(
	fields: readonly PieceField[],
	edits: Readonly<Record<string, string>>,
): Record<string, Json> {
	const changed = fields.flatMap(({ name, value }): Array<[string, Json]> => {
		const before = editableText(value);
		const after = Object.hasOwn(edits, name) ? edits[name] : undefined;
		if (before === undefined || after === undefined || before.trim() === after.trim()) return [];
		return [[name, Array.isArray(value) ? linesOf(after) : after.trim()]];
	});
	return Object.fromEntries(changed);
}

/** What differs between two states of a piece, in the order of the fields; what is gone comes last. */
export function compareFields(before: readonly PieceField[], after: readonly PieceField[]): FieldChange[] {
	const old = new Map(before.map((field) => [field.name, field.value]));
	const names = new Set(after.map(({ name }) => name));
	const changed = after.flatMap(({ name, label, value }): FieldChange[] => {
		const earlier = old.get(name);
		if (earlier === undefined) return [{ name, label, after: value }];
		return canonicalJson(earlier) === canonicalJson(value)
			? []
			: [{ name, label, before: earlier, after: value }];
	});
	const gone = before
		.filter(({ name }) => !names.has(name))
		.map(({ name, label, value }) => ({ name, label, before: value }));
	return [...changed, ...gone];
}

/** Whether "Approve all that pass" is about this piece: it passed the check and nobody decided on it. */
export function isPassing(piece: ReviewPiece): boolean {
	return piece.verdict?.outcome === 'pass' && !piece.locked && piece.decided === undefined;
}

/** `typed` with Approve for every piece that passes and has no choice yet, and how many those are. */
export function approvePassing(
	pieces: readonly ReviewPiece[],
	typed: Typed,
): { typed: Typed; count: number } {
	const ticked = pieces.filter((piece) => isPassing(piece) && !typed.pieces[piece.index]?.action);
	const choices = ticked.map(({ index }) => {
		const { contentHash = '', note = '', scope = '', edits = {} } = typed.pieces[index] ?? {};
		return [index, { contentHash, action: 'approve', note, scope, edits }] as const;
	});
	return {
		typed: { ...typed, pieces: { ...typed.pieces, ...Object.fromEntries(choices) } },
		count: ticked.length,
	};
}

/** Pieces that the reviewer edited without choosing anything: the edit would be lost. */
export function editsWithoutChoice(pieces: readonly ReviewPiece[], typed: Typed): Problem[] {
	return pieces.flatMap(({ index, contentHash, fields }): Problem[] => {
		const piece = typed.pieces[index];
		if (!piece || isAction(piece.action) || piece.contentHash !== contentHash) return [];
		const isEdited = Object.keys(changedFields(fields, piece.edits)).length > 0;
		return isEdited ? [{ code: 'editWithoutChoice', index }] : [];
	});
}

/** A browser sends line breaks as CR LF. */
export function oneKindOfBreak(text: string): string {
	return text.replace(/\r\n?/g, '\n');
}

function linesOf(text: string): string[] {
	return text
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => line !== '');
}
