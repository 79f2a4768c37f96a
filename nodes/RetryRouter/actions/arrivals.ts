import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ArrivedItems, HeldItem, RunScope } from '../../shared/host';
import type { RouterRound } from '../../shared/recovery';

/** A round of a router with the items that it holds: what passed in the first round leaves in the last one. */
export type ArrivedRound = RouterRound & Pick<ArrivedItems, 'arrivals' | 'here' | 'held'>;

/** Records what came on both inputs and gives back the rounds that it belongs to, and what belongs to none. */
export async function arrivedRounds(
	context: IExecuteFunctions,
	scope: RunScope,
): Promise<{ rounds: ArrivedRound[]; strays: INodeExecutionData[] }> {
	const { lineageToken, passNumber, recordArrivals, stepsOfRouter } = await import('../../shared/host');
	const { failureOf } = await import('../../shared/recovery');
	const { rounds, strays } = await recordArrivals(context, scope, [0, 1], { failureOf });
	const lineage = lineageToken(context) ?? context.getExecutionId();
	/** What failed when the run was started before is asked for again now, and comes or is missed. */
	const isOutdated = (held: HeldItem): boolean => held.failure !== undefined && held.lineage !== lineage;
	return {
		strays,
		rounds: rounds.map(({ found, here, arrivals, held }) => ({
			runId: found.run.runId,
			node: scope.node,
			by: scope.nodeName,
			round: found.round,
			reached: found.reached,
			executionId: context.getExecutionId(),
			lineage,
			isContinued: passNumber(context) > 0,
			arrivals: arrivals.filter((held) => !isOutdated(held)),
			outdated: arrivals.filter(isOutdated),
			here,
			everArrived: new Set(held.keys()),
			upstream: stepsOfRouter(context),
			held,
		})),
	};
}
