/** The form fields of one piece. Their names are short, because a page may have two hundred pieces: see `review/form.ts`. */
import { html, type Html } from '../../shared/html';
import type { FieldChange, PieceField, Problem } from '../../shared/review';
import { editableText } from '../../shared/review/edits';
import { KEEP, MAX_NOTE_LENGTH, editName } from '../../shared/review/form';
import type { PieceView } from './piece';

const OPEN_CHOICES: ReadonlyArray<[value: string, word: string]> = [
	['approve', 'Approve'],
	['reject', 'Reject'],
	['redirect', 'Redirect'],
	['', 'Decide later'],
];

const LOCKED_CHOICES: ReadonlyArray<[value: string, word: string]> = [
	[KEEP, 'Keep approved'],
	['reopen', 'Reopen'],
];

/** What is decided, the note, how far it reaches, and which content it is about. */
export function decisionFields(view: PieceView): Html {
	const { piece, typed } = view;
	const { index, locked } = piece;
	const choices = locked ? LOCKED_CHOICES : OPEN_CHOICES;
	const chosen = chosenOf(view, choices);
	return html`<fieldset aria-describedby="t${index}"><legend>${locked ? 'Approved before' : 'Your decision'}</legend>
		<div class=choices>${choices.map(
			([value, word]) =>
				html`<label><input type=radio name="d${index}" value="${value}"${
					value === chosen && html` checked`
				}>${word}</label>`,
		)}</div>
		<label>Note <small>${locked ? 'needed to reopen' : 'needed to redirect'}</small>
		<textarea id="n${index}" name="n${index}" maxlength="${MAX_NOTE_LENGTH}">${asTyped(typed?.note ?? '')}</textarea></label>
		${!locked && scopeField(index, typed?.scope)}
		<input type=hidden name="i${index}" value="${piece.artefactId}"><input type=hidden name="h${index}" value="${piece.contentHash}">
	</fieldset>`;
}

/** What was chosen before, unless the piece changed since: then it has to be chosen again. */
function chosenOf(
	{ typed, problems }: PieceView,
	choices: ReadonlyArray<[string, string]>,
): string | undefined {
	const before = changesIn(problems) ? undefined : typed?.action;
	const fallback = choices.some(([value]) => value === KEEP) ? KEEP : '';
	return choices.some(([value]) => value === before) ? before : fallback;
}

function scopeField(index: number, scope: string | undefined): Html {
	return html`<label class=scope><input type=checkbox name="s${index}" value=run${
		scope === 'run' && html` checked`
	}>For everything from now on, not only this one</label>`;
}

/** The texts of a piece to change, folded away unless something was changed there. Locked and decided work is not edited. */
export function editFields({ piece, typed, problems }: PieceView): Html {
	if (piece.locked || piece.decided) return html``;
	const texts = piece.fields.flatMap((field) => {
		const text = editableText(field.value);
		return text === undefined
			? []
			: [{ field, text, shown: editedText(field, text, typed?.edits, changesIn(problems)) }];
	});
	if (texts.length === 0) return html``;
	const isEdited = texts.some(({ text, shown }) => text.trim() !== shown.trim());
	const hasLists = texts.some(({ field }) => Array.isArray(field.value));
	return html`<details class=edit${isEdited && html` open`}><summary>Edit this text</summary>
		${hasLists && html`<small>Lists have one entry on each line.</small>`}
		${texts.map(
			({ field: { name, label }, shown }) => html`<label>${label}
				<textarea name="${editName(piece.index, name)}">${asTyped(shown)}</textarea></label>`,
		)}</details>`;
}

/** The reviewer's own text. Where the piece changed and the reviewer had not touched the field, what is there now. */
function editedText(
	{ name }: PieceField,
	text: string,
	edits: Readonly<Record<string, string>> = {},
	changes: readonly FieldChange[] = [],
): string {
	const edited = Object.hasOwn(edits, name) ? edits[name] : undefined;
	if (edited === undefined) return text;
	const change = changes.find((each) => each.name === name);
	const before = change?.before === undefined ? undefined : editableText(change.before);
	return change && before?.trim() === edited.trim() ? text : edited;
}

function changesIn(problems: readonly Problem[]): readonly FieldChange[] | undefined {
	return problems.find((problem) => problem.code === 'changed')?.changes;
}

/** Browsers drop the first line break of a textarea. */
function asTyped(text: string): string {
	return text.startsWith('\n') ? `\n${text}` : text;
}
