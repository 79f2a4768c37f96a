import type { Failure } from '../errors';
import type { Escalation, LedgerEntry, RoundDecision } from '../state';
import type { RoundFacts } from './decideNext';
import type { Arrival } from './roundFacts';

/**
 * A decision as the ledger has it: what was decided, which failures it was about (those that arrived, and those that the
 * router itself found, such as work that never came), and
 * for each piece that leaves by Retry or Escalate why. Steps record failures of their calls themselves; the same failure
 * arriving here has the same round, code and sentence.
 */
export function ledgerOfRound(
	{
		node,
		by,
		here,
		arrivals,
	}: { node: string; by: string; here: readonly Arrival[]; arrivals: readonly Arrival[] },
	{ places }: Pick<RoundFacts, 'places'>,
	decision: RoundDecision,
): LedgerEntry[] {
	const { round, kind, why, retry, escalate, done } = decision;
	const base = { by, node, round };
	const brought = new Set(arrivals.flatMap(({ failure }) => failure?.code ?? []));
	const failureEntry = (failure: Failure, artefactId: string | undefined): LedgerEntry => ({
		...base,
		layer: failure.layer,
		event: 'failure',
		note: failure.message,
		failure,
		...about(artefactId),
	});
	return [
		{
			...base,
			layer: 'recovery',
			event: 'round',
			note: `Round ${round + 1}: ${why}`,
			outcome: kind,
			asked: done.length + retry.length + escalate.length,
		},
		...here.flatMap(({ failure, artefactId }) =>
			failure === undefined ? [] : [failureEntry(failure, artefactId)],
		),
		...places.flatMap(({ failure, artefact }) =>
			failure === undefined || brought.has(failure.code) ? [] : [failureEntry(failure, artefact?.id)],
		),
		...retry.map(({ slot, artefactId, next, why: reason }): LedgerEntry => ({
			...base,
			layer: 'recovery',
			event: 'sent back',
			note: reason,
			slot: String(slot),
			outcome: next,
			...about(artefactId),
		})),
		...escalate.map(({ slot, artefactId, status, why: reason, failure }): LedgerEntry => ({
			...base,
			layer: failure?.layer ?? 'recovery',
			event: 'escalated',
			note: reason,
			slot: String(slot),
			outcome: status,
			...(failure === undefined ? {} : { failure: asFailure(failure) }),
			...about(artefactId),
		})),
	];
}

function about(artefactId: string | undefined): { artefactId?: string } {
	return artefactId === undefined ? {} : { artefactId };
}

/** Read from state, a member that is missing may be there as `undefined`. */
function asFailure({ retryAfterMs, ...failure }: NonNullable<Escalation['failure']>): Failure {
	return retryAfterMs === undefined ? failure : { ...failure, retryAfterMs };
}
