/** Reads what the review page's form sends. */
import { z } from 'zod/v4';
import {
	ACTIONS,
	END_FIELD,
	KEEP,
	MAX_EDIT_LENGTH,
	MAX_NAME_LENGTH,
	MAX_NOTE_LENGTH,
	MAX_PASSCODE_LENGTH,
	MAX_PIECES,
	isAction,
	needsNote,
} from './form';
import { oneKindOfBreak } from './edits';
import {
	SEND_KINDS,
	type ParsedForm,
	type Problem,
	type SendKind,
	type Typed,
	type TypedPiece,
} from './submission';

const MAX_ID_LENGTH = 500;
const MAX_EDITS = 200;
const SENDS_DECISIONS: ReadonlySet<string> = new Set<SendKind>(['all', 'decided', 'save']);

const nameSchema = z.string().min(1).max(MAX_ID_LENGTH);
const choiceSchema = z.object({
	index: z.int().nonnegative(),
	artefactId: nameSchema,
	contentHash: nameSchema,
	action: z.enum(ACTIONS),
	note: z.string().optional(),
	scope: z.enum(['artefact', 'run']).optional(),
	edits: z.record(z.string(), z.string()).optional(),
});
const submissionSchema = z
	.object({
		nonce: nameSchema,
		reviewer: z.string().max(MAX_NAME_LENGTH),
		passcode: z.string().max(MAX_PASSCODE_LENGTH).optional(),
		send: z.enum(SEND_KINDS),
		edit: z.int().nonnegative().optional(),
		choices: z.array(choiceSchema).max(MAX_PIECES),
	})
	.refine(({ send, edit }) => (send === 'edit') === (edit !== undefined));

type Fields = ReadonlyMap<string, string>;

/**
 * The form as it was sent: its text (`application/x-www-form-urlencoded`), or the object that a body parser made of it.
 * Prefer the text: n8n's own parser stops after 1,000 fields, which a long page may have; what is cut off is the problem
 * `incomplete`, never a decision less. Says nothing about the review itself: nonce, hashes and passcode are compared by the gate.
 */
export function parseSubmission(form: string | Readonly<Record<string, unknown>>): ParsedForm {
	const fields = fieldsOf(form);
	const indexes = indexesOf(fields);
	const typed = typedOf(fields, indexes.slice(0, MAX_PIECES));
	if (indexes.length > MAX_PIECES) return { kind: 'problems', problems: [{ code: 'tooManyPieces' }], typed };
	const parsed = submissionSchema.safeParse(submissionOf(fields, indexes, typed));
	if (!parsed.success || !fields.has(END_FIELD)) {
		return { kind: 'problems', problems: [{ code: 'incomplete' }], typed };
	}
	const { choices, ...rest } = parsed.data;
	const problems = SENDS_DECISIONS.has(rest.send) ? problemsOf(rest.send, typed) : [];
	if (problems.length > 0) return { kind: 'problems', problems, typed };
	const submission = { ...withoutAbsent(rest), choices: choices.map(withoutAbsent) };
	return { kind: 'submission', submission, typed };
}

function fieldsOf(form: string | Readonly<Record<string, unknown>>): Fields {
	if (typeof form === 'string') return new Map(new URLSearchParams(form));
	return new Map(
		Object.entries(form).flatMap(([name, value]): Array<[string, string]> => {
			const last: unknown = Array.isArray(value) ? value.at(-1) : value;
			return typeof last === 'string' ? [[name, last]] : [];
		}),
	);
}

/** Each piece of the form has an id field; its number names the piece's other fields. */
function indexesOf(fields: Fields): number[] {
	return [...fields.keys()].flatMap((name) => {
		const [, digits] = /^i(0|[1-9]\d{0,5})$/.exec(name) ?? [];
		return digits === undefined ? [] : [Number(digits)];
	});
}

function typedOf(fields: Fields, indexes: readonly number[]): Typed {
	const edits = editsOf(fields);
	const pieces = indexes.map((index): [number, TypedPiece] => {
		const text = (letter: string) => fields.get(`${letter}${index}`) ?? '';
		const piece = {
			contentHash: text('h'),
			action: text('d'),
			note: cleanText(text('n')),
			scope: text('s'),
			edits: Object.fromEntries(edits.get(index) ?? []),
		};
		return [index, piece];
	});
	return { reviewer: nameOf(fields), pieces: Object.fromEntries(pieces) };
}

function editsOf(fields: Fields): Map<number, Array<[string, string]>> {
	const edits = new Map<number, Array<[string, string]>>();
	for (const [name, value] of fields) {
		const [, digits, field] = /^e(\d{1,6})\.(.+)$/s.exec(name) ?? [];
		if (digits === undefined || field === undefined) continue;
		const ofPiece = edits.get(Number(digits)) ?? [];
		if (ofPiece.length < MAX_EDITS) ofPiece.push([field, cleanText(value)]);
		edits.set(Number(digits), ofPiece);
	}
	return edits;
}

function submissionOf(fields: Fields, indexes: readonly number[], typed: Typed) {
	const choices = indexes.flatMap((index) => {
		const piece = typed.pieces[index];
		// Whatever is neither a decision nor one of the two ways to decide nothing is refused by the schema.
		if (piece === undefined || piece.action === '' || piece.action === KEEP) return [];
		const { contentHash, action, note, scope, edits } = piece;
		return {
			index,
			artefactId: fields.get(`i${index}`),
			contentHash,
			action,
			note: note || undefined,
			scope: action === 'redirect' ? scope || 'artefact' : undefined,
			edits: Object.keys(edits).length > 0 ? edits : undefined,
		};
	});
	const edit = fields.get('edit');
	return {
		nonce: fields.get('nonce'),
		reviewer: typed.reviewer,
		passcode: fields.get('passcode')?.trim() || undefined,
		send: edit === undefined ? fields.get('send') : 'edit',
		edit: edit === undefined ? undefined : Number(edit),
		choices,
	};
}

function problemsOf(send: SendKind, typed: Typed): Problem[] {
	const pieces = Object.entries(typed.pieces).map(([index, piece]) => ({ index: Number(index), ...piece }));
	const problems = pieces.flatMap(problemsOfPiece);
	const undecided = pieces.filter(({ action }) => action === '').map(({ index }) => index);
	const isNothing = !pieces.some(({ action }) => isAction(action));
	if (send === 'save' && isNothing) problems.unshift({ code: 'nothingChosen' });
	if (send === 'all' && undecided.length > 0) {
		problems.unshift(isNothing ? { code: 'nothingChosen' } : { code: 'notAllDecided', indexes: undecided });
	}
	if (typed.reviewer === '') problems.push({ code: 'nameMissing' });
	return problems;
}

function problemsOfPiece({ index, action, note, edits }: TypedPiece & { index: number }): Problem[] {
	const problems: Problem[] = [];
	if (needsNote(action) && note === '') problems.push({ code: 'noteMissing', index });
	if (!isAction(action) && note !== '') problems.push({ code: 'noteWithoutChoice', index });
	if (note.length > MAX_NOTE_LENGTH) problems.push({ code: 'noteTooLong', index });
	for (const [field, text] of Object.entries(edits)) {
		if (text.length > MAX_EDIT_LENGTH) problems.push({ code: 'editTooLong', index, field });
	}
	return problems;
}

function nameOf(fields: Fields): string {
	return cleanText(fields.get('reviewer') ?? '')
		.replace(/\s+/g, ' ')
		.slice(0, MAX_NAME_LENGTH);
}

/** Line breaks of one kind, no control characters (a database may refuse them), no blank ends. */
function cleanText(text: string): string {
	return oneKindOfBreak(text)
		.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '')
		.trim();
}

function withoutAbsent<T extends object>(value: T) {
	return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
		[K in keyof T]: Exclude<T[K], undefined>;
	};
}
