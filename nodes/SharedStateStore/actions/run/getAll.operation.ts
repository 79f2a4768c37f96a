import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import { runRow } from '../runRow';
import type { Operation } from '../router';

export const description: INodeProperties[] = forOperation('run', 'getAll', [
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
	},
	{
		displayName: 'Search',
		name: 'search',
		type: 'string',
		default: '',
		placeholder: 'e.g. spring',
		description: 'Words of the name, the run key or the ID',
	},
	{
		displayName: 'Status',
		name: 'status',
		type: 'options',
		options: [
			{ name: 'Any', value: '' },
			{ name: 'Crashed', value: 'crashed' },
			{ name: 'Escalated', value: 'escalated' },
			{ name: 'Finished', value: 'finished' },
			{ name: 'Open', value: 'open' },
			{ name: 'Stalled', value: 'stalled' },
			{ name: 'Stopped', value: 'stopped' },
			{ name: 'Waiting', value: 'waiting' },
		],
		default: '',
	},
]);

export const execute: Operation = async ({ context, scope, itemIndex }) => {
	const { RUN_STATUSES } = await import('../../../shared/state');
	const chosen = context.getNodeParameter('status', itemIndex, '');
	const status = RUN_STATUSES.find((each) => each === chosen);
	const runs = await scope.store.listRuns({
		limit: Number(context.getNodeParameter('limit', itemIndex, 50)),
		search: String(context.getNodeParameter('search', itemIndex, '') ?? '').trim(),
		...(status === undefined ? {} : { status }),
	});
	return runs.map(runRow);
};
