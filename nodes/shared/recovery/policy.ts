import { PipelineError } from '../errors';

/** When the router tries again and when it hands over. */
export interface RetryPolicy {
	/** How many accepted pieces are enough; 0 means as many as were asked for. */
	target: number;
	/** Rounds of generation in all, the first one included. */
	attempts: number;
	/** How often people may send work of a run back, beside the attempts. */
	humanRounds: number;
	/** A failed verdict asks for a new piece, or for the same one revised. */
	retryWith: 'generate' | 'revise';
	/**
	 * Waiting before a round that follows a failure of a service: grows by the factor, up to the maximum. Each wait is longer by
	 * chance, by at most the share `spread`, so that runs that failed together do not come back together.
	 */
	backoff: { initialMs: number; factor: number; maximumMs: number; spread: number };
	/** Time from the start of the run after which nothing is tried again; 0 means no limit. */
	deadlineMs: number;
	/** Money after which nothing is tried again; 0 means no limit. */
	spendCapUsd: number;
	whenSpent: 'escalate' | 'goOnWithWhatPassed';
}

/** A router waits as long as this itself. Longer waits leave with the items, for n8n's own Wait step. */
export const LONGEST_WAIT_INSIDE_MS = 60_000;

export const DEFAULT_POLICY: RetryPolicy = {
	target: 0,
	attempts: 3,
	humanRounds: 5,
	retryWith: 'generate',
	backoff: { initialMs: 1_000, factor: 2, maximumMs: 60_000, spread: 0.2 },
	deadlineMs: 0,
	spendCapUsd: 0,
	whenSpent: 'escalate',
};

/** Fills in what is not given. Fails with `input_refused` that names the setting. */
export function resolvePolicy(
	given: Partial<Omit<RetryPolicy, 'backoff'>> & { backoff?: Partial<RetryPolicy['backoff']> },
): RetryPolicy {
	const policy = { ...DEFAULT_POLICY, ...given, backoff: { ...DEFAULT_POLICY.backoff, ...given.backoff } };
	atLeast('How Many Have to Pass', policy.target, 0, true);
	atLeast('Attempts', policy.attempts, 1, true);
	atLeast('Human Rounds', policy.humanRounds, 0, true);
	atLeast('First Wait', policy.backoff.initialMs, 0);
	atLeast('Wait Factor', policy.backoff.factor, 1);
	atLeast('Longest Wait', policy.backoff.maximumMs, 0);
	atLeast('Random Extra Wait', policy.backoff.spread, 0);
	atLeast('Deadline', policy.deadlineMs, 0);
	atLeast('Stop When Spent', policy.spendCapUsd, 0);
	return policy;
}

function atLeast(label: string, value: number, minimum: number, whole = false): void {
	if (Number.isFinite(value) && value >= minimum && (!whole || Number.isInteger(value))) return;
	throw new PipelineError(
		'input_refused',
		`'${label}' should be a ${whole ? 'whole ' : ''}number of at least ${minimum}, not ${String(value)}.`,
	);
}
