import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { PipelineError } from '../errors';
import { currentRound, itemSchema, statusAtEnd, type Run, type StartRunRequest, type StateStore } from '../state';
import { hasRunBefore, lineageToken, parentExecutionId, whenExecutionEnds } from './engine';
import { openStoreOf } from './store';

/** A run that an item belongs to, and the round of the item. */
export interface FoundRun {
	run: Run;
	round: number;
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
	/** This execution has reached the round: items that carry none belong to it. */
	reachRound(runId: string, round: number): Promise<void>;
	/** How many different runs were found. */
	runCount(): number;
}

export async function openRunScope(context: IExecuteFunctions): Promise<RunScope> {
	const store = await openStoreOf(context);
	const workflowId = context.getWorkflow().id ?? 'unsaved';
	const nodeName = context.getNode().name;
	const executionId = context.getExecutionId();
	const token = lineageToken(context);
	const ownRefs = [
		`execution:${executionId}`,
		...(token === undefined ? [] : [`lineage:${workflowId}:${token}`]),
	];
	const parent = parentExecutionId(context);
	const refs = [...ownRefs, ...(parent === undefined ? [] : [`execution:${parent}`])];
	const found = new Set<string>();
	const itemCount = context.getInputData().length;

	async function link(runId: string, round: number, reset: boolean): Promise<void> {
		for (const ref of ownRefs) await store.linkExecution(runId, { ref, round }, { reset });
	}

	/** A run that one of the names leads to; this execution's own name goes first for the round. */
	async function byExecution(): Promise<(FoundRun & { isFromEarlier: boolean }) | undefined> {
		const linked = await store.findLinkedRuns(refs);
		const open = linked.filter(({ run }) => run.status === 'open' || run.status === 'waiting');
		const candidates = linked.length > 1 && open.length > 0 ? open : linked;
		const [only] = candidates;
		if (only === undefined) return undefined;
		if (candidates.length === 1) {
			return { run: only.run, round: only.round, isFromEarlier: only.ref.startsWith('lineage:') };
		}
		const titles = candidates.map(({ run }) => `'${run.title}'`).join(', ');
		throw new PipelineError('run_ambiguous', `This execution works on several runs (${titles}), and the item does not say which.`);
	}

	async function byId(runId: string, round: number | undefined): Promise<FoundRun> {
		const run = await store.getRun(runId);
		const linked = (await store.findLinkedRuns(ownRefs)).find((entry) => entry.run.runId === runId);
		const reached = round ?? linked?.round ?? currentRound(await store.read(runId));
		if (linked === undefined) await link(runId, reached, false);
		return { run, round: reached };
	}

	async function start(itemIndex: number, begin: Beginning): Promise<FoundRun> {
		const base = `${workflowId}:${token ?? executionId}`;
		const runKey = begin.runKey ?? (itemIndex === 0 ? base : `${base} (item ${itemIndex + 1})`);
		const run = await goOn(runKey, begin);
		await link(run.runId, 0, true);
		return { run, round: 0 };
	}

	async function goOn(runKey: string, begin: Beginning): Promise<Run> {
		const { ownsBrief: _ownsBrief, ...request } = begin;
		const startedFrom = context.getMode() === 'manual' ? 'editor' : 'production';
		return (await store.startRun({ ...request, runKey, startedFrom, workflowId })).run;
	}

	/** A known run whose brief is being captured: the same brief, a first one, or a question. */
	async function withBrief(found: FoundRun, begin: Beginning | undefined): Promise<FoundRun> {
		if (begin?.ownsBrief !== true || begin.brief === undefined) return found;
		const run = await goOn(found.run.runKey, begin);
		if (run.runId === found.run.runId) return { ...found, run };
		await link(run.runId, 0, true);
		return { run, round: 0 };
	}

	async function resolve(itemIndex: number, json: IDataObject, begin: Beginning | undefined): Promise<FoundRun> {
		const chosen = String(context.getNodeParameter('run', itemIndex, '')).trim();
		const item = itemSchema.safeParse(json);
		const round = item.success ? item.data.round : undefined;
		if (chosen !== '') return withBrief(await byId(chosen, round), begin);
		if (typeof json.runId === 'string' && json.runId !== '') return withBrief(await byId(json.runId, round), begin);
		const isOwnBrief = begin?.runKey !== undefined || (begin?.brief !== undefined && itemCount > 1);
		const linked = isOwnBrief ? undefined : await byExecution();
		if (linked !== undefined) {
			const isRestart = begin !== undefined && linked.isFromEarlier && hasRunBefore(context) !== true;
			if (isRestart) await link(linked.run.runId, 0, true);
			return withBrief({ run: linked.run, round: round ?? (isRestart ? 0 : linked.round) }, begin);
		}
		if (begin !== undefined) return start(itemIndex, begin);
		throw new PipelineError('run_missing', 'No run of this execution is known to this step.');
	}

	return {
		store,
		workflowId,
		nodeName,
		node: `${workflowId}/${nodeName}`,
		async find(itemIndex, json, begin) {
			const result = await resolve(itemIndex, json, begin);
			if (result.run.status === 'stopped') {
				throw new PipelineError('run_closed', `The run '${result.run.title}' was stopped.`);
			}
			found.add(result.run.runId);
			finishWithExecution(context, store, executionId, result.run.runId);
			return result;
		},
		reachRound: (runId, round) => link(runId, round, false),
		runCount: () => found.size,
	};
}

/** Executions and runs that this process will look after when they end, so that it is done once for each. */
const lookedAfter = new Set<string>();

function finishWithExecution(context: IExecuteFunctions, store: StateStore, executionId: string, runId: string): void {
	const name = `${executionId}/${runId}`;
	if (lookedAfter.has(name)) return;
	lookedAfter.add(name);
	whenExecutionEnds(context, async () => {
		lookedAfter.delete(name);
		const run = await store.getRun(runId);
		if (run.status !== 'open') return;
		const arrivals = await store.listSteps(runId, { kind: 'arrival' });
		const { status, note } = statusAtEnd(await store.read(runId), arrivals);
		await store.write(runId, [
			{
				by: 'n8n',
				commands: [],
				status: { status, note },
				ledger: [{ layer: 'recovery', event: 'status', note: note === '' ? 'The run is finished.' : note, by: 'n8n' }],
			},
		]);
	});
}
