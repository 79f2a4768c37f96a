import type { INodeProperties } from 'n8n-workflow';
import { forOperation, spendCapField } from '../../../shared/host/descriptions';
import { runTitle } from '../../../shared/host/runTitle';
import { readFieldRows, fieldRows } from '../fieldRows';
import { runRow } from '../runRow';
import type { Operation } from '../router';

export const description: INodeProperties[] = forOperation('run', 'start', [
	{
		displayName: 'Brief',
		name: 'brief',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '={{ $json.brief }}',
		placeholder: 'e.g. A launch film for a running shoe',
	},
	{
		displayName: 'Run Key',
		name: 'runKey',
		type: 'string',
		default: '',
		placeholder: 'e.g. spring-campaign-7',
		description:
			'Your own name for the run. Starting twice with one key goes on with the same run. Empty: one run per execution.',
	},
	{
		displayName: 'If the Brief Changed',
		name: 'ifBriefChanged',
		type: 'options',
		options: [
			{ name: 'Keep the Old Brief', value: 'keep' },
			{ name: 'Save It as a New Version', value: 'newVersion' },
			{ name: 'Start Another Run', value: 'startAnother' },
			{ name: 'Stop and Show Both', value: 'stop' },
		],
		default: 'stop',
	},
	{
		displayName: 'Own Fields',
		name: 'ownFields',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Field',
		default: {},
		description: 'What the run should know beside brief, intent and artefacts',
		options: [{ displayName: 'Rows', name: 'rows', values: fieldRows }],
	},
	{
		...spendCapField,
		description:
			'US dollars that the whole run may spend on Gemini, all steps together. A call that could pass it is not sent, and the work goes to a person. 0: no limit, or the one that the run has already.',
	},
]);

export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const brief = String(context.getNodeParameter('brief', itemIndex, '') ?? '').trim();
	const runKey = String(context.getNodeParameter('runKey', itemIndex, '') ?? '').trim();
	const chosen = context.getNodeParameter('ifBriefChanged', itemIndex, 'stop');
	const { passThrough, readSpendCap } = await import('../../../shared/host');
	const { run, round } = await scope.find(itemIndex, runKey === '' ? item.json : {}, {
		title: runTitle(brief, context.getWorkflow().name),
		...(brief === '' ? {} : { brief }),
		ownsBrief: true,
		...(runKey === '' ? {} : { runKey }),
		ifBriefChanged:
			(['keep', 'newVersion', 'startAnother'] as const).find((each) => each === chosen) ?? 'stop',
		// Saved workflows and most new ones have 0 here: it must not take away a cap that another step has set.
		...readSpendCap(context.getNodeParameter('spendCap', itemIndex, 0) || undefined),
		fields: readFieldRows(context.getNodeParameter('ownFields.rows', itemIndex, [])),
	});
	const recorded = (await scope.store.read(run.runId)).fields.brief;
	return [
		{
			...passThrough(item.json),
			...runRow(run),
			brief: typeof recorded === 'string' ? recorded : brief,
			round,
		},
	];
};
