import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IPairedItemData,
	ISourceData,
} from 'n8n-workflow';
import { PipelineError, type Failure } from '../errors';
import { hashOf, shortKey, type Json, type RecordedStep, type Step } from '../state';
import { lineageToken, stepsBefore } from './engine';
import { registerWork } from './registerWork';
import type { FoundRun, RunScope } from './runScope';
import { asPipelineError, toNodeError } from './toNodeError';

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

/**
 * Writes down what came on the inputs and gives back the rounds that it belongs to. What belongs to no run, or cannot be
 * registered, is a stray: it goes to a person at once, with the reason. `failureOf` says which failure an item brings.
 */
export async function recordArrivals(
	context: IExecuteFunctions,
	scope: RunScope,
	inputs: readonly number[],
	failureOf: (json: IDataObject) => Failure | undefined,
): Promise<{ rounds: ArrivedItems[]; strays: INodeExecutionData[] }> {
	const lineage = lineageOf(context);
	const steps = stepsBefore(context);
	const groups = new Map<string, { found: FoundRun; here: HeldItem[] }>();
	const strays: INodeExecutionData[] = [];
	for (const input of inputs) {
		const source = sourceOf(context, input);
		for (const [index, item] of itemsOf(context, input).entries()) {
			const failure = failureOf(
				item.error === undefined ? item.json : { ...item.json, error: { ...item.error } },
			);
			try {
				const { found, what } = await identify(context, scope, item, index, steps, failure);
				const name = `${found.run.runId}#${found.round}`;
				const group = groups.get(name) ?? { found, here: [] };
				group.here.push({ ...what, item, input, index, source, lineage });
				groups.set(name, group);
			} catch (error) {
				const known = asPipelineError(error);
				if (known.code === 'internal') throw toNodeError(context, error, index);
				strays.push(toStray(item, known.toFailure(), index, input));
			}
		}
	}
	const rounds: ArrivedItems[] = [];
	for (const { found, here } of groups.values()) {
		const { runId } = found.run;
		const arrived = here.map(named);
		const steps = arrived.map((held) => toStep(scope, found.round, held));
		await scope.store.write(runId, [{ by: scope.nodeName, commands: [], steps }]);
		const recorded = await scope.store.listSteps(runId, { kind: 'arrival', node: scope.node });
		const all = recorded.flatMap(toHeldItem);
		rounds.push({
			found,
			here: arrived,
			arrivals: recorded.filter(({ round }) => round === found.round).flatMap(toHeldItem),
			held: new Map(all.flatMap((held) => (held.artefactId === undefined ? [] : [[held.artefactId, held]]))),
		});
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

async function identify(
	context: IExecuteFunctions,
	scope: RunScope,
	item: INodeExecutionData,
	index: number,
	steps: ReadonlySet<string> | undefined,
	failure: Failure | undefined,
): Promise<{ found: FoundRun; what: Partial<HeldItem> }> {
	const { json } = item;
	const found = await scope.find(index, json).catch((error: unknown) => {
		// Of work that failed before it had a run, the reason that it failed for is the one to be told.
		throw failure === undefined ? error : new PipelineError(failure.code, failure.message, failure);
	});
	if (failure === undefined) {
		const target = { runId: found.run.runId, round: found.round };
		const options = { idField: 'id', slot: index + 1, steps };
		const artefact = await registerWork(context, scope, target, item, options);
		const { id: artefactId, slot, contentHash } = artefact;
		return { found, what: { artefactId, slot, contentHash } };
	}
	const name = `failure ${hashOf(JSON.parse(JSON.stringify(json))).slice(0, 8)}`;
	return {
		found,
		what: {
			name,
			failure,
			...(typeof json.artefactId === 'string' ? { artefactId: json.artefactId } : {}),
			...(typeof json.slot === 'number' ? { slot: json.slot } : {}),
		},
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
