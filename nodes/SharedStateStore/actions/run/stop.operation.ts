import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import { runRow } from '../runRow';
import type { Operation } from '../router';

export const description: INodeProperties[] = forOperation('run', 'stop', [
	{
		displayName: 'Why',
		name: 'reason',
		type: 'string',
		default: '',
		placeholder: 'e.g. The client cancelled the campaign',
	},
]);

export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const { run } = await scope.look(itemIndex, item.json);
	if (run.status === 'stopped') return [runRow(run)];
	const note = String(context.getNodeParameter('reason', itemIndex, '') ?? '').trim() || 'Stopped by hand.';
	await scope.store.write(run.runId, [
		{
			by: scope.nodeName,
			commands: [],
			status: { status: 'stopped', note },
			ledger: [{ layer: 'recovery', event: 'stopped', note, by: scope.nodeName }],
		},
	]);
	return [runRow(await scope.store.getRun(run.runId))];
};
