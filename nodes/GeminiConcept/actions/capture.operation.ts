import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../shared/host/descriptions';
import type { Operation } from './router';

export const description: INodeProperties[] = forOperation('intent', 'capture', [
	{
		displayName: 'Brief',
		name: 'brief',
		type: 'string',
		typeOptions: { rows: 5 },
		default: '={{ $json.brief }}',
		placeholder: 'e.g. Three storyboard concepts for a tense rooftop chase scene, noir tone',
		description: 'What the work is for, in your own words. Files on the item are read as part of the brief.',
	},
]);

/** The first columns, in their order. */
const ITEM_HEAD = { title: '', status: 'new', why: '' };

/** Brief in, intent out: written to the run's state, where every later step finds it. */
export const execute: Operation = async (context, scope, item, itemIndex) => {
	const { openQuestion, saveWork } = await import('./question');
	const { readAttachments, toAttachment } = await import('./attachments');
	const { tellEstimate } = await import('./estimate');
	const { captureIntentRequest } = await import('../../shared/concept');
	const { passThrough, plain } = await import('../../shared/host');
	const typed = String(context.getNodeParameter('brief', itemIndex, '') ?? '');
	const attachments = (await readAttachments(context, item, itemIndex)).map(toAttachment);
	const question = await openQuestion(context, scope, item, itemIndex, {
		brief: typed,
		ownsBrief: true,
	});
	const { model, options } = question.asker;
	const recorded = question.document.fields.brief;
	const brief = typeof recorded === 'string' ? recorded : typed;
	const request = captureIntentRequest({ brief, attachments, model, options });
	const estimateUsd = await tellEstimate(context, scope, question, brief, itemIndex);
	const { value: intent, replayed, ...answer } = await question.ask(request);
	await saveWork(
		scope,
		question,
		`${question.keyOf(request)}:save`,
		[{ op: 'set', field: 'intent', value: intent }],
		{
			title: intent.title,
			note: `Captured the intent '${intent.title}'.`,
		},
	);

	const { runId } = question.found.run;
	return [
		{
			json: {
				...plain({ ...ITEM_HEAD, ...intent, ...passThrough(item.json) }),
				runId,
				round: question.found.round,
				kind: 'intent',
				estimateUsd,
				...answer,
				...(replayed ? { replayed } : {}),
			},
			...(item.binary === undefined ? {} : { binary: item.binary }),
			pairedItem: { item: itemIndex },
		},
	];
};
