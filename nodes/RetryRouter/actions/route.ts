import { setTimeout as delay } from 'node:timers/promises';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { RunScope } from '../../shared/host';
import type { RetryPolicy } from '../../shared/recovery';
import type { RoundDecision } from '../../shared/state';
import type { ArrivedRound } from './arrivals';

type Outputs = [escalate: INodeExecutionData[], retry: INodeExecutionData[], done: INodeExecutionData[]];

/** Longer waits leave with the items, for n8n's own Wait step. */
const LONGEST_WAIT_INSIDE_MS = 60_000;

/**
 * Records what arrived and, when the round is complete, decides it. Until then everything is held, which shows as three
 * empty outputs. The first output is the safe one: n8n sends there whatever it does not understand.
 */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { isMoreToCome, openRunScope, tell, toNodeError } = await import('../../shared/host');
	const { recordArrivals } = await import('./arrivals');
	try {
		const scope = await openRunScope(context);
		const policy = await readPolicy(context);
		const outputs: Outputs = [[], [], []];
		for (const arrived of await recordArrivals(context, scope)) {
			const isComplete = await isRoundComplete(scope, arrived, isMoreToCome(context));
			if (!isComplete) {
				tell(context, `Holding ${arrived.here} of this round until the rest has arrived`);
				continue;
			}
			const decision = await decide(context, scope, arrived, policy);
			await emit(context, scope, arrived, decision, outputs);
			tell(context, decision.why, decision.kind === 'escalate' ? 'warning' : 'info');
		}
		return outputs;
	} catch (error) {
		throw toNodeError(context, error, 0);
	}
}

/**
 * n8n's own list decides where it can be seen: a second generator that has not run yet is not in state. Where it cannot be
 * seen, all that state expects of the round must have arrived.
 */
async function isRoundComplete(
	scope: RunScope,
	{ runId, round, arrivals }: ArrivedRound,
	moreToCome: boolean | undefined,
): Promise<boolean> {
	if (moreToCome !== undefined) return !moreToCome;
	const { artefactsOf, requestedCount } = await import('../../shared/state');
	const { isExpected } = await import('../../shared/recovery');
	const document = await scope.store.read(runId);
	const here = new Set(arrivals.map(({ artefactId }) => artefactId));
	const artefacts = artefactsOf(document);
	const hasAllKnown = artefacts.every((artefact) => !isExpected(artefact, document, round) || here.has(artefact.id));
	const known = artefacts.filter(({ status }) => status !== 'replaced').length;
	const isUnplaced = arrivals.some(({ artefactId, failure }) => artefactId === undefined && failure !== undefined);
	return hasAllKnown && (isUnplaced || known >= requestedCount(document));
}

async function decide(
	context: IExecuteFunctions,
	scope: RunScope,
	{ runId, round, arrivals }: ArrivedRound,
	policy: RetryPolicy,
): Promise<RoundDecision> {
	const { PipelineError } = await import('../../shared/errors');
	const { decideNext, factsOfRound, wasGenerated } = await import('../../shared/recovery');
	const { roundDecisionSchema, roundId } = await import('../../shared/state');
	const document = await scope.store.read(runId);
	const run = await scope.store.getRun(runId);
	const id = roundId(scope.node, round);
	const decision = decideNext(
		factsOfRound({
			id,
			round,
			document,
			arrivals,
			spentUsd: run.costUsd,
			elapsedMs: Date.now() - Date.parse(run.createdAt),
		}),
		policy,
	);
	const entry = JSON.parse(JSON.stringify(decision));
	const [result] = await scope.store.write(runId, [
		{
			by: scope.nodeName,
			asRecordKeeper: true,
			commandId: `round:${id}`,
			commands: [
				{ op: 'mergeById', field: 'rounds', items: [entry] },
				...(wasGenerated(round, document) ? [{ op: 'increment' as const, field: 'attempts', by: 1 }] : []),
			],
			outcome: entry,
			...(decision.kind === 'escalate' || decision.kind === 'partly'
				? { status: { status: 'escalated' as const, note: decision.why } }
				: {}),
			ledger: [
				{
					layer: 'recovery',
					event: 'round',
					note: `Round ${round + 1}: ${decision.why}`,
					by: scope.nodeName,
					round,
				},
				...arrivals.flatMap(({ failure, artefactId }) =>
					failure === undefined
						? []
						: [
								{
									layer: failure.layer,
									event: 'failure',
									note: failure.message,
									by: scope.nodeName,
									round,
									failure,
									...(artefactId === undefined ? {} : { artefactId }),
								},
							],
				),
			],
		},
	]);
	if (result === undefined || !result.ok) {
		throw new PipelineError(result?.failure.code ?? 'internal', result?.failure.message ?? 'The decision was not saved.');
	}
	const recorded = roundDecisionSchema.parse(result.outcome);
	if (recorded.kind === 'retry' && !result.replayed) await rollBack(context, scope, runId, recorded);
	return recorded;
}

/** Content goes back to the checkpoint; what passed stays, and so does what is sent back to be changed or checked. */
async function rollBack(
	context: IExecuteFunctions,
	scope: RunScope,
	runId: string,
	decision: RoundDecision,
): Promise<void> {
	const to = String(context.getNodeParameter('options.rollBackTo', 0, '') ?? '').trim();
	if (to === '') return;
	await scope.store.rollBack(runId, to, {
		by: scope.nodeName,
		commandId: `rollback:${decision.id}`,
		keep: [...decision.kept.map(({ id }) => id), ...decision.retry.flatMap(({ artefactId }) => artefactId ?? [])],
	});
}

async function emit(
	context: IExecuteFunctions,
	scope: RunScope,
	arrived: ArrivedRound,
	decision: RoundDecision,
	outputs: Outputs,
): Promise<void> {
	const { composeItems } = await import('./outputItems');
	const [escalate, retry, done] = outputs;
	const items = await composeItems(context, scope, arrived, decision);
	done.push(...items.done);
	escalate.push(...items.escalate);
	if (items.retry.length === 0) return;
	await scope.reachRound(arrived.runId, decision.round + 1);
	if (decision.waitMs <= LONGEST_WAIT_INSIDE_MS) {
		const signal = context.getExecutionCancelSignal();
		if (decision.waitMs > 0) await delay(decision.waitMs, undefined, signal === undefined ? {} : { signal });
	} else {
		for (const item of items.retry) item.json.retryAfterMs = decision.waitMs;
	}
	retry.push(...items.retry);
}

async function readPolicy(context: IExecuteFunctions): Promise<RetryPolicy> {
	const { resolvePolicy } = await import('../../shared/recovery');
	const number = (name: string, otherwise: number): number => Number(context.getNodeParameter(name, 0, otherwise));
	const retryWith = context.getNodeParameter('retryWith', 0, 'generate') === 'revise' ? 'revise' : 'generate';
	const goesOn = context.getNodeParameter('whenSpent', 0, 'escalate') === 'goOnWithWhatPassed';
	return resolvePolicy({
		target: number('target', 0),
		attempts: number('attempts', 3),
		retryWith,
		whenSpent: goesOn ? 'goOnWithWhatPassed' : 'escalate',
		deadlineMs: number('options.deadline', 0) * 60_000,
		spendCapUsd: number('options.spendCap', 0),
		backoff: {
			initialMs: number('options.initialWait', 1) * 1000,
			factor: number('options.waitFactor', 2),
			maximumMs: number('options.longestWait', 60) * 1000,
		},
	});
}
