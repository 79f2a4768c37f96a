import { isResourceLocatorValue, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import { PipelineError } from '../errors';
import {
	continuedRequest,
	currentRound,
	inDollars,
	roundsOf,
	statusAtEnd,
	type Run,
	type StartRunRequest,
	type StateStore,
	waitingReviews,
} from '../state';
import {
	executionObject,
	hasRunBefore,
	instanceId,
	isRouterAhead,
	lineageToken,
	parentExecutionId,
	whenExecutionEnds,
} from './engine';
import { openStoreOf } from './store';
import { toNodeError } from './toNodeError';
import { writeOrThrow } from './writeOrThrow';

/** A run that an item belongs to, and the round of the item. */
export interface FoundRun {
	run: Run;
	round: number;
	/** The round that this execution has reached. */
	reached: number;
}

/** How a step that may begin a run does so. */
export interface Beginning {
	title: string;
	brief?: string;
	/** The brief is the run's own: if the run has another one, that is a question for the user. */
	ownsBrief?: boolean;
	runKey?: string;
	ifBriefChanged?: NonNullable<StartRunRequest['ifBriefChanged']>;
	/** The user's own fields. */
	fields?: NonNullable<StartRunRequest['fields']>;
	/** What the run may spend from now on, also one that is known already; null: as much as it needs. */
	spendCapUsd?: number | null;
}

/** Which runs this call of a node works on. */
export interface RunScope {
	readonly store: StateStore;
	/** `workflowId/node name`. */
	readonly node: string;
	readonly workflowId: string;
	readonly nodeName: string;
	/**
	 * The run of an item: the node's 'Run' field, the item's own `runId`, the run of this execution or of the one that
	 * called it. Where there is none, `begin` starts it; without `begin` the answer is `run_missing`. Two candidates:
	 * `run_ambiguous`, never a guess. A stopped run: `run_closed`.
	 */
	find(itemIndex: number, json: IDataObject, begin?: Beginning): Promise<FoundRun>;
	/** As `find`, also for a run that was stopped: to look at it, or to say who has it now. */
	look(itemIndex: number, json: IDataObject): Promise<FoundRun>;
	/** This execution has reached the round: items that carry none belong to it. */
	reachRound(runId: string, round: number): Promise<void>;
	/** How many different runs were found. */
	runCount(): number;
	/** The runs that this execution, or the one that called it, works on. */
	linkedRuns(): Promise<Run[]>;
	/** The work that this call has met, by id, with its content hash. */
	readonly registered: Map<string, string>;
	/** Whether n8n says when this execution ends; otherwise the last decision closes the run. */
	readonly seesTheEnd: boolean;
}

/** Fails with n8n's error where the store cannot be opened: no item can be worked on then. */
export async function openRunScope(context: IExecuteFunctions): Promise<RunScope> {
	const store = await openStoreOf(context).catch((error: unknown) => {
		throw toNodeError(context, error, 0);
	});
	const workflowId = context.getWorkflow().id ?? 'unsaved';
	const nodeName = context.getNode().name;
	const executionId = context.getExecutionId();
	const instance = instanceId(context);
	const token = lineageToken(context);
	const ownRefs = [
		`execution:${instance}${executionId}`,
		...(token === undefined ? [] : [`lineage:${workflowId}:${token}`]),
	];
	const parent = parentExecutionId(context);
	const parentRef = parent === undefined ? undefined : `execution:${instance}${parent}`;
	const refs = [...ownRefs, ...(parentRef === undefined ? [] : [parentRef])];
	const found = new Set<string>();
	const opened = new Set<string>();
	/** Runs that the calling execution works on: it ends them, not this one. */
	const fromParent = new Set<string>();
	let seesTheEnd = true;
	const itemCount = context.getInputData().length;

	async function link(runId: string, round: number, reset: boolean): Promise<void> {
		for (const ref of ownRefs) await store.linkExecution(runId, { ref, round }, { reset });
	}

	const linkedHere = async (runId: string): Promise<number | undefined> =>
		(await store.findLinkedRuns(ownRefs.slice(0, 1))).find(({ run }) => run.runId === runId)?.round;

	/** A run that one of the names leads to; this execution's own name goes first for the round. */
	async function byExecution(): Promise<(FoundRun & { isFromEarlier: boolean }) | undefined> {
		const linked = await store.findLinkedRuns(refs);
		const open = linked.filter(({ run }) => run.status === 'open' || run.status === 'waiting');
		const candidates = linked.length > 1 && open.length > 0 ? open : linked;
		const [only] = candidates;
		if (only === undefined) return undefined;
		if (candidates.length === 1) {
			if (only.ref === parentRef) fromParent.add(only.run.runId);
			return {
				run: only.run,
				round: only.round,
				reached: only.round,
				isFromEarlier: only.ref.startsWith('lineage:'),
			};
		}
		const titles = candidates
			.map(({ run }) => `'${run.title}'`)
			.sort()
			.join(', ');
		throw new PipelineError(
			'run_ambiguous',
			`This execution works on several runs (${titles}), and the item does not say which.`,
		);
	}

	async function byId(runId: string, round: number | undefined): Promise<FoundRun> {
		const run = await store.getRun(runId);
		const linked = (await store.findLinkedRuns(ownRefs)).find((entry) => entry.run.runId === runId);
		if (
			parentRef !== undefined &&
			(await store.findLinkedRuns([parentRef])).some((entry) => entry.run.runId === runId)
		) {
			fromParent.add(runId);
		}
		const reached = linked?.round ?? round ?? currentRound(await store.read(runId));
		if (linked === undefined) await link(runId, reached, false);
		return { run, round: round ?? reached, reached: (await linkedHere(runId)) ?? reached };
	}

	async function start(itemIndex: number, begin: Beginning): Promise<FoundRun> {
		const base = `${workflowId}:${token ?? executionId}`;
		const runKey = begin.runKey ?? (itemIndex === 0 ? base : `${base} (item ${itemIndex + 1})`);
		const run = await goOn(runKey, begin);
		const reached = await linkedHere(run.runId);
		if (reached === undefined) await link(run.runId, 0, true);
		return { run, round: reached ?? 0, reached: reached ?? 0 };
	}

	async function goOn(runKey: string, begin: Beginning): Promise<Run> {
		const { ownsBrief: _ownsBrief, ...request } = begin;
		const startedFrom = context.getMode() === 'manual' ? 'editor' : 'production';
		return (await store.startRun({ ...request, runKey, startedFrom, workflowId, linkedAs: ownRefs })).run;
	}

	/** A known run whose brief is being captured: the same brief, a first one, or a question. */
	async function withBrief(found: FoundRun, begin: Beginning | undefined): Promise<FoundRun> {
		if (begin?.ownsBrief !== true || begin.brief === undefined) return found;
		const run = await goOn(found.run.runKey, begin);
		if (run.runId === found.run.runId) return { ...found, run };
		await link(run.runId, 0, true);
		return { run, round: 0, reached: 0 };
	}

	async function resolve(
		itemIndex: number,
		json: IDataObject,
		begin: Beginning | undefined,
	): Promise<FoundRun> {
		const chosen = chosenRun(context.getNodeParameter('run', itemIndex, ''));
		const round = roundOf(json);
		if (chosen !== '') return withBrief(await byId(chosen, round), begin);
		if (typeof json.runId === 'string' && json.runId !== '')
			return withBrief(await byId(json.runId, round), begin);
		const isOwnBrief = begin?.runKey !== undefined || (begin?.ownsBrief === true && itemCount > 1);
		const linked = isOwnBrief ? undefined : await byExecution();
		if (linked !== undefined) {
			const isRestart = begin !== undefined && linked.isFromEarlier && hasRunBefore(context) !== true;
			if (isRestart) await link(linked.run.runId, 0, true);
			const reached = isRestart ? 0 : linked.round;
			return withBrief({ run: linked.run, round: round ?? reached, reached }, begin);
		}
		if (begin !== undefined) return start(itemIndex, begin);
		throw new PipelineError('run_missing', 'No run of this execution is known to this step.');
	}

	/** Work goes on: what an earlier execution said of the end no longer holds. */
	async function reopen(run: Run): Promise<void> {
		if (run.status !== 'finished' && run.status !== 'stalled' && run.status !== 'crashed') return;
		if (opened.has(run.runId)) return;
		opened.add(run.runId);
		await store.write(run.runId, [{ by: nodeName, commands: [], status: { status: 'open' } }]);
	}

	/** What the step says goes for the whole run: this is how a person raises the cap. */
	async function setSpendCap(run: Run, spendCapUsd: number | null | undefined): Promise<void> {
		if (spendCapUsd === undefined || spendCapUsd === run.spendCapUsd) return;
		const note = describeSpendCap(run.spendCapUsd, spendCapUsd);
		await writeOrThrow(store, run.runId, {
			by: nodeName,
			commands: [],
			spendCapUsd,
			ledger: [{ layer: 'recovery', event: 'spendCap', note, by: nodeName }],
		});
	}

	async function look(itemIndex: number, json: IDataObject, begin?: Beginning): Promise<FoundRun> {
		const result = await resolve(itemIndex, json, begin);
		const { runId } = result.run;
		const isNew = !found.has(runId) && isFirstLook(executionObject(context) ?? found, runId);
		found.add(runId);
		return isNew ? { ...result, run: await noteContinued(result.run) } : result;
	}

	/** This execution goes on, so it waits no longer for the decisions that it waited for. */
	async function noteContinued(run: Run): Promise<Run> {
		const document = await store.read(run.runId);
		const passed = waitingReviews(document).filter(
			(review) => review.executionId === executionId && (review.instance ?? instance) === instance,
		);
		if (passed.length === 0) return run;
		const at = new Date().toISOString();
		await store.write(run.runId, [continuedRequest(run, document, passed, { by: nodeName, at })]);
		return store.getRun(run.runId);
	}

	return {
		store,
		workflowId,
		nodeName,
		node: `${workflowId}/${nodeName}`,
		registered: new Map(),
		get seesTheEnd() {
			return seesTheEnd;
		},
		look: (itemIndex, json) => look(itemIndex, json),
		async find(itemIndex, json, begin) {
			const result = await look(itemIndex, json, begin);
			if (result.run.status === 'stopped') {
				throw new PipelineError('run_closed', `The run '${result.run.title}' was stopped.`);
			}
			await reopen(result.run);
			await setSpendCap(result.run, begin?.spendCapUsd);
			if (!fromParent.has(result.run.runId))
				seesTheEnd = finishWithExecution(context, store, result.run.runId);
			return result;
		},
		reachRound: (runId, round) => link(runId, round, false),
		runCount: () => found.size,
		async linkedRuns() {
			const linked = await store.findLinkedRuns(refs);
			return [...new Map(linked.map(({ run }) => [run.runId, run])).values()];
		},
	};
}

/**
 * The id in the Run field: n8n's picker gives an object, saved workflows from before it have text. n8n's own `extractValue`
 * fails on a field that is not on screen, which this one is not in Run: Start.
 */
export function chosenRun(parameter: unknown): string {
	const value: unknown = isResourceLocatorValue(parameter) ? parameter.value : parameter;
	return String(value ?? '').trim();
}

/** The round that an item carries. A sheet may have a column of that name: it counts on what names its run or its work. */
function roundOf({ runId, artefactId, round }: IDataObject): number | undefined {
	if (typeof runId !== 'string' && typeof artefactId !== 'string') return undefined;
	return typeof round === 'number' && Number.isInteger(round) && round >= 0 ? round : undefined;
}

/** The 'Spend Cap' of a step: nothing where the step does not say, null for 0, which means no limit. */
export function readSpendCap(value: unknown): { spendCapUsd?: number | null } {
	if (value === undefined || value === null || value === '') return {};
	const usd = Number(value);
	return { spendCapUsd: usd === 0 ? null : usd };
}

function describeSpendCap(before: number | null, now: number | null): string {
	if (now === null) return 'The run has no spend cap any more.';
	return before === null
		? `The run may spend ${inDollars(now)}.`
		: `The run may spend ${inDollars(now)}; before it was ${inDollars(before)}.`;
}

/** Runs that were looked at, by what n8n keeps for an execution from its start, or from the end of a wait, to the next wait. */
const lookedAt = new WeakMap<object, Set<string>>();

/** Whether nobody has looked at the run since the execution began or went on. */
function isFirstLook(execution: object, runId: string): boolean {
	const runs = lookedAt.get(execution) ?? new Set<string>();
	const isFirst = !runs.has(runId);
	lookedAt.set(execution, runs.add(runId));
	return isFirst;
}

/** Which steps of an execution have a router after them, by what n8n keeps for the execution, and by run. */
const checkedSteps = new WeakMap<object, Map<string, Set<string>>>();

/** When the execution ends, says how its run ended. Gives back whether n8n will tell. */
function finishWithExecution(context: IExecuteFunctions, store: StateStore, runId: string): boolean {
	const execution = executionObject(context) ?? {};
	const ofExecution = checkedSteps.get(execution) ?? new Map<string, Set<string>>();
	checkedSteps.set(execution, ofExecution);
	const steps = ofExecution.get(runId) ?? new Set<string>();
	ofExecution.set(runId, steps);
	if (isRouterAhead(context)) steps.add(context.getNode().name);
	return whenExecutionEnds(context, runId, async () => {
		const run = await store.getRun(runId);
		const isWithPerson = run.status === 'escalated';
		if (run.status !== 'open' && run.status !== 'stalled' && !isWithPerson) return;
		const document = await store.read(runId);
		const arrivals = await store.listSteps(runId, { kind: 'arrival' });
		const { status, note } = statusAtEnd(document, arrivals, steps);
		// A step or a person may have handed it over without any router; only a router's later decision takes that back.
		const isResolved =
			roundsOf(document).some(({ escalate }) => escalate.length > 0) && status !== 'escalated';
		if (isWithPerson && !isResolved) return;
		await store.write(runId, [
			{
				by: 'n8n',
				commands: [],
				status: { status, note },
				ledger: [
					{
						layer: 'recovery',
						event: 'status',
						note: note === '' ? 'The run is finished.' : note,
						by: 'n8n',
						outcome: status,
					},
				],
			},
		]);
	});
}
