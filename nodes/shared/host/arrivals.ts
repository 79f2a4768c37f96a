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
	 * the id of another one that is held here is a stray, and not a new version of that one. Where a pass brings nothing but strays,
	 * the round that is held is given back.
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
		const arrived = here.map(named);
		const steps = arrived.map((held) => toStep(scope, found.round, held));
		await scope.store.write(runId, [{ by: scope.nodeName, commands: [], steps }]);
		rounds.push(await arrivedOf(scope, found, arrived));
	}
	if (rounds.length === 0 && options.asItCame === true) rounds.push(...(await heldRound(context, scope)));
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
		for (const { held } of asItCame ? await heldBefore(context, scope, runId) : []) {
			const { artefactId, contentHash, item } = held;
			if (artefactId === undefined || contentHash === undefined) continue;
			if (typeof item.json.artefactId !== 'string') scope.registered.set(artefactId, contentHash);
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
): Promise<Array<{ held: HeldItem; round: number }>> {
	if (passNumber(context) === 0) return [];
	const { hasLeft } = leftBefore(context);
	const lineage = lineageOf(context);
	const recorded = await scope.store.listSteps(runId, { kind: 'arrival', node: scope.node });
	return recorded
		.flatMap((step) => toHeldItem(step).map((held) => ({ held, round: step.round })))
		.filter(({ held }) => held.lineage === lineage && held.failure === undefined)
		.filter(({ held }) => !hasLeft(held));
}

/** The round of which earlier passes hold something, where this pass brings nothing that belongs to it. */
async function heldRound(context: IExecuteFunctions, scope: RunScope): Promise<ArrivedItems[]> {
	if (passNumber(context) === 0) return [];
	const found = await scope.find(0, {}).catch(() => undefined);
	if (found === undefined) return [];
	const last = (await heldBefore(context, scope, found.run.runId)).at(-1);
	return last === undefined ? [] : [await arrivedOf(scope, { ...found, round: last.round }, [])];
}

async function arrivedOf(scope: RunScope, found: FoundRun, here: HeldItem[]): Promise<ArrivedItems> {
	const recorded = await scope.store.listSteps(found.run.runId, { kind: 'arrival', node: scope.node });
	const all = recorded.flatMap(toHeldItem);
	return {
		found,
		here,
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

function named(held: HeldItem): HeldItem {
	const { artefactId, slot, name = '', index } = held;
	return { ...held, name: artefactId ?? (slot === undefined ? `${name} ${index}` : `place ${slot}`) };
}

function toStep(scope: RunScope, round: number, held: HeldItem): Step {
	const slot = held.name ?? '';
	const answer: Json = JSON.parse(JSON.stringify(held));
	return {
		key: shortKey(`arrival:${scope.node}#${round}/${slot}`),
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
