import type { INodeProperties } from 'n8n-workflow';
import { PipelineError } from '../../../shared/errors';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';

export const description: INodeProperties[] = forOperation('checkpoint', 'rollBack', [
	{
		displayName: 'Go Back To',
		name: 'to',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. intent approved',
		description: 'The name of a checkpoint, or a version number',
	},
]);

export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const { run } = await scope.find(itemIndex, item.json);
	const to = String(context.getNodeParameter('to', itemIndex, '') ?? '').trim();
	if (to === '') throw new PipelineError('input_missing', "'Go Back To' is empty.");
	const result = await scope.store.rollBack(run.runId, /^\d+$/.test(to) ? Number(to) : to, { by: scope.nodeName });
	if (!result.ok) throw new PipelineError(result.failure.code, result.failure.message);
	return [{ ...item.json, runId: run.runId, version: result.version }];
};
