import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';
import { findReviews, reviewRow, runOfReviews } from './foundReviews';

const HOUR_MS = 3_600_000;

export const description: INodeProperties[] = forOperation('review', 'getAll', [
	{
		displayName:
			'Whoever has a link from this step can open the review and decide. Send it to reviewers only.',
		name: 'linkNotice',
		type: 'notice',
		default: '',
	},
	runOfReviews,
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
	},
	{
		displayName: 'Status',
		name: 'reviewStatus',
		type: 'options',
		options: [
			{ name: 'Any', value: '' },
			{
				name: 'Decided, Not Continued',
				value: 'decided_not_continued',
				description: 'Everything is decided, but the run was not seen to go on',
			},
			{ name: 'Expired', value: 'expired', description: 'Time was up before everything was decided' },
			{ name: 'Open', value: 'open', description: 'A person has to decide' },
		],
		default: '',
	},
	{
		displayName: 'Open for at Least (Hours)',
		name: 'minimumHours',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description: 'Leaves out reviews that opened later, so that nobody is reminded at once. 0 lists all.',
	},
]);

/** The reviews that wait, those that have waited longest first. */
export const execute: Operation = async (call) => {
	const { context, itemIndex } = call;
	const now = Date.now();
	const wanted = String(context.getNodeParameter('reviewStatus', itemIndex, '') ?? '');
	const minimumMs = Number(context.getNodeParameter('minimumHours', itemIndex, 0)) * HOUR_MS;
	const limit = Number(context.getNodeParameter('limit', itemIndex, 50));
	const found = (await findReviews(call, now)).filter(
		({ review, status }) =>
			(wanted === '' || status === wanted) && now - Date.parse(review.openedAt) >= minimumMs,
	);
	return Promise.all(found.slice(0, limit).map((review) => reviewRow(review, now)));
};
