/** A recorded answer is never paid for again. */
import { z } from 'zod/v4';
import { isPipelineError, PipelineError } from '../errors';
import { usageSchema, type Usage } from '../state/fields';
import type { LedgerEntry, RecordedStep, StateStore, Step } from '../state/stateStore';
import { billOf, type Bill } from './bill';
import { Budget } from './budget';
import { mostUsd } from './callSize';
import { claimWithMoney, noteClaimed, orStopped } from './claimWithMoney';
import { withLimit, type AskDeps, type Spent } from './conversation';
import { unexpectedFailure } from './failures';
import { toGeminiRequest, type GeminiRequest, type StructuredRequest } from './request';
import { askForJson } from './structured';

/** The part of the store that is used here. */
export type StepStore = Pick<StateStore, 'findStep' | 'claimStep' | 'recordStep' | 'hold'>;

/** Which question this is. The same `key` in the same run is the same question, for ever. */
export interface PaidStep {
	runId: string;
	/** Hash of run, node, round, slot, part, take and `requestHash(request)`. */
	key: string;
	/** `workflowId/node name`. */
	node: string;
	round: number;
	slot: string;
	/** Name of this process. */
	owner: string;
	/** Name of the step, for the ledger. */
	by: string;
	/** The artefact that the question is about, for the ledger. */
	artefactId?: string | undefined;
	/** How many pieces of work it asks for, for the ledger. */
	asked?: number;
}

/** An answer that stands in the run's records. */
export interface PaidAnswer<T> {
	value: T;
	usage: Usage;
	/** As recorded; with `replayed` nothing was paid now. */
	costUsd: number | null;
	model: string;
	durationMs: number;
	/** Whether the answer was recorded, or being fetched, before this question came. */
	replayed: boolean;
}

/** Something that is asked of Gemini and paid for. */
export interface PaidQuestion<T> {
	/** The first call that it makes, for what has to be set aside on a run with a spend cap. */
	first: GeminiRequest;
	/** Asks. The value is recorded, so it has to be JSON. Rejects with a `PipelineError` that carries the bill (`withBill`). */
	ask(deps: AskDeps): Promise<Spent & { value: unknown }>;
	/** What the recorded value means; `undefined` where it does not fit what is asked now. */
	read(value: unknown): T | undefined;
}

const recordedSchema = z.object({
	value: z.json(),
	usage: usageSchema,
	costUsd: z.number().nullable(),
	model: z.string(),
	durationMs: z.number(),
});
type Recorded = z.infer<typeof recordedSchema>;

interface Outcome {
	recorded: Recorded;
	replayed: boolean;
}

/** Questions that this process is working on, by run, key and owner. */
const inFlight = new WeakMap<StepStore, Map<string, Promise<Outcome>>>();

/**
 * `payOnce` for a question whose answer is JSON of a known shape. Rejects with `schema_mismatch` also when a recorded answer
 * does not fit `request.schema` any more; else as `payOnce` and `askForJson`.
 */
export function askOnce<T>(
	store: StepStore,
	step: PaidStep,
	request: StructuredRequest<T>,
	deps: AskDeps,
): Promise<PaidAnswer<T>> {
	const question: PaidQuestion<T> = {
		first: toGeminiRequest(request),
		ask: (within) => askForJson(request, within),
		read: (value) => request.schema.safeParse(value).data,
	};
	return payOnce(store, step, question, deps);
}

/**
 * Asks at most once for each key: records the step as started before the call is sent and as answered, with a ledger
 * entry, before the answer is given back. A recorded answer is given back without a call, and without a client. Two callers at once in this
 * process share one call. On a run with a spend cap, all that a call can cost is set aside with the first record and
 * settled with the second.
 *
 * Rejects with `outcome_unknown` when a process died between the two records (recorded as failed, so that the next ask
 * calls again; what was set aside stays so, as possibly spent); with `budget_exhausted` or `price_unknown` before a call that
 * the cap does not cover, also when all calls of the run that are under way here have settled; with `schema_mismatch` when a recorded answer is not what `question` asks for now; else as
 * `question.ask`, after the failure and what was billed are recorded; else as the store.
 */
export async function payOnce<T>(
	store: StepStore,
	step: PaidStep,
	question: PaidQuestion<T>,
	deps: AskDeps,
): Promise<PaidAnswer<T>> {
	const questions = inFlight.get(store) ?? new Map<string, Promise<Outcome>>();
	inFlight.set(store, questions);
	const name = JSON.stringify([step.runId, step.key, step.owner]);

	const running = questions.get(name);
	if (running) {
		const joined = await joinQuestion(running, deps.signal);
		if (joined === 'stopped') return await payOnce(store, step, question, deps);
		return toPaidAnswer(joined, question, true);
	}
	const asking = claimAndAsk(store, step, question, deps).finally(() => questions.delete(name));
	questions.set(name, asking);
	const { recorded, replayed } = await asking;
	return toPaidAnswer(recorded, question, replayed);
}

/** The answer that another caller is waiting for; `stopped` when that caller was stopped and this one was not. */
async function joinQuestion(
	running: Promise<Outcome>,
	signal: AbortSignal | undefined,
): Promise<Recorded | 'stopped'> {
	try {
		return (await orStopped(running, signal)).recorded;
	} catch (error) {
		if (isPipelineError(error) && error.code === 'cancelled' && !signal?.aborted) return 'stopped';
		throw error;
	}
}

async function claimAndAsk<T>(
	store: StepStore,
	step: PaidStep,
	question: PaidQuestion<T>,
	deps: AskDeps,
): Promise<Outcome> {
	const { runId, by } = step;
	const known = await store.findStep(runId, step.key);
	if (known?.state === 'answered') return { recorded: readRecorded(known), replayed: true };
	// What cannot ask is not recorded as a call.
	await deps.openClient();
	const { model } = question.first;
	const pricing = { at: deps.clock(), override: deps.priceOverride };
	const usd = mostUsd(withLimit(question.first), pricing);
	const hold = { usd, model, by };
	const claim = await claimWithMoney(store, runId, toStep(step, 'started'), hold, deps.signal);
	if (claim.claimed) {
		const budget =
			claim.heldUsd === undefined
				? undefined
				: new Budget(claim.heldUsd, (more) => store.hold(runId, { usd: more, model, by }));
		const asking = askAndRecord(store, step, question, { ...deps, budget });
		return { recorded: await noteClaimed(store, runId, asking), replayed: false };
	}
	if (claim.step.state === 'answered') return { recorded: readRecorded(claim.step), replayed: true };
	throw await recordUnknownOutcome(store, step, claim.step);
}

async function askAndRecord<T>(
	store: StepStore,
	step: PaidStep,
	question: PaidQuestion<T>,
	deps: AskDeps,
): Promise<Recorded> {
	const startedAt = deps.clock();
	const outcome = await question.ask(deps).then(
		(answer) => ({ ok: true as const, answer }),
		(error: unknown) => ({
			ok: false as const,
			error: isPipelineError(error) ? error : unexpectedFailure(error),
		}),
	);
	if (!outcome.ok) {
		const durationMs = deps.clock() - startedAt;
		await recordFailure(store, step, outcome.error, { durationMs, budget: deps.budget });
		throw outcome.error;
	}
	return await recordAnswer(store, step, outcome.answer, deps.budget);
}

async function recordAnswer(
	store: StepStore,
	step: PaidStep,
	answer: Spent & { value: unknown },
	budget: Budget | undefined,
): Promise<Recorded> {
	const { value, usage, costUsd, model, durationMs } = answer;
	const recorded = recordedSchema.parse(
		JSON.parse(JSON.stringify({ value, usage, costUsd, model, durationMs })),
	);
	const answered = { ...toStep(step, 'answered'), answer: recorded, costUsd, ...settle(budget, answer) };
	await store.recordStep(step.runId, answered, [
		{
			...toLedgerEntry(step, 'call'),
			layer: 'capability',
			note: `${model} answered${answer.calls > 1 ? ` after ${answer.calls} calls` : ''}.${describeDoubt(answer.maybeBilledCalls)}`,
			calls: answer.calls,
			costUsd,
			durationMs,
		},
	]);
	return recorded;
}

async function recordFailure(
	store: StepStore,
	step: PaidStep,
	error: PipelineError,
	{ durationMs, budget }: { durationMs: number; budget: Budget | undefined },
): Promise<void> {
	const failure = error.toFailure();
	const bill = billOf(error);
	const costUsd = billedUsd(bill);
	const failed = { ...toStep(step, 'failed'), failure, costUsd, ...settle(budget, bill) };
	await store.recordStep(step.runId, failed, [
		{
			...toLedgerEntry(step, 'failure'),
			layer: failure.layer,
			note: `${failure.message}${describeDoubt(bill.maybeBilledCalls)}`,
			failure,
			calls: bill.calls,
			costUsd,
			durationMs,
		},
	]);
}

function settle(budget: Budget | undefined, bill: Bill): Pick<Step, 'holdUsd'> {
	return budget === undefined ? {} : { holdUsd: budget.settlement(bill) };
}

/** Unknown, and not zero, when nothing is known to be paid but a call without an answer may have been. */
function billedUsd({ costUsd, maybeBilledCalls }: Bill): number | null {
	return costUsd === 0 && maybeBilledCalls > 0 ? null : costUsd;
}

function describeDoubt(maybeBilledCalls: number): string {
	if (maybeBilledCalls === 0) return '';
	return maybeBilledCalls === 1
		? ' One call without an answer may have been billed as well.'
		: ` ${maybeBilledCalls} calls without an answer may have been billed as well.`;
}

/** A started step that nobody here works on: whether it was paid cannot be known. It goes on as a failure, not as a call. */
async function recordUnknownOutcome(
	store: StepStore,
	step: PaidStep,
	started: RecordedStep,
): Promise<PipelineError> {
	const message = 'This call was sent before, and whether it was answered is not recorded.';
	const error = new PipelineError('outcome_unknown', message, { details: { startedAt: started.startedAt } });
	const failure = error.toFailure();
	await store.recordStep(step.runId, { ...toStep(step, 'failed'), failure, costUsd: null }, [
		{
			...toLedgerEntry(step, 'failure'),
			layer: failure.layer,
			note: message,
			failure,
			calls: 1,
			costUsd: null,
		},
	]);
	return error;
}

function readRecorded({ answer }: RecordedStep): Recorded {
	const recorded = recordedSchema.safeParse(answer);
	if (!recorded.success) throw staleRecord();
	return recorded.data;
}

function toPaidAnswer<T>(recorded: Recorded, question: PaidQuestion<T>, replayed: boolean): PaidAnswer<T> {
	const value = question.read(recorded.value);
	if (value === undefined) throw staleRecord();
	return { ...recorded, value, replayed };
}

function staleRecord(): PipelineError {
	return new PipelineError(
		'schema_mismatch',
		'The recorded answer does not fit what this step asks for now.',
		{
			hint: "Raise 'Take' in this step to buy a fresh answer.",
			retryable: false,
		},
	);
}

function toStep({ key, node, round, slot, owner }: PaidStep, state: Step['state']): Step {
	return { key, kind: 'call', state, node, round, slot, owner };
}

function toLedgerEntry(
	{ by, node, round, slot, artefactId, asked }: PaidStep,
	event: 'call' | 'failure',
): Pick<LedgerEntry, 'event' | 'by' | 'node' | 'round' | 'slot' | 'artefactId' | 'asked'> {
	return {
		event,
		by,
		node,
		round,
		slot,
		...(artefactId === undefined ? {} : { artefactId }),
		...(asked === undefined ? {} : { asked }),
	};
}
