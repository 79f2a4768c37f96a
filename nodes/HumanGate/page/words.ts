/** Words that stand in several places of the page. */
import type { Action } from '../../shared/review';
import { html, type Html } from '../../shared/html';

export const DONE_WORDS: Readonly<Record<Action, string>> = {
	approve: 'Approved',
	reject: 'Rejected',
	redirect: 'Redirected',
	reopen: 'Reopened',
};

export const OUTCOME_WORDS = {
	pass: 'Passed the check',
	fail: 'Did not pass the check',
	unsure: 'The check is not sure',
} as const;

/** `1 piece`, `2 pieces`. */
export function countOf(count: number, one = 'piece', many = 'pieces'): string {
	return `${count} ${count === 1 ? one : many}`;
}

const ORDINALS = 'First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth'.split(' ');

/** `Second review`, `11. review`. */
export function reviewName(number: number): string {
	return `${ORDINALS[number - 1] ?? `${number}.`} review`;
}

/** A moment such as "3 March 2026 at 14:02 UTC", or the text itself when it is no time. */
export function moment(iso: string, timeZone = 'UTC'): Html {
	const time = new Date(iso);
	// JavaScript finds a time in almost any text.
	if (!/^\d{4}-\d\d-\d\dT/.test(iso) || Number.isNaN(time.getTime())) return html`${iso}`;
	return html`<time datetime="${time.toISOString()}">${formatIn(timeZone).format(time)}</time>`;
}

function formatIn(timeZone: string): Intl.DateTimeFormat {
	const format = {
		day: 'numeric',
		month: 'long',
		year: 'numeric',
		hour: '2-digit',
		minute: '2-digit',
		timeZoneName: 'short',
	} as const;
	try {
		return new Intl.DateTimeFormat('en-GB', { ...format, timeZone });
	} catch {
		return new Intl.DateTimeFormat('en-GB', { ...format, timeZone: 'UTC' });
	}
}

/** For a textarea: browsers drop its first line break. */
export function asTyped(text: string): string {
	return text.startsWith('\n') ? `\n${text}` : text;
}
