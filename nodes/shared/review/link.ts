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

/** Whether the link with such an `until` has run out. One without it is good for as long as the gate waits. */
export function isLinkOver(until: unknown, now: number): boolean {
	return until !== undefined && !(Number(until) > now);
}
