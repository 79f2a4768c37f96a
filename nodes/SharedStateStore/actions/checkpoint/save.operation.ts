import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';

export const description: INodeProperties[] = forOperation('checkpoint', 'save', [
	{
		displayName: 'Checkpoint Name',
		name: 'checkpointName',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. intent approved',
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
	const { context, scope, item, itemIndex } = call;
	const found = await scope.find(itemIndex, item.json);
	const { runId } = found.run;
	const name = String(context.getNodeParameter('checkpointName', itemIndex, '') ?? '').trim();
	const version = await scope.store.checkpoint(
		runId,
		name,
		scope.nodeName,
		await commandIdOf(call, found, ['save', name]),
	);
	return [{ ...item.json, runId, checkpoint: name, version }];
};
