import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IPairedItemData,
	ISourceData,
} from 'n8n-workflow';
import { PipelineError, isPipelineError, type Failure } from '../errors';
import { hashOf, shortKey, type Artefact, type Json, type RecordedStep, type Step } from '../state';
import { lineageToken, passNumber, stepsBefore } from './engine';
import { leftBefore } from './leftBefore';
import { registerAll, type RegisterOptions } from './registerWork';
import type { Beginning, FoundRun, RunScope } from './runScope';
import { asPipelineError, toNodeError } from './toNodeError';

/** So many items share one look at the state, so that a thousand of them do not read it a thousand times. */
const TOGETHER = 100;

/** An item as it is kept until its round is decided: which work it is, or which failure it brings. */
export interface HeldItem {
	artefactId?: string;
	slot?: number;
	failure?: Failure;
	/** Of the work as it arrived. */
	contentHash?: string;
	/** Tells arrivals that are no artefact apart. */
	name?: string;
	/** How many rows that are the same came before it and are held too. */
	twins?: number;
	item: INodeExecutionData;
	input: number;
	index: number;
	/** The run of the step before, so that the item's lineage is right also when it leaves in a later pass. */
	source: ISourceData | null;
	/** Stays the same over waits and n8n's retries, where the execution's id does not. */
	lineage: string;
}

/** All that has arrived of one round of one run, in this pass and before. */
export interface ArrivedItems {
	found: FoundRun;
	/** In this pass. */
	here: HeldItem[];
	/** What earlier passes of this execution brought and have not given out, of any round; only with `asItCame`. */
	before: HeldItem[];
	/** Of this round. */
	arrivals: HeldItem[];
	/** The latest arrival of each piece of work, over all rounds. */
	held: Map<string, HeldItem>;
}

/** How a step takes what comes to it. */
export interface ArrivalOptions {
	/** Which failure an item brings. */
	failureOf: (json: IDataObject) => Failure | undefined;
	/** Begins the run of work that has none; without it such work is a stray. What failed begins no run. */
	begin?: Beginning;
	/**
	 * New work counts as it came: with a file that cannot be kept it is a stray, and does not go on without the file; and a row with
	 * the id of another one that is held here is a stray, and not a new version of that one. Each of the rows that are the same is
	 * written down. Rounds that are held and to which a pass brings nothing are given back too.
	 */
	asItCame?: boolean;
}

/**
 * Writes down what came on the inputs and gives back the rounds that it belongs to. What belongs to no run, or cannot be
 * registered, is a stray: it goes to a person at once, with the reason.
 */
export async function recordArrivals(
	context: IExecuteFunctions,
	scope: RunScope,
	inputs: readonly number[],
	options: ArrivalOptions,
): Promise<{ rounds: ArrivedItems[]; strays: INodeExecutionData[] }> {
	const lineage = lineageOf(context);
	const steps = stepsBefore(context);
	const groups = new Map<string, { found: FoundRun; here: HeldItem[] }>();
	const strays: INodeExecutionData[] = [];
	for (const input of inputs) {
		const source = sourceOf(context, input);
		for (const { item, index, found, what } of await identifyAll(context, scope, input, steps, options)) {
			if (isPipelineError(found)) {
				if (found.code === 'internal') throw toNodeError(context, found, index);
				strays.push(toStray(item, found.toFailure(), index, input));
				continue;
			}
			const name = `${found.run.runId}#${found.round}`;
			const group = groups.get(name) ?? { found, here: [] };
			group.here.push({ ...what, item, input, index, source, lineage });
			groups.set(name, group);
		}
	}
	const rounds: ArrivedItems[] = [];
	for (const { found, here } of groups.values()) {
		const { runId } = found.run;
		const before = options.asItCame === true ? await heldBefore(context, scope, runId) : [];
		const round = Math.max(found.round, ...before.map((held) => held.round));
		const named = here.map(withName);
		const arrived = options.asItCame === true ? countTwins(before, named) : named;
		// What failed leaves such a step at once.
		const kept = arrived.filter(({ failure }) => failure === undefined || options.asItCame !== true);
		const steps = kept.map((held) => toStep(scope, round, held));
		await scope.store.write(runId, [{ by: scope.nodeName, commands: [], steps }]);
		rounds.push(await arrivedOf(scope, { ...found, round }, arrived, before));
	}
	if (options.asItCame === true) {
		const known = new Set(rounds.map(({ found }) => found.run.runId));
		rounds.push(...(await heldRounds(context, scope, known)));
	}
	return { rounds, strays };
}

/** Held items name the pass that they came in. From a different lineage that pass is not there, and none is named. */
export function pairingOf(
	context: IExecuteFunctions,
	held: HeldItem | undefined,
): { pairedItem?: IPairedItemData } {
	if (held === undefined || held.lineage !== lineageOf(context) || held.source === null) return {};
	return { pairedItem: { item: held.index, input: held.input, sourceOverwrite: held.source } };
}

function lineageOf(context: IExecuteFunctions): string {
	return lineageToken(context) ?? context.getExecutionId();
}

/** An input may not be connected. */
function itemsOf(context: IExecuteFunctions, input: number): INodeExecutionData[] {
	try {
		return context.getInputData(input);
	} catch {
		return [];
	}
}

function sourceOf(context: IExecuteFunctions, input: number): ISourceData | null {
	try {
		return context.getInputSourceData(input);
	} catch {
		return null;
	}
}

/** An item, with the run that it belongs to and what is known of it; or why it belongs to none. */
interface Identified {
	item: INodeExecutionData;
	index: number;
	found: FoundRun | PipelineError;
	failure: Failure | undefined;
	what: Partial<HeldItem>;
}

/** Which run and which work each item of an input is. Many are looked up and registered together. */
async function identifyAll(
	context: IExecuteFunctions,
	scope: RunScope,
	input: number,
	steps: ReadonlySet<string> | undefined,
	{ failureOf, begin, asItCame = false }: ArrivalOptions,
): Promise<Identified[]> {
	const all: Identified[] = [];
	for (const [index, item] of itemsOf(context, input).entries()) {
		const { json } = item;
		const failure = failureOf(item.error === undefined ? json : { ...json, error: { ...item.error } });
		const isToBegin = failure === undefined ? begin : undefined;
		const found = await scope.find(index, json, isToBegin).catch((error: unknown) =>
			// Of work that failed before it had a run, the reason that it failed for is the one to be told.
			failure === undefined
				? asPipelineError(error)
				: new PipelineError(failure.code, failure.message, failure),
		);
		all.push({ item, index, found, failure, what: failure === undefined ? {} : ofFailure(json, failure) });
	}
	const ofRun = new Map<string, Identified[]>();
	for (const each of all) {
		if (isPipelineError(each.found) || each.failure !== undefined) continue;
		const { runId } = each.found.run;
		ofRun.set(runId, [...(ofRun.get(runId) ?? []), each]);
	}
	for (const [runId, work] of ofRun) {
		// Another row with the id of one that is held is no newer version of it.
		for (const held of asItCame ? await heldBefore(context, scope, runId) : []) {
			const { artefactId, contentHash } = held;
			if (artefactId === undefined || contentHash === undefined) continue;
			if (isRow(held)) scope.registered.set(artefactId, contentHash);
		}
		for (let from = 0; from < work.length; from += TOGETHER) {
			const some = work.slice(from, from + TOGETHER);
			const artefacts = await registerSome(context, scope, some, {
				runId,
				idField: 'id',
				steps,
				wholeOnly: asItCame,
			});
			some.forEach((each, at) => {
				const artefact = artefacts[at];
				if (artefact === undefined || isPipelineError(artefact)) each.found = asPipelineError(artefact);
				else each.what = { artefactId: artefact.id, slot: artefact.slot, contentHash: artefact.contentHash };
			});
		}
	}
	return all;
}

/** What earlier passes of this execution brought and have not given out. */
async function heldBefore(
	context: IExecuteFunctions,
	scope: RunScope,
	runId: string,
): Promise<Array<HeldItem & { round: number }>> {
	if (passNumber(context) === 0) return [];
	const { isHeld } = leftBefore(context);
	const lineage = lineageOf(context);
	const recorded = await scope.store.listSteps(runId, { kind: 'arrival', node: scope.node });
	return recorded
		.flatMap((step) => toHeldItem(step).map((held) => ({ ...held, round: step.round })))
		.filter((held) => held.lineage === lineage && held.failure === undefined && isHeld(held));
}

/** The rounds of which earlier passes hold something, in runs to which this pass brings nothing. */
async function heldRounds(
	context: IExecuteFunctions,
	scope: RunScope,
	known: ReadonlySet<string>,
): Promise<ArrivedItems[]> {
	if (passNumber(context) === 0) return [];
	const rounds: ArrivedItems[] = [];
	for (const run of await scope.linkedRuns()) {
		if (known.has(run.runId) || run.status === 'stopped') continue;
		const before = await heldBefore(context, scope, run.runId);
		if (before.length === 0) continue;
		const round = Math.max(...before.map((held) => held.round));
		rounds.push(await arrivedOf(scope, { run, round, reached: round }, [], before));
	}
	return rounds;
}

async function arrivedOf(
	scope: RunScope,
	found: FoundRun,
	here: HeldItem[],
	before: HeldItem[],
): Promise<ArrivedItems> {
	const recorded = await scope.store.listSteps(found.run.runId, { kind: 'arrival', node: scope.node });
	const all = recorded.flatMap(toHeldItem);
	return {
		found,
		here,
		before,
		arrivals: recorded.filter(({ round }) => round === found.round).flatMap(toHeldItem),
		held: new Map(all.flatMap((held) => (held.artefactId === undefined ? [] : [[held.artefactId, held]]))),
	};
}

/** Where something about one of them cannot be read, such as a file, each takes its turn alone. */
async function registerSome(
	context: IExecuteFunctions,
	scope: RunScope,
	some: readonly Identified[],
	options: RegisterOptions,
): Promise<Array<Artefact | PipelineError>> {
	const pieces = some.map(({ item, index, found }) => ({
		item,
		round: isPipelineError(found) ? 0 : found.round,
		slot: index + 1,
	}));
	try {
		return await registerAll(context, scope, pieces, options);
	} catch (error) {
		if (some.length === 1) return [asPipelineError(error)];
	}
	const results: Array<Artefact | PipelineError> = [];
	for (const one of some) results.push(...(await registerSome(context, scope, [one], options)));
	return results;
}

function ofFailure(json: IDataObject, failure: Failure): Partial<HeldItem> {
	return {
		name: `failure ${hashOf(JSON.parse(JSON.stringify(json))).slice(0, 8)}`,
		failure,
		...(typeof json.artefactId === 'string' ? { artefactId: json.artefactId } : {}),
		...(typeof json.slot === 'number' ? { slot: json.slot } : {}),
	};
}

function toStray(
	item: INodeExecutionData,
	failure: Failure,
	index: number,
	input: number,
): INodeExecutionData {
	return {
		...item,
		json: { title: '', ...item.json, status: 'failed', why: failure.message, failure: { ...failure } },
		pairedItem: { item: index, input },
	};
}

function withName(held: HeldItem): HeldItem {
	const { artefactId, slot, name = '', index } = held;
	return { ...held, name: artefactId ?? (slot === undefined ? `${name} ${index}` : `place ${slot}`) };
}

/** Whether it came from a step that does not know which work it is. */
export function isRow({ item }: HeldItem): boolean {
	return typeof item.json.artefactId !== 'string';
}

/** Rows that are the same are one piece of work, and each of them is written down. */
function countTwins(before: readonly HeldItem[], here: readonly HeldItem[]): HeldItem[] {
	const counts = new Map<string, number>();
	const count = (held: HeldItem): number => {
		const twins = counts.get(held.name ?? '') ?? 0;
		counts.set(held.name ?? '', twins + 1);
		return twins;
	};
	before.filter(isRow).forEach(count);
	return here.map((held) => (isRow(held) ? { ...held, twins: count(held) } : held));
}

function toStep(scope: RunScope, round: number, held: HeldItem): Step {
	const { name: slot = '', twins = 0 } = held;
	const answer: Json = JSON.parse(JSON.stringify(held));
	return {
		key: shortKey(`arrival:${scope.node}#${round}/${slot}${twins === 0 ? '' : ` and ${twins}`}`),
		kind: 'arrival',
		state: held.failure === undefined ? 'answered' : 'failed',
		node: scope.node,
		round,
		slot,
		answer,
		...(held.failure === undefined ? {} : { failure: held.failure }),
	};
}

function toHeldItem(step: RecordedStep): HeldItem[] {
	const held = Object(step.answer);
	return typeof held.item === 'object' && held.item !== null ? [held] : [];
}
