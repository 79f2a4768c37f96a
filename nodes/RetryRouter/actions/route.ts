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
 * empty outputs. The first output is the safe one: n8n sends there whatever it does not understand, and so does this step.
 */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { isMoreToCome, openRunScope, tell, toNodeError } = await import('../../shared/host');
	const { decideRound, isRoundComplete, noteEmitted } = await import('../../shared/recovery');
	const { arrivedRounds } = await import('./arrivals');
	try {
		const scope = await openRunScope(context);
		const policy = await readPolicy(context);
		const { rounds, strays } = await arrivedRounds(context, scope);
		const outputs: Outputs = [[...strays], [], []];
		const moreToCome = isMoreToCome(context);
		for (const round of rounds) {
			if (!isRoundComplete(await scope.store.read(round.runId), round, moreToCome)) {
				tell(context, `Holding ${round.here.length} of this round until the rest has arrived`);
				continue;
			}
			const rollBackTo = await readCheckpoint(context, scope, round.runId);
			const decision = await decideRound(scope.store, round, policy, Date.now());
			if (decision.kind === 'retry' && rollBackTo !== '')
				await rollBack(scope, round.runId, rollBackTo, decision);
			await emit(context, scope, round, decision, outputs);
			await noteEmitted(scope.store, round, decision);
			if (decision.kind === 'done' && !scope.seesTheEnd) await close(scope, round.runId);
			tell(context, decision.why, decision.kind === 'escalate' ? 'warning' : 'info');
		}
		return outputs;
	} catch (error) {
		throw toNodeError(context, error, 0);
	}
}

/** Looked up before anything is decided, so that a name that does not exist changes nothing. */
async function readCheckpoint(context: IExecuteFunctions, scope: RunScope, runId: string): Promise<string> {
	const name = String(context.getNodeParameter('options.rollBackTo', 0, '') ?? '').trim();
	if (name !== '') await scope.store.read(runId, name);
	return name;
}

/**
 * The brief, the intent and the user's own fields go back to the checkpoint, once for a decision. The work itself stays:
 * what passed because it passed, the rest because it is what the next round is about.
 */
async function rollBack(scope: RunScope, runId: string, to: string, decision: RoundDecision): Promise<void> {
	const { artefactsOf } = await import('../../shared/state');
	const { refusal } = await import('../../shared/host');
	const work = artefactsOf(await scope.store.read(runId)).map(({ id }) => id);
	const result = await scope.store.rollBack(runId, to, {
		by: scope.nodeName,
		commandId: `rollback:${decision.id}`,
		keep: work,
	});
	if (!result.ok) throw refusal(result);
}

/** Where n8n does not say when an execution ends, its last decision closes the run. */
async function close(scope: RunScope, runId: string): Promise<void> {
	await scope.store.write(runId, [{ by: scope.nodeName, commands: [], status: { status: 'finished' } }]);
}

async function emit(
	context: IExecuteFunctions,
	scope: RunScope,
	round: ArrivedRound,
	decision: RoundDecision,
	outputs: Outputs,
): Promise<void> {
	const { composeItems } = await import('./outputItems');
	const [escalate, retry, done] = outputs;
	const items = await composeItems(context, scope, round, decision);
	done.push(...items.done);
	escalate.push(...items.escalate);
	if (items.retry.length === 0) return;
	await scope.reachRound(round.runId, decision.round + 1);
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
	const number = (name: string, otherwise: number): number =>
		Number(context.getNodeParameter(name, 0, otherwise));
	const retryWith = context.getNodeParameter('retryWith', 0, 'generate') === 'revise' ? 'revise' : 'generate';
	const goesOn = context.getNodeParameter('whenSpent', 0, 'escalate') === 'goOnWithWhatPassed';
	return resolvePolicy({
		target: number('target', 0),
		attempts: number('attempts', 3),
		humanRounds: number('humanRounds', 5),
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
