import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import { runNow, runRow } from '../runRow';
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
	const { store } = scope;
	const now = Date.now();
	const chosen = context.getNodeParameter('status', itemIndex, '');
	const status = RUN_STATUSES.find((each) => each === chosen);
	const limit = Number(context.getNodeParameter('limit', itemIndex, 50));
	const search = String(context.getNodeParameter('search', itemIndex, '') ?? '').trim();
	const recorded = await store.listRuns({ limit, search, ...(status === undefined ? {} : { status }) });
	if (status !== 'waiting' && status !== 'stalled')
		return Promise.all(recorded.map(async (run) => runRow(await runNow(store, run, now))));
	// Of those that are recorded as waiting, some are not any more.
	const waited = await store.listRuns({ limit: Number.MAX_SAFE_INTEGER, search, status: 'waiting' });
	const known = await Promise.all(waited.map((run) => runNow(store, run, now)));
	return [...(status === 'stalled' ? recorded : []), ...known.filter((run) => run.status === status)]
		.sort((a, b) => b.createdAt.localeCompare(a.createdAt))
		.slice(0, limit)
		.map(runRow);
};
