import type { Failure, FailureCode } from '../../nodes/shared/errors';
import { PipelineError } from '../../nodes/shared/errors';
import { resolvePolicy, type Place, type RetryPolicy, type RoundFacts } from '../../nodes/shared/recovery';
import { verdict } from '../support/samples';

export type Standing = 'pass' | 'fail' | 'unsure' | 'unchecked' | 'locked' | 'empty' | FailureCode;

export function failure(code: FailureCode, retryAfterMs?: number): Failure {
	return new PipelineError(
		code,
		`It is ${code}.`,
		retryAfterMs === undefined ? {} : { retryAfterMs },
	).toFailure();
}

/** A place as it stands. Of a failed one, nothing came. */
export function place(slot: number, standing: Standing, id = `a${slot}`): Place {
	const artefact = { id, title: `Concept ${id}`, logline: '' };
	switch (standing) {
		case 'pass':
		case 'fail':
		case 'unsure':
			return { slot, artefact, locked: false, verdict: verdict(id, standing) };
		case 'unchecked':
			return { slot, artefact, locked: false };
		case 'locked':
			return { slot, artefact, locked: true };
		case 'empty':
			return { slot, locked: false };
		default:
			return { slot, locked: false, failure: failure(standing) };
	}
}

export function facts(places: readonly Place[], more: Partial<RoundFacts> = {}): RoundFacts {
	return {
		id: 'w1/Router#0',
		node: 'w1/Router',
		covers: [],
		round: 0,
		places,
		requested: places.length,
		attempts: 1,
		humanRounds: 0,
		rechecked: [],
		spentUsd: 0,
		elapsedMs: 0,
		now: 0,
		random: 0,
		unkeptWaitMs: 0,
		...more,
	};
}

export function policy(given: Parameters<typeof resolvePolicy>[0] = {}): RetryPolicy {
	return resolvePolicy(given);
}
