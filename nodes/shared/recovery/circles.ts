import { PipelineError } from '../errors';
import type { RoundDecision, StateStore } from '../state';
import type { RouterRound } from './decideRound';
import type { RetryPolicy } from './policy';

/** A pass of a router from which what arrives now has come. */
export interface EarlierPass {
	/** The work left by Retry, and not by Done or Escalate. */
	isRetry: boolean;
	/** Of what left. */
	runIds: readonly string[];
	/** What lies between that pass and the next one of the router: a Human Gate, or Loop Over Items, which ends by itself. */
	through: 'gate' | 'loop' | undefined;
}

/** Work may have good reason to meet a router again: a second stage, say. */
const CIRCLES_WITHOUT_ASKING = 3;

/**
 * Whether work goes round and round through one router in a way that attempts do not end: Done or Escalate leads back to it,
 * or each Retry begins another run. `stop` says that it goes to a person now; `end` that this was said already and did not help.
 */
export function circling(
	passes: readonly EarlierPass[],
	runIds: readonly string[],
	{ attempts, humanRounds }: Pick<RetryPolicy, 'attempts' | 'humanRounds'>,
): 'no' | 'stop' | 'end' {
	const circles = passes.filter(
		({ isRetry, through, runIds: sent }) =>
			through !== 'loop' && (!isRetry || !sent.some((runId) => runIds.includes(runId))),
	);
	const withPeople = circles.filter(({ through }) => through === 'gate').length;
	const over = Math.max(
		circles.length - withPeople - Math.max(CIRCLES_WITHOUT_ASKING, attempts),
		withPeople - Math.max(CIRCLES_WITHOUT_ASKING, humanRounds + 2),
	);
	if (over < 0) return 'no';
	return over === 0 ? 'stop' : 'end';
}

export function circleError(): PipelineError {
	return new PipelineError('going_in_circles', 'The work goes round and round through this Retry Router.');
}

/** Everything that arrived goes to a person. Not recorded as a decision on the round: nothing about the work was decided. */
export async function stopCircle(store: StateStore, round: RouterRound, now: number): Promise<RoundDecision> {
	const failure = circleError().toFailure();
	await store.write(round.runId, [
		{
			by: round.by,
			commands: [],
			status: { status: 'escalated', note: `${failure.message} ${failure.hint}` },
			ledger: [
				{
					layer: 'recovery',
					event: 'failure',
					note: failure.message,
					by: round.by,
					round: round.round,
					failure,
				},
			],
		},
	]);
	return {
		id: `${round.node}#${round.round} in circles`,
		node: round.node,
		round: round.round,
		covers: [],
		decidedAt: new Date(now).toISOString(),
		kind: 'escalate',
		why: failure.message,
		done: [],
		retry: [],
		escalate: round.here.map(({ artefactId, slot }, index) => ({
			slot: slot ?? index + 1,
			...(artefactId === undefined ? {} : { artefactId }),
			status: 'failed' as const,
			why: failure.message,
			failure,
		})),
		kept: [],
		sentBack: [],
		rechecked: [],
		waitMs: 0,
	};
}
