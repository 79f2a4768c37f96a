import { setTimeout as delay } from 'node:timers/promises';
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { RunScope } from '../../shared/host';
import type { DecidedRound, RetryPolicy } from '../../shared/recovery';
import type { RoundDecision } from '../../shared/state';
import type { ArrivedRound } from './arrivals';
import { readPolicy } from './policy';

type Outputs = [escalate: INodeExecutionData[], retry: INodeExecutionData[], done: INodeExecutionData[]];

const RETRY_OUTPUT = 1;

/**
 * Records what arrived and, when the round is complete, decides it. Until then everything is held, which shows as three
 * empty outputs. The first output is the safe one: n8n sends there whatever it does not understand, and so does this step.
 */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { isMoreToCome, openRunScope, tell, toNodeError } = await import('../../shared/host');
	const { decideRound, isRoundComplete, noteEmitted, stopCircle } = await import('../../shared/recovery');
	const { arrivedRounds } = await import('./arrivals');
	try {
		const scope = await openRunScope(context);
		const policy = await readPolicy(context);
		const { rounds, strays } = await arrivedRounds(context, scope);
		const outputs: Outputs = [[...strays], [], []];
		const moreToCome = isMoreToCome(context);
		const circle = await circlesOf(context, rounds, policy);
		if (circle === 'end') return await endCircle(context);
		for (const round of rounds) {
			if (!isRoundComplete(await scope.store.read(round.runId), round, moreToCome)) {
				tell(context, `Holding ${round.here.length} of this round until the rest has arrived`);
				continue;
			}
			const rollBackTo = await readCheckpoint(context, scope, round.runId);
			const decided =
				circle === 'stop'
					? { decision: await stopCircle(scope.store, round, Date.now()), isReplayed: false }
					: await decideRound(scope.store, round, policy, { now: Date.now(), random: Math.random() });
			const { decision } = decided;
			if (decision.kind === 'retry' && rollBackTo !== '')
				await rollBack(scope, round.runId, rollBackTo, decision);
			tell(context, hintOf(decided), decision.kind === 'escalate' ? 'warning' : 'info');
			await emit(context, scope, round, decided, outputs);
			await noteEmitted(scope.store, round, decision);
			if (decision.kind === 'done' && !scope.seesTheEnd) await close(scope, round.runId);
		}
		await tellUnpriced(context, scope, rounds, policy);
		return outputs;
	} catch (error) {
		throw toNodeError(context, error, 0);
	}
}

/** What stands above the output. */
function hintOf({ decision, isReplayed }: DecidedRound): string {
	const more = isReplayed
		? ['This is on record, and was not decided anew.']
		: decision.waitMs > 0
			? [`The next try waits ${Math.ceil(decision.waitMs / 1000)} s.`]
			: [];
	return [decision.why, ...more].join(decision.why.endsWith('.') ? ' ' : '. ');
}

/** Whether what arrived has gone round through this router too often. */
async function circlesOf(
	context: IExecuteFunctions,
	rounds: readonly ArrivedRound[],
	policy: RetryPolicy,
): Promise<'no' | 'stop' | 'end'> {
	const { passesBefore } = await import('../../shared/host');
	const { circling } = await import('../../shared/recovery');
	const passes = passesBefore(context, [0, 1]).map(({ output, ...pass }) => ({
		...pass,
		isRetry: output === RETRY_OUTPUT,
	}));
	return circling(
		passes,
		rounds.map(({ runId }) => runId),
		policy,
	);
}

/** Whatever left now would come back. Where an error would only send it on by the first output, nothing leaves at all. */
async function endCircle(context: IExecuteFunctions): Promise<Outputs> {
	const { tell } = await import('../../shared/host');
	const { circleError } = await import('../../shared/recovery');
	const error = circleError();
	if (context.getNode().onError === undefined || context.getNode().onError === 'stopWorkflow') throw error;
	tell(context, `${error.message} It ends here. ${error.hint}`, 'warning');
	return [[], [], []];
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
	{ decision, isReplayed }: DecidedRound,
	outputs: Outputs,
): Promise<void> {
	const { composeItems } = await import('./outputItems');
	const { LONGEST_WAIT_INSIDE_MS } = await import('../../shared/recovery');
	const [escalate, retry, done] = outputs;
	const items = await composeItems(context, scope, round, decision, isReplayed);
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

/** Calls whose price nobody knows are not counted; who set a limit has to know. */
async function tellUnpriced(
	context: IExecuteFunctions,
	scope: RunScope,
	rounds: readonly ArrivedRound[],
	{ spendCapUsd }: RetryPolicy,
): Promise<void> {
	if (spendCapUsd === 0) return;
	const { counted, tell } = await import('../../shared/host');
	let calls = 0;
	for (const runId of new Set(rounds.map((round) => round.runId)))
		calls += (await scope.store.getRun(runId)).unpricedCalls;
	if (calls === 0) return;
	tell(
		context,
		`${counted(calls, 'call')} of unknown price are not counted by 'Stop When Spent'.`,
		'warning',
	);
}
