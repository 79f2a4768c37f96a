import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { failureSchema } from '../state';
import { asPipelineError, failedItem, toNodeError } from './toNodeError';

/** What one item of a node call becomes. */
export type ItemWork = (item: INodeExecutionData, itemIndex: number) => Promise<INodeExecutionData[]>;

/**
 * Calls `work` for one item after the other. An item that already failed passes through untouched. When `work` throws, the
 * item goes on with its failure, or the node stops: as 'When It Fails' and n8n's own On Error setting say. A cancelled
 * execution always stops.
 */
export async function runPerItem(
	context: IExecuteFunctions,
	work: ItemWork,
	options: {
		alsoFailed?: (itemIndex: number) => boolean;
		whenItFails?: 'route' | 'stop';
		/** What is worked on in place of the node's input. */
		items?: readonly INodeExecutionData[];
	} = {},
): Promise<INodeExecutionData[]> {
	const results: INodeExecutionData[] = [];
	for (const [itemIndex, item] of (options.items ?? context.getInputData()).entries()) {
		const hasFailed = failureSchema.safeParse(item.json.failure).success;
		if (hasFailed && options.alsoFailed?.(itemIndex) !== true) {
			results.push({ ...item, pairedItem: { item: itemIndex } });
			continue;
		}
		try {
			results.push(...(await work(item, itemIndex)));
		} catch (error) {
			const known = asPipelineError(error);
			const stops =
				context.getNodeParameter('whenItFails', itemIndex, options.whenItFails ?? 'route') === 'stop' &&
				!context.continueOnFail();
			const isDefect = known.code === 'internal' && !context.continueOnFail();
			if (stops || known.code === 'cancelled' || isDefect) throw toNodeError(context, error, itemIndex);
			results.push(failedItem(context, item, known.toFailure(), itemIndex));
		}
	}
	return results;
}
