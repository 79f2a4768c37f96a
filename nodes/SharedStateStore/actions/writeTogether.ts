/** Writes of many items in one transaction, as each is one wait for the disk. */
import type { IDataObject } from 'n8n-workflow';
import { PipelineError } from '../../shared/errors';
import type { WriteRequest } from '../../shared/state';
import type { Operation } from './router';
import type { PlannedWrite } from './writeField';

const TOGETHER = 100;

/**
 * An operation for all items of a call. The first item that is asked for is planned with those after it, as far as they belong to the
 * same run, and all are written in their order, each wholly or not at all. One that cannot be planned waits for its own turn.
 */
export function writesTogether(plan: (call: Parameters<Operation>[0]) => Promise<PlannedWrite>): Operation {
	/** What became of each item of a call, by its position. */
	const ofCall = new WeakMap<object, Outcomes>();
	return async (call) => {
		const outcomes: Outcomes = ofCall.get(call.scope) ?? new Map();
		ofCall.set(call.scope, outcomes);
		if (!outcomes.has(call.itemIndex)) await writeFrom(call, plan, outcomes);
		const outcome = outcomes.get(call.itemIndex);
		if (outcome === undefined || 'error' in outcome) throw outcome?.error;
		return [outcome.row];
	};
}

type Outcomes = Map<number, { row: IDataObject } | { error: unknown }>;

async function writeFrom(
	call: Parameters<Operation>[0],
	plan: (call: Parameters<Operation>[0]) => Promise<PlannedWrite>,
	outcomes: Outcomes,
): Promise<void> {
	const { refusal, runsAsTool } = await import('../../shared/host');
	const { failureSchema } = await import('../../shared/state');
	const { context, scope } = call;
	const first = await plan(call);
	const planned = new Map([[call.itemIndex, first]]);
	// As a tool the step works on empty items, one by one: those of the agent have the model's words in them.
	const items = runsAsTool(context) ? [] : context.getInputData();
	for (let itemIndex = call.itemIndex + 1; itemIndex < items.length; itemIndex += 1) {
		const item = items[itemIndex];
		if (item === undefined || failureSchema.safeParse(item.json.failure).success) continue;
		const next = await plan({ ...call, item, itemIndex }).catch(() => undefined);
		if (next === undefined || next.runId !== first.runId) break;
		planned.set(itemIndex, next);
		if (planned.size === TOGETHER) break;
	}
	const requests: WriteRequest[] = [...planned.values()].map(({ request }) => request);
	const results = await scope.store.write(first.runId, requests);
	[...planned].forEach(([itemIndex, { toRow }], index) => {
		const result = results[index];
		if (result === undefined) throw new PipelineError('internal', 'The state store gave no answer.');
		outcomes.set(itemIndex, result.ok ? { row: toRow(result) } : { error: refusal(result) });
	});
}
