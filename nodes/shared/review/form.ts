/** What the page and the parser agree on. Loads nothing, so that the page can use it. */

import type { Action } from './page';

export const ACTIONS: readonly Action[] = ['approve', 'reject', 'redirect', 'reopen'];

/** Whether `value` is one of the decisions, not KEEP and not "Decide later". */
export function isAction(value: string): value is Action {
	return ACTIONS.some((action) => action === value);
}

/** Whether the decision is nothing without a note. */
export function needsNote(action: string): boolean {
	return action === 'redirect' || action === 'reopen';
}

/** The locked piece stays as it is. */
export const KEEP = 'keep';

export const MAX_PIECES = 200;
export const MAX_NOTE_LENGTH = 4000;
export const MAX_EDIT_LENGTH = 50_000;
export const MAX_NAME_LENGTH = 120;
export const MAX_PASSCODE_LENGTH = 200;

/** The last field of the form: without it the form was cut off on its way. */
export const END_FIELD = 'end';

/** Says which notice a page is, to who cannot read it. */
export const NOTICE_HEADER = 'x-greenlight-notice';

/** The name of the field that holds the edited text of `field`. */
export function editName(index: number, field: string): string {
	return `e${index}.${field}`;
}
