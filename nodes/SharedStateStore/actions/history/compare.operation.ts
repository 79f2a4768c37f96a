import type { INodeProperties } from 'n8n-workflow';
import { PipelineError } from '../../../shared/errors';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';
import { readVersion } from '../version';

export const description: INodeProperties[] = forOperation('history', 'compare', [
	{
		displayName: 'From',
		name: 'from',
		type: 'string',
		default: '1',
		required: true,
		placeholder: 'e.g. intent approved',
		description: 'A version number, or the name of a checkpoint',
	},
	{
		displayName: 'To',
		name: 'to',
		type: 'string',
		default: '',
		placeholder: 'e.g. 7',
		description: 'A version number, or the name of a checkpoint. Empty: as it is now.',
	},
]);

/** One row for each difference, so that n8n's table shows it. */
export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const { run } = await scope.look(itemIndex, item.json);
	const from = readVersion(context.getNodeParameter('from', itemIndex, ''));
	if (from === undefined) throw new PipelineError('input_missing', "'From' is empty.");
	const to = readVersion(context.getNodeParameter('to', itemIndex, '')) ?? run.version;
	const differences = await scope.store.compare(run.runId, from, to);
	return differences.map((difference) => JSON.parse(JSON.stringify({ runId: run.runId, ...difference })));
};
