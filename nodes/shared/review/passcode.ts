import { scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Review, StateStore, Step } from '../state';

/** Wrong passcodes after which a review takes none any more. */
export const MAX_TRIES = 10;

const KEY_BYTES = 32;
const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** What is kept of a passcode: it cannot be read back from that. */
export interface HashedPasscode {
	salt: string;
	hash: string;
}

/** `salt` is random, 16 bytes. */
export async function hashPasscode(passcode: string, salt: Buffer): Promise<HashedPasscode> {
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
	if (review.asksPasscode !== true) return { kind: 'right' };
	const kept = Object((await store.findStep(runId, keyOf(review)))?.answer);
	for (let number = 1; number <= MAX_TRIES; number++) {
		const step = {
			...stepOf(review),
			key: `${keyOf(review)}.${number}`,
			state: 'started' as const,
		};
		if (!(await store.claimStep(runId, step)).claimed) continue;
		const { hash } = await hashPasscode(given, Buffer.from(String(kept.salt), 'base64url'));
		const isRight =
			hash.length === String(kept.hash).length &&
			timingSafeEqual(Buffer.from(hash), Buffer.from(String(kept.hash)));
		if (!isRight) return { kind: 'wrong', triesLeft: MAX_TRIES - number };
		await store.recordStep(runId, { ...step, state: 'failed' });
		return { kind: 'right' };
	}
	return { kind: 'locked' };
}

/** Where the passcode of a review is kept. */
export function passcodeStep(review: Review, { salt, hash }: HashedPasscode): Step {
	return { ...stepOf(review), key: keyOf(review), state: 'answered', answer: { salt, hash } };
}

function stepOf({ id, node, round }: Review): Pick<Step, 'kind' | 'node' | 'round' | 'slot'> {
	return { kind: 'decision', node, round, slot: `passcode ${id}` };
}

function keyOf({ id }: Review): string {
	return `passcode:${id}`;
}
