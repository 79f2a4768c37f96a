import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../shared/host/descriptions';
import type { Operation } from './router';

export const description: INodeProperties[] = forOperation('concept', 'generate', [
	{
		displayName: 'Number of Concepts',
		name: 'count',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 20 },
		default: 3,
		description: 'How many to write in the first round. Later rounds write what is still missing.',
	},
	{
		displayName: 'Brief',
		name: 'brief',
		type: 'string',
		typeOptions: { rows: 3 },
		default: '',
		placeholder: 'e.g. A launch film for a running shoe',
		description:
			'Needed only where no intent was captured before: then the brief itself is what the concepts answer to',
	},
	{
		displayName: 'Style Guide',
		name: 'styleGuide',
		type: 'string',
		typeOptions: { rows: 3 },
		default: '',
		placeholder: 'e.g. Gritty, practical light, no drones',
		description:
			'What the concepts should follow, in plain words. The Style Validator checks them against its own rules.',
	},
]);

/** Asks for concepts, tells the model what is kept and what was turned down, and puts the new ones into state. */
export const execute: Operation = async (context, scope, item, itemIndex) => {
	const { addWork, openQuestion, recordRequest, saveWork, toItems } = await import('./question');
	const { attachmentsOf } = await import('./attachments');
	const {
		contextOfRound,
		firstPlaceOf,
		generateConcepts,
		generateConceptsRequest,
		generatedSchema,
		newArtefacts,
	} = await import('../../shared/concept');
	const { PipelineError } = await import('../../shared/errors');
	const { counted, failedItem, tell } = await import('../../shared/host');
	const { artefactsOf, hashOf } = await import('../../shared/state');
	const brief = String(context.getNodeParameter('brief', itemIndex, '') ?? '');
	const count = Number(context.getNodeParameter('count', itemIndex, 3));
	const question = await openQuestion(context, scope, item, itemIndex, { brief, count });
	const { attachments, hashes } = await attachmentsOf(context, scope, question, item, itemIndex);
	const { found, order, asker, requester } = question;
	const told = contextOfRound(question.document, found.round, question.after);
	const present = artefactsOf(question.document);
	const input = {
		...told,
		brief: brief === '' ? told.brief : brief,
		count: order === undefined ? count : 1,
		guide: String(context.getNodeParameter('styleGuide', itemIndex, '') ?? ''),
		model: asker.model,
		options: asker.options,
		approved: [...told.approved, ...siblings()],
		attachments,
	};
	const key = question.keyOf(generateConceptsRequest(input));
	await recordRequest(scope, question, input.count, hashes);

	const answer = await generateConcepts(question.ask, input);
	const made = newArtefacts(answer.value.concepts, {
		stepKey: key,
		kind: 'concept',
		round: found.round,
		firstSlot: order?.slot ?? firstPlaceOf(question.document, requester),
		madeFrom: [`intent@${hashOf(told.intent ?? input.brief)}`],
		by: scope.nodeName,
		replaces: order?.artefactId,
		costUsd: answer.costUsd,
	});
	// What was saved the first time counts: the second request for a repeat may have failed then, and not now.
	const saved = await saveWork(scope, question, `${key}:save`, addWork(question, made, present), {
		note: `Wrote ${made.map(({ title }) => `'${title}'`).join(', ')}.`,
		outcome: JSON.parse(JSON.stringify({ artefacts: made, repeated: answer.repeated })),
	});
	const { artefacts, repeated } = generatedSchema.parse(saved);
	if (answer.askedAgain > 0 && !answer.replayed) {
		tell(
			context,
			`${counted(answer.askedAgain, 'concept')} repeated other work, so another idea was asked for.`,
		);
	}

	const items = await toItems(scope, question, artefacts, answer, item, itemIndex);
	return items.map((result, index) => {
		const repeat = repeated.find((entry) => entry.index === index);
		if (repeat === undefined) return result;
		const failure = new PipelineError(
			'near_duplicate',
			`It nearly repeats '${repeat.repeats.title}'.`,
		).toFailure();
		return failedItem(context, result, failure, itemIndex);
	});

	/** What the places before this one got in the same round: they are asked one after the other. */
	function siblings(): Array<{ title: string; logline: string }> {
		if (order === undefined) return [];
		return present
			.filter(({ round, slot, by }) => round === found.round && slot < order.slot && by === scope.nodeName)
			.map(({ title, content }) => ({ title, logline: String(content.logline ?? '') }));
	}
};
