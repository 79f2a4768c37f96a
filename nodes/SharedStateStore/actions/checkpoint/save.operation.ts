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
]);

export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const { run } = await scope.find(itemIndex, item.json);
	const name = String(context.getNodeParameter('checkpointName', itemIndex, '') ?? '').trim();
	const version = await scope.store.checkpoint(run.runId, name, scope.nodeName);
	return [{ ...item.json, runId: run.runId, checkpoint: name, version }];
};
