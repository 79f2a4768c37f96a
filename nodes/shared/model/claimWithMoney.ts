/** The claim of a paid call: where money that others have set aside is in the way, it waits for what they give back. */
import { isPipelineError } from '../errors';
import type { Hold, StateStore, Step } from '../state/stateStore';
import { cancelledFailure } from './failures';

type ClaimStore = Pick<StateStore, 'claimStep'>;
type Claim = Awaited<ReturnType<ClaimStore['claimStep']>>;

/** By run: calls that this process has claimed and not settled. None of them waits for another. */
const claimed = new WeakMap<object, Map<string, Set<Promise<unknown>>>>();

/** Notes that `work` has a claim, until it ends. */
export function noteClaimed<T>(store: object, runId: string, work: Promise<T>): Promise<T> {
	const runs = claimed.get(store) ?? new Map<string, Set<Promise<unknown>>>();
	claimed.set(store, runs);
	const calls = runs.get(runId) ?? new Set();
	runs.set(runId, calls);
	const call = work.finally(() => {
		calls.delete(call);
		if (calls.size === 0 && runs.get(runId) === calls) runs.delete(runId);
	});
	calls.add(call);
	return call;
}

/**
 * As `claimStep`. A call sets aside much more than it costs, so calls side by side can seem to pass a cap that covers all of
 * them: a refusal is final, and noted in the ledger, when no call of the run is under way in this process.
 */
export async function claimWithMoney(
	store: ClaimStore,
	runId: string,
	step: Step,
	hold: Hold,
	signal: AbortSignal | undefined,
): Promise<Claim> {
	for (;;) {
		const claim = await store.claimStep(runId, step, { ...hold, isTrial: true }).catch((error: unknown) => {
			if (isPipelineError(error) && error.code === 'budget_exhausted') return undefined;
			throw error;
		});
		if (claim !== undefined) return claim;
		const others = [...(claimed.get(store)?.get(runId) ?? [])];
		if (others.length === 0) return store.claimStep(runId, step, hold);
		const oneEnded = Promise.race(others).then(
			() => undefined,
			() => undefined,
		);
		await orStopped(oneEnded, signal);
	}
}

/** As `work`, or rejects with `cancelled` as soon as the signal says stop. */
export async function orStopped<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
	let stop = (): void => undefined;
	const stopped = new Promise<never>((_resolve, reject) => {
		stop = () => reject(cancelledFailure());
	});
	signal?.addEventListener('abort', stop);
	if (signal?.aborted) stop();
	try {
		return await Promise.race([work, stopped]);
	} finally {
		signal?.removeEventListener('abort', stop);
	}
}
