import type { INodeProperties } from 'n8n-workflow';
import { PipelineError } from '../../../shared/errors';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';

const DAY_MS = 86_400_000;

export const description: INodeProperties[] = forOperation('run', 'delete', [
	{
		displayName:
			'Deleted runs cannot be brought back. Runs with approved work are kept unless you say otherwise.',
		name: 'deleteNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Older Than',
		name: 'days',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 90,
		description: 'Days since anything happened in a run',
	},
	{
		displayName: 'Also Approved Work',
		name: 'alsoApproved',
		type: 'boolean',
		default: false,
		description: 'Whether to delete runs with approved work too',
	},
]);

export const execute: Operation = async ({ context, scope, itemIndex }) => {
	const days = Number(context.getNodeParameter('days', itemIndex, 90));
	if (!Number.isFinite(days) || days < 1) {
		throw new PipelineError('input_refused', "'Older Than' should be a number of days, at least 1.");
	}
	const deleted = await scope.store.deleteRuns({
		before: new Date(Date.now() - days * DAY_MS).toISOString(),
		alsoApproved: context.getNodeParameter('alsoApproved', itemIndex, false) === true,
	});
	return deleted.map((runId) => ({ runId, deleted: true }));
};
