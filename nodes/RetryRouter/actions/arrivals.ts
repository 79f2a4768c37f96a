import type { IExecuteFunctions, INodeExecutionData, ISourceData } from 'n8n-workflow';
import type { RunScope } from '../../shared/host';
import type { Arrival } from '../../shared/recovery';
import type { Json, RecordedStep, Step } from '../../shared/state';

/** An item as it is kept until its round is decided. */
export interface HeldItem extends Arrival {
	item: INodeExecutionData;
	input: number;
	index: number;
	/** The run of the step before, so that the item's lineage is right also when it leaves in a later pass. */
	source: ISourceData | null;
	executionId: string;
}

/** All that has arrived of one round of one run, in this pass and before. */
export interface ArrivedRound {
	runId: string;
	round: number;
	arrivals: HeldItem[];
	/** How many came in this pass. */
	here: number;
}

/** Writes down what came on both inputs, each item once, and gives back the rounds that they belong to. */
export async function recordArrivals(context: IExecuteFunctions, scope: RunScope): Promise<ArrivedRound[]> {
	const rounds = new Map<string, { runId: string; round: number; steps: Step[] }>();
	for (const input of [0, 1]) {
		for (const [index, item] of itemsOf(context, input).entries()) {
			const { found, arrival } = await identify(scope, item, index);
			const held: HeldItem = {
				...arrival,
				item,
				input,
				index,
				source: sourceOf(context, input),
				executionId: context.getExecutionId(),
			};
			const name = `${found.run.runId}#${found.round}`;
			const entry = rounds.get(name) ?? { runId: found.run.runId, round: found.round, steps: [] };
			entry.steps.push(toStep(scope, found.round, held));
			rounds.set(name, entry);
		}
	}
	const arrived: ArrivedRound[] = [];
	for (const { runId, round, steps } of rounds.values()) {
		await scope.store.write(runId, [{ by: scope.nodeName, commands: [], steps }]);
		const recorded = await scope.store.listSteps(runId, { kind: 'arrival', node: scope.node, round });
		arrived.push({ runId, round, arrivals: recorded.flatMap(toHeldItem), here: steps.length });
	}
	return arrived;
}

/** The input 'Failed' may not be connected. */
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

async function identify(scope: RunScope, item: INodeExecutionData, index: number) {
	const { failureOf } = await import('../../shared/recovery');
	const { registerWork } = await import('../../shared/host');
	const { json } = item;
	const found = await scope.find(index, json);
	const failure = failureOf(item.error === undefined ? json : { ...json, error: item.error });
	const slot = typeof json.slot === 'number' ? json.slot : undefined;
	if (failure !== undefined) {
		const artefactId = typeof json.artefactId === 'string' ? json.artefactId : undefined;
		return { found, arrival: compact({ artefactId, slot, failure }) };
	}
	const target = { runId: found.run.runId, round: found.round };
	const artefact = await registerWork(scope, target, json, { idField: 'id', slot: index + 1 });
	return { found, arrival: { artefactId: artefact.id, slot: artefact.slot } };
}

function compact(arrival: { [Key in keyof Arrival]: Arrival[Key] | undefined }): Arrival {
	return {
		...(arrival.artefactId === undefined ? {} : { artefactId: arrival.artefactId }),
		...(arrival.slot === undefined ? {} : { slot: arrival.slot }),
		...(arrival.failure === undefined ? {} : { failure: arrival.failure }),
	};
}

function toStep(scope: RunScope, round: number, held: HeldItem): Step {
	const slot = held.artefactId ?? `place ${held.slot ?? `${held.input}/${held.index}`}`;
	const answer: Json = JSON.parse(JSON.stringify(held));
	return {
		key: `arrival:${scope.node}#${round}/${slot}`,
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
