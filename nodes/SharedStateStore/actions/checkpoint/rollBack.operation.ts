import type { INodeProperties } from 'n8n-workflow';
import { PipelineError } from '../../../shared/errors';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';
import { readVersion } from '../version';

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
	{
		displayName: 'Take',
		name: 'take',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1,
		description: 'Raise it to do again what this run has on record already',
	},
]);

export const execute: Operation = async (call) => {
	const { commandIdOf } = await import('../commandId');
	const { refusal } = await import('../../../shared/host');
	const { context, scope, item, itemIndex } = call;
	const found = await scope.find(itemIndex, item.json);
	const { runId } = found.run;
	const to = readVersion(context.getNodeParameter('to', itemIndex, ''));
	if (to === undefined) throw new PipelineError('input_missing', "'Go Back To' is empty.");
	const result = await scope.store.rollBack(runId, to, {
		by: scope.nodeName,
		commandId: await commandIdOf(call, found, ['rollBack', to]),
	});
	if (!result.ok) throw refusal(result);
	return [{ ...item.json, runId, version: result.version, ...(result.replayed ? { replayed: true } : {}) }];
};
