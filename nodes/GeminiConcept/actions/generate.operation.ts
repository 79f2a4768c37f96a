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
		description: "Needed only where no intent was captured before: then the brief itself is what the concepts answer to",
	},
	{
		displayName: 'Style Guide',
		name: 'styleGuide',
		type: 'string',
		typeOptions: { rows: 3 },
		default: '',
		placeholder: 'e.g. Gritty, practical light, no drones',
		description: 'What the concepts should follow, in plain words. The Style Validator checks them against its own rules.',
	},
]);

/** Asks for concepts, tells the model what is kept and what was turned down, and puts the new ones into state. */
export const execute: Operation = async (context, scope, item, itemIndex) => {
	const { addWork, openQuestion, saveWork, toItems } = await import('./question');
	const { contextOfRound, generateConcepts, generateConceptsRequest, newArtefacts, placesBefore } = await import(
		'../../shared/concept'
	);
	const { hashOf } = await import('../../shared/state');
	const brief = String(context.getNodeParameter('brief', itemIndex, '') ?? '');
	const question = await openQuestion(context, scope, item, itemIndex, brief);
	const { found, order, asker } = question;
	const told = contextOfRound(question.document, found.round);
	const count = order === undefined ? Number(context.getNodeParameter('count', itemIndex, 3)) : 1;
	const input = {
		...told,
		brief: brief === '' ? told.brief : brief,
		count,
		directives: told.directives,
		guide: String(context.getNodeParameter('styleGuide', itemIndex, '') ?? ''),
		model: asker.model,
		options: asker.options,
		approved: [...told.approved, ...siblingsOf(question)],
	};
	const key = question.keyOf(generateConceptsRequest(input));
	const requester = `${scope.node}#${itemIndex + 1}`;
	if (order === undefined) await recordRequest(scope, question, requester, count);

	const answer = await generateConcepts(question.ask, input);
	const artefacts = newArtefacts(answer.value.concepts, {
		stepKey: key,
		kind: 'concept',
		round: found.round,
		firstSlot: order?.slot ?? placesBefore(question.document, requester) + 1,
		madeFrom: [`intent@${hashOf(told.intent ?? input.brief)}`],
		by: scope.nodeName,
		replaces: order?.artefactId,
	});
	await saveWork(scope, question, `${key}:save`, addWork(artefacts, order?.artefactId), {
		note: `Wrote ${artefacts.map(({ title }) => `'${title}'`).join(', ')}.`,
	});

	const { PipelineError } = await import('../../shared/errors');
	const { failedItem } = await import('../../shared/host');
	const items = await toItems(scope, question, artefacts, answer, itemIndex);
	return items.map((result, index) => {
		const repeat = answer.repeated.find((entry) => entry.index === index);
		if (repeat === undefined) return result;
		const failure = new PipelineError('near_duplicate', `It nearly repeats '${repeat.repeats.title}'.`).toFailure();
		return failedItem(context, result, failure, itemIndex);
	});

	/** What other places of this round have got already. */
	function siblingsOf({ document, found: { round } }: typeof question): Array<{ title: string; logline: string }> {
		if (order === undefined) return [];
		const artefacts = Array.isArray(document.fields.artefacts) ? document.fields.artefacts : [];
		return artefacts.flatMap((entry) => {
			const artefact = Object(entry);
			const isEarlierPlace = artefact.round === round && artefact.slot < order.slot && artefact.by === scope.nodeName;
			return isEarlierPlace ? [{ title: String(artefact.title), logline: String(artefact.content?.logline ?? '') }] : [];
		});
	}
};

/** How many pieces this step asks for: what the router counts with also when the call fails. */
const recordRequest = async (
	scope: Parameters<Operation>[1],
	question: { found: { run: { runId: string } } },
	id: string,
	count: number,
): Promise<void> => {
	await scope.store.write(question.found.run.runId, [
		{
			by: scope.nodeName,
			asRecordKeeper: true,
			commands: [{ op: 'mergeById', field: 'requested', items: [{ id, count }] }],
		},
	]);
};
