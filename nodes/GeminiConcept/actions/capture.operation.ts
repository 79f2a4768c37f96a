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

/** Brief in, intent out: written to the run's state, where every later step finds it. */
export const execute: Operation = async (context, scope, item, itemIndex) => {
	const { copy, openQuestion, saveWork } = await import('./question');
	const { readAttachments } = await import('./attachments');
	const { captureIntentRequest } = await import('../../shared/concept');
	const brief = String(context.getNodeParameter('brief', itemIndex, '') ?? '');
	const attachments = await readAttachments(context, item, itemIndex);
	captureIntentRequest({ brief, attachments, model: '' });

	const question = await openQuestion(context, scope, item, itemIndex, brief, true);
	const { model, options } = question.asker;
	const request = captureIntentRequest({ brief, attachments, model, options });
	const { value: intent, replayed, ...answer } = await question.ask(request);
	await saveWork(scope, question, `${question.keyOf(request)}:save`, [{ op: 'set', field: 'intent', value: intent }], {
		title: intent.title,
		note: `Captured the intent '${intent.title}'.`,
	});

	return [
		{
			json: {
				title: intent.title,
				status: 'new',
				why: '',
				...copy(intent),
				runId: question.found.run.runId,
				round: question.found.round,
				kind: 'intent',
				...answer,
				...(replayed ? { replayed } : {}),
			},
			...(item.binary === undefined ? {} : { binary: item.binary }),
			pairedItem: { item: itemIndex },
		},
	];
};
