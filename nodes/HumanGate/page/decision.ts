/** The form fields of one piece. Their names are short, because a page may have two hundred pieces: see `review/form.ts`. */
import { html, type Html } from '../../shared/html';
import { KEEP, MAX_NOTE_LENGTH } from '../../shared/review/form';
import type { PieceView } from './piece';
import { changesIn } from './problems';
import { asTyped } from './words';

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
