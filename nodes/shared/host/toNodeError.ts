import {
	BaseError,
	ManualExecutionCancelledError,
	NodeError,
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import { PipelineError, isPipelineError, type Failure } from '../errors';

/** Any thrown thing as ours. What is not ours is a defect: its text stays in `cause`, and away from the screen. */
export function asPipelineError(error: unknown): PipelineError {
	if (isPipelineError(error)) return error;
	if (Object(error).name === 'AbortError') {
		return new PipelineError('cancelled', 'The execution was stopped.', { cause: error });
	}
	return new PipelineError('internal', 'This step stopped for a reason that it did not expect.', {
		cause: error,
	});
}

/** The one place where a failure becomes an error of n8n: what happened as title, what to do as description. */
export function toNodeError(context: IExecuteFunctions, error: unknown, itemIndex: number): Error {
	if (error instanceof NodeError || error instanceof BaseError) return error;
	const known = asPipelineError(error);
	if (known.code === 'cancelled') return new ManualExecutionCancelledError(context.getExecutionId());
	const nodeError = new NodeOperationError(context.getNode(), known.message, {
		itemIndex,
		description: known.hint,
	});
	if (known.code === 'internal' && known.cause instanceof Error) {
		context.logger.error(`${context.getNode().name}: ${known.cause.message}`, { stack: known.cause.stack });
	}
	return nodeError;
}

/**
 * An item that failed. By default it goes on by the normal output with everything that it had, so that the router sees it
 * in the same round. Where the user switched on n8n's error output it has the only form that n8n sends there whole.
 */
export function failedItem(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	failure: Failure,
	itemIndex: number,
): INodeExecutionData {
	const pairedItem = { item: itemIndex };
	const data: IDataObject = { ...failure };
	if (context.getNode().onError === 'continueErrorOutput') {
		return { json: { error: failure.message, details: { failure: data } }, pairedItem };
	}
	const { next: _next, verdict: _verdict, ...kept } = item.json;
	return {
		json: { title: '', ...kept, status: 'failed', why: failure.message, failure: data },
		...(item.binary === undefined ? {} : { binary: item.binary }),
		pairedItem,
	};
}
