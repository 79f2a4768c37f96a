import type { IExecuteFunctions, INodeExecutionData, ISourceData } from 'n8n-workflow';
import type { FoundRun, RunScope } from '../../shared/host';
import type { Arrival, RouterRound } from '../../shared/recovery';
import type { Json, RecordedStep, Step } from '../../shared/state';

/** An item as it is kept until its round is decided. */
export interface HeldItem extends Arrival {
	item: INodeExecutionData;
	input: number;
	index: number;
	/** The run of the step before, so that the item's lineage is right also when it leaves in a later pass. */
	source: ISourceData | null;
	/** Stays the same over waits and n8n's retries, where the execution's id does not. */
	lineage: string;
}

/** All that has arrived of one round of one run, in this pass and before. */
export interface ArrivedRound extends RouterRound {
	arrivals: HeldItem[];
	here: HeldItem[];
	/** The latest arrival of each piece of work, over all rounds: what passed in the first one leaves in the last one. */
	held: Map<string, HeldItem>;
}

/**
 * Writes down what came on both inputs and gives back the rounds that it belongs to. What belongs to no run, or cannot be
 * registered, is a stray: it goes to a person at once, with the reason.
 */
export async function recordArrivals(
	context: IExecuteFunctions,
	scope: RunScope,
): Promise<{ rounds: ArrivedRound[]; strays: INodeExecutionData[] }> {
	const { asPipelineError, lineageToken, passNumber, stepsBefore, stepsOfRouter, toNodeError } =
		await import('../../shared/host');
	const lineage = lineageToken(context) ?? context.getExecutionId();
	const steps = stepsBefore(context);
	const groups = new Map<string, { found: FoundRun; here: HeldItem[] }>();
	const strays: INodeExecutionData[] = [];
	for (const input of [0, 1]) {
		for (const [index, item] of itemsOf(context, input).entries()) {
			try {
				const { found, arrival } = await identify(context, scope, item, index, steps);
				const held: HeldItem = { ...arrival, item, input, index, source: sourceOf(context, input), lineage };
				const name = `${found.run.runId}#${found.round}`;
				const group = groups.get(name) ?? { found, here: [] };
				group.here.push(held);
				groups.set(name, group);
			} catch (error) {
				const known = asPipelineError(error);
				if (known.code === 'internal') throw toNodeError(context, error, index);
				strays.push(toStray(item, known.toFailure(), index, input));
			}
		}
	}
	const rounds: ArrivedRound[] = [];
	for (const { found, here } of groups.values()) {
		const { runId } = found.run;
		await scope.store.write(runId, [
			{ by: scope.nodeName, commands: [], steps: here.map((held) => toStep(scope, found.round, held)) },
		]);
		const recorded = await scope.store.listSteps(runId, { kind: 'arrival', node: scope.node });
		const all = recorded.flatMap(toHeldItem);
		rounds.push({
			runId,
			node: scope.node,
			by: scope.nodeName,
			round: found.round,
			reached: found.reached,
			executionId: context.getExecutionId(),
			lineage,
			isContinued: passNumber(context) > 0,
			arrivals: recorded.filter(({ round }) => round === found.round).flatMap(toHeldItem),
			here,
			everArrived: new Set(all.flatMap(({ artefactId }) => artefactId ?? [])),
			upstream: stepsOfRouter(context),
			held: new Map(all.flatMap((held) => (held.artefactId === undefined ? [] : [[held.artefactId, held]]))),
		});
	}
	return { rounds, strays };
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

async function identify(
	context: IExecuteFunctions,
	scope: RunScope,
	item: INodeExecutionData,
	index: number,
	steps: ReadonlySet<string> | undefined,
): Promise<{ found: FoundRun; arrival: Arrival }> {
	const { failureOf } = await import('../../shared/recovery');
	const { registerWork } = await import('../../shared/host');
	const { PipelineError } = await import('../../shared/errors');
	const { hashOf } = await import('../../shared/state');
	const { json } = item;
	const failure = failureOf(item.error === undefined ? json : { ...json, error: item.error });
	const found = await scope.find(index, json).catch((error: unknown) => {
		// Of work that failed before it had a run, the reason that it failed for is the one to be told.
		throw failure === undefined ? error : new PipelineError(failure.code, failure.message, failure);
	});
	if (failure === undefined) {
		const target = { runId: found.run.runId, round: found.round };
		const options = { idField: 'id', slot: index + 1, steps };
		const artefact = await registerWork(context, scope, target, item, options);
		return {
			found,
			arrival: { artefactId: artefact.id, slot: artefact.slot, contentHash: artefact.contentHash },
		};
	}
	const name = `failure ${hashOf(JSON.parse(JSON.stringify(json))).slice(0, 8)}`;
	return {
		found,
		arrival: {
			name,
			failure,
			...(typeof json.artefactId === 'string' ? { artefactId: json.artefactId } : {}),
			...(typeof json.slot === 'number' ? { slot: json.slot } : {}),
		},
	};
}

function toStray(
	item: INodeExecutionData,
	failure: NonNullable<Arrival['failure']>,
	index: number,
	input: number,
): INodeExecutionData {
	return {
		...item,
		json: { title: '', ...item.json, status: 'failed', why: failure.message, failure: { ...failure } },
		pairedItem: { item: index, input },
	};
}

function toStep(scope: RunScope, round: number, held: HeldItem): Step {
	const slot =
		held.artefactId ?? (held.slot === undefined ? `${held.name ?? ''} ${held.index}` : `place ${held.slot}`);
	const answer: Json = JSON.parse(JSON.stringify({ ...held, name: slot }));
	held.name = slot;
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
