import { scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Review, StateStore } from '../state';

/** Wrong passcodes after which a review takes none any more. */
export const MAX_TRIES = 10;

const KEY_BYTES = 32;
const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** What is kept of a passcode: it cannot be read back from that. `salt` is random, 16 bytes. */
export async function hashPasscode(passcode: string, salt: Buffer): Promise<NonNullable<Review['passcode']>> {
	const key = await derive(passcode.normalize('NFKC'), salt, KEY_BYTES);
	return { salt: salt.toString('base64url'), hash: key.toString('base64url') };
}

export type PasscodeCheck = { kind: 'right' } | { kind: 'wrong'; triesLeft: number } | { kind: 'locked' };

/**
 * Compares a passcode. Each comparison takes one of the review's tries before it is made, so that many at once are no more
 * than that; a right one gives it back.
 */
export async function checkPasscode(
	store: StateStore,
	runId: string,
	review: Review,
	given: string,
): Promise<PasscodeCheck> {
	if (review.passcode === undefined) return { kind: 'right' };
	for (let number = 1; number <= MAX_TRIES; number++) {
		const step = {
			key: `passcode:${review.id}.${number}`,
			kind: 'decision' as const,
			state: 'started' as const,
			node: review.node,
			round: review.round,
			slot: `passcode ${review.id}`,
		};
		if (!(await store.claimStep(runId, step)).claimed) continue;
		const { hash } = await hashPasscode(given, Buffer.from(review.passcode.salt, 'base64url'));
		const isRight = timingSafeEqual(Buffer.from(hash), Buffer.from(review.passcode.hash));
		if (!isRight) return { kind: 'wrong', triesLeft: MAX_TRIES - number };
		await store.recordStep(runId, { ...step, state: 'failed' });
		return { kind: 'right' };
	}
	return { kind: 'locked' };
}
