/** The texts of a piece, to change them in place. */
import { html, type Html } from '../../shared/html';
import type { FieldChange, PieceField } from '../../shared/review';
import { editableText } from '../../shared/review/edits';
import { editName } from '../../shared/review/form';
import type { PieceView } from './piece';
import { changesIn } from './problems';
import { asTyped } from './words';

/** With more pieces than these the page would be heavy: each text would stand in it twice. Then they come when asked for. */
const MAX_EDITORS = 20;

interface EditableText {
	field: PieceField;
	/** As it is now. */
	text: string;
	/** As the reviewer left it. */
	shown: string;
}

/** The texts to change, or on a long page a button that asks for them. Locked and decided work is not edited. */
export function editor(view: PieceView): Html {
	const { piece, isAsking } = view;
	if (piece.locked || piece.decided) return html``;
	const texts = textsOf(view);
	if (texts.length === 0) return html``;
	if (!isLong(view) || isAskedFor(view)) return textFields(view, texts);
	return html`${isAsking && editButton(piece.index)}`;
}

function isLong({ page }: PieceView): boolean {
	return page.pieces.length > MAX_EDITORS;
}

/** Now, or before: then the form has sent its texts. */
function isAskedFor(view: PieceView): boolean {
	return isAskedForNow(view) || Object.keys(view.typed?.edits ?? {}).length > 0;
}

function isAskedForNow({ page: { state }, piece }: PieceView): boolean {
	return state.kind === 'editing' && state.index === piece.index;
}

/** The address leads to the first text of the page that comes back. */
function editButton(index: number): Html {
	return html`<p class=edit><button name=edit value="${index}" formaction="#e${index}" formnovalidate aria-describedby="t${index}">Edit this text</button></p>`;
}

/** Folded away unless something was changed there or it was asked for. */
function textFields(view: PieceView, texts: readonly EditableText[]): Html {
	const isOpen = isLong(view) || texts.some(({ text, shown }) => text.trim() !== shown.trim());
	const hasLists = texts.some(({ field }) => Array.isArray(field.value));
	const { index } = view.piece;
	return html`<details class=edit${isOpen && html` open`}><summary>Edit this text</summary>
		${hasLists && html`<small>Lists have one entry on each line.</small>`}
		${texts.map(
			({ field: { name, label }, shown }, at) => html`<label>${label}
				<textarea name="${editName(index, name)}"${
					at === 0 && isAskedForNow(view) && html` id="e${index}"`
				}>${asTyped(shown)}</textarea></label>`,
		)}</details>`;
}

function textsOf({ piece, typed, problems }: PieceView): EditableText[] {
	return piece.fields.flatMap((field) => {
		const text = editableText(field.value);
		if (text === undefined) return [];
		return [{ field, text, shown: editedText(field, text, typed?.edits, changesIn(problems)) }];
	});
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
