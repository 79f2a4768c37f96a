/** What the link of a review says of itself. n8n signs all of it, so nobody can change it. */
import type { Review } from '../state';

const DAY_MS = 86_400_000;

/** What a link that is made at `now` carries: which review it is for, and until when it is good. */
export function linkParameters(
	{ nonce, linkDays = 0 }: Pick<Review, 'nonce' | 'linkDays'>,
	now: number,
): Record<string, string> {
	return linkDays === 0 ? { nonce } : { nonce, until: String(now + linkDays * DAY_MS) };
}

/** How long who decided may look at what comes of it. */
const RESULT_DAYS = 30;

/** Until when a link to the result is good that is given out at `now`: no longer than a link to the review would be. Milliseconds. */
export function resultUntil({ linkDays = 0 }: Pick<Review, 'linkDays'>, now: number): number {
	const days = linkDays === 0 ? RESULT_DAYS : Math.min(linkDays, RESULT_DAYS);
	return now + Math.floor(days * DAY_MS);
}

/** Until when a link of a review can be answered, by the review's time limit and its own end. ISO 8601; missing for one without an end. */
export function answerBy({ deadline }: Pick<Review, 'deadline'>, until: unknown): string | undefined {
	const ends = [
		deadline === undefined ? NaN : Date.parse(deadline),
		until === undefined ? NaN : Number(until),
	]
		// An end may lie beyond what a date can say.
		.map((end) => new Date(end).getTime())
		.filter((end) => !Number.isNaN(end));
	return ends.length === 0 ? undefined : new Date(Math.min(...ends)).toISOString();
}

/** Whether the link with such an `until` has run out. One without it is good for as long as the gate waits. */
export function isLinkOver(until: unknown, now: number): boolean {
	return until !== undefined && !(Number(until) > now);
}
