/** Sends decisions on once more, when nobody knows whether they arrived: n8n may have died between the two. */
import { DELIVERY_LEASE_MS } from './delivery';
import { END_FIELD, NOTICE_HEADER } from './form';
import type { ReviewNotice } from './page';
import type { WaitingReview } from './reviewStatus';

/** What came back from the address of a review. */
export interface Reply {
	status: number;
	headers: Readonly<Record<string, unknown>>;
	body: unknown;
}

export type Delivery =
	/** The run goes on now. */
	| { kind: 'delivered' }
	/** Somebody sends them on at the moment, or n8n is about to let the run go on by itself. */
	| { kind: 'notNow' }
	/** The execution has gone on from the review, or has ended. */
	| { kind: 'movedOn' }
	/** n8n does not have the execution any more. */
	| { kind: 'gone' }
	/** For a person to look at. */
	| { kind: 'failed'; why: string };

/** The form that continues a run whose decisions are all made. */
export function continueForm(nonce: string): string {
	return new URLSearchParams({ nonce, send: 'continue', [END_FIELD]: '1' }).toString();
}

/**
 * The reviews that may have to be sent on: all is decided, and whoever did it had the time to; or time is up, and nobody has
 * seen yet that the run went on.
 */
export function dueReviews(reviews: readonly WaitingReview[], now: number): WaitingReview[] {
	return reviews.filter(({ status, decidedAt }) => {
		if (status === 'decided_not_continued')
			return decidedAt === undefined || now - Date.parse(decidedAt) >= DELIVERY_LEASE_MS;
		return status === 'expired';
	});
}

/** What to do when n8n does not answer as it should at its own address. */
export const CHECK_ADDRESS =
	"Check that WEBHOOK_URL is this n8n's own address, and that n8n itself can open it without a login.";

const OF_NOTICE = {
	thanks: { kind: 'delivered' },
	decidedBefore: { kind: 'notNow' },
	expired: { kind: 'notNow' },
	linkOver: { kind: 'failed', why: 'The link has run out.' },
	oldRound: { kind: 'movedOn' },
	stopped: { kind: 'movedOn' },
	unavailable: { kind: 'failed', why: 'The review page does not work at the moment.' },
	justGone: { kind: 'notNow' },
	notValid: { kind: 'failed', why: 'The gate does not know this review.' },
} as const satisfies Record<ReviewNotice['kind'], Delivery>;

/**
 * What a reply says. A notice of the gate names itself in a header; n8n's own answers are known by their form, since what lies
 * between may answer too (a proxy, a login page) and says nothing about the run.
 */
export function readReply({ status, headers, body }: Reply): Delivery {
	const notice = Object.entries(OF_NOTICE).find(([kind]) => kind === headers[NOTICE_HEADER]);
	// The gate names its notice before n8n takes the execution up again, which may still fail or come too late.
	const isRefused = notice?.[0] === 'thanks' && status !== 200;
	if (notice !== undefined && !isRefused) return notice[1];
	if (isRefused && status === 409) return { kind: 'movedOn' };
	const isOfN8n = Object(body).code === status;
	if (status === 409 && isOfN8n) return { kind: 'movedOn' };
	if (status === 404 && isOfN8n) return { kind: 'gone' };
	if (status === 200 && isSandboxed(headers)) return { kind: 'movedOn' };
	const what =
		status === 401 ? 'The link was not accepted (401).' : `The review's address answered ${status}.`;
	return { kind: 'failed', why: `${what} ${CHECK_ADDRESS}` };
}

/** n8n puts its own pages, such as "No action required", into a sandbox. */
function isSandboxed(headers: Reply['headers']): boolean {
	return String(headers['content-security-policy'] ?? '').startsWith('sandbox');
}
