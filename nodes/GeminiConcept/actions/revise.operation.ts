import type { INodeProperties } from 'n8n-workflow';
import { PipelineError } from '../../shared/errors';
import { forOperation } from '../../shared/host/descriptions';
import type { Operation } from './router';

export const description: INodeProperties[] = forOperation('concept', 'revise', [
	{
		displayName: 'Note',
		name: 'note',
		type: 'string',
		typeOptions: { rows: 3 },
		default: '={{ $json.note }}',
		placeholder: 'e.g. Rain on the lens, and lose the drone shot',
		description: 'What to change. Everything else of the concept stays.',
	},
]);

/** Changes one concept: a new artefact in its place, so that what was said of the old one stays with the old one. */
export const execute: Operation = async (context, scope, item, itemIndex) => {
	const { addWork, openQuestion, saveWork, toItems } = await import('./question');
	const { conceptSchema, contextOfRound, newArtefacts, reviseConceptRequest } =
		await import('../../shared/concept');
	const { artefactsOf } = await import('../../shared/state');
	const question = await openQuestion(context, scope, item, itemIndex);
	const { found, order, asker } = question;
	const present = artefactsOf(question.document);
	const before = present.find(({ id }) => id === item.json.artefactId);
	const fields = Object.fromEntries(Object.keys(conceptSchema.shape).map((name) => [name, item.json[name]]));
	const concept = conceptSchema.safeParse({ ...before?.content, ...JSON.parse(JSON.stringify(fields)) });
	if (before === undefined || !concept.success) {
		throw new PipelineError('input_refused', 'This item is not a concept that can be revised.', {
			hint: "Connect the output of a 'Concept: Generate' step, or use 'Custom: Generate' for other work.",
		});
	}
	const told = contextOfRound(question.document, found.round, question.after);
	const request = reviseConceptRequest({
		concept: concept.data,
		note:
			order === undefined
				? String(context.getNodeParameter('note', itemIndex, '') ?? '')
				: order.reasons.join('\n'),
		...told,
		model: asker.model,
		options: asker.options,
	});
	const key = question.keyOf(request);
	const answer = await question.ask(request);
	const revised = newArtefacts([answer.value], {
		stepKey: key,
		kind: before.kind,
		round: found.round,
		firstSlot: before.slot,
		madeFrom: [`${before.id}@${before.contentHash}`],
		by: before.by,
		replaces: before.id,
		costUsd: answer.costUsd,
	});
	await saveWork(scope, question, `${key}:save`, addWork(question, revised, present, before.id), {
		note: `Revised '${before.title}'.`,
	});
	return toItems(scope, question, revised, answer, item, itemIndex);
};
