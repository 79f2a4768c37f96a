import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { failureSchema } from '../state';
import { asPipelineError, failedItem, toNodeError } from './toNodeError';

/** What one item of a node call becomes. */
export type ItemWork = (item: INodeExecutionData, itemIndex: number) => Promise<INodeExecutionData[]>;

/**
 * Calls `work` for one item after the other, or for some at once. An item that already failed passes through untouched. When
 * `work` throws, the item goes on with its failure, or the node stops: as 'When It Fails' and n8n's own On Error setting say.
 * A cancelled execution always stops.
 */
export async function runPerItem(
	context: IExecuteFunctions,
	work: ItemWork,
	options: {
		alsoFailed?: (itemIndex: number) => boolean;
		whenItFails?: 'route' | 'stop';
		/** What is worked on in place of the node's input. */
		items?: readonly INodeExecutionData[];
		/** What of an item goes on with its failure. Default: all of it. */
		keptOf?: (item: INodeExecutionData, itemIndex: number) => INodeExecutionData;
		/** How many at the same time, after the first one, which may begin the run. */
		atOnce?: number;
	} = {},
): Promise<INodeExecutionData[]> {
	const items = options.items ?? context.getInputData();
	const results: INodeExecutionData[] = [];
	for (let at = 0; at < items.length;) {
		const some = items.slice(at, at + (at === 0 ? 1 : (options.atOnce ?? 1)));
		const first = at;
		// What is under way is waited for, so that it is on record before the node stops.
		const done = await Promise.allSettled(some.map((item, index) => workOn(item, first + index)));
		for (const each of done) {
			if (each.status === 'rejected') throw each.reason;
			results.push(...each.value);
		}
		at += some.length;
	}
	return results;

	async function workOn(item: INodeExecutionData, itemIndex: number): Promise<INodeExecutionData[]> {
		const hasFailed = failureSchema.safeParse(item.json.failure).success;
		if (hasFailed && options.alsoFailed?.(itemIndex) !== true) {
			return [{ ...item, pairedItem: { item: itemIndex } }];
		}
		try {
			return await work(item, itemIndex);
		} catch (error) {
			const known = asPipelineError(error);
			const stops =
				context.getNodeParameter('whenItFails', itemIndex, options.whenItFails ?? 'route') === 'stop' &&
				!context.continueOnFail();
			const isDefect = known.code === 'internal' && !context.continueOnFail();
			if (stops || known.code === 'cancelled' || isDefect) throw toNodeError(context, error, itemIndex);
			const kept = options.keptOf?.(item, itemIndex) ?? item;
			return [failedItem(context, kept, known.toFailure(), itemIndex)];
		}
	}
}
