/** Words that stand on several pages. */
import { html, type Html } from '../html';

/** `1 piece`, `2 pieces`. */
export function countOf(count: number, one = 'piece', many = 'pieces'): string {
	return `${count} ${count === 1 ? one : many}`;
}

/** Whether the offline stand-in answers in place of a model: its answers name it so. It charges nothing. */
export function isStandIn(model: string): boolean {
	return model.startsWith('stand-in-for-');
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
