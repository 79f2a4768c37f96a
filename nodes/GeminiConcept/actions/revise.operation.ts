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

/** Changes one concept: the same artefact with new content, so that what was said of the old content no longer counts. */
export const execute: Operation = async (context, scope, item, itemIndex) => {
	const { addWork, openQuestion, saveWork, toItems } = await import('./question');
	const { conceptSchema, contextOfRound, reviseConceptRequest } = await import('../../shared/concept');
	const { artefactsOf, hashOf } = await import('../../shared/state');
	const question = await openQuestion(context, scope, item, itemIndex);
	const { found, order, asker } = question;
	const id = String(item.json.artefactId ?? '');
	const before = artefactsOf(question.document).find((artefact) => artefact.id === id);
	const concept = conceptSchema.safeParse(recordedBefore() ?? before?.content);
	if (before === undefined || !concept.success) {
		throw new PipelineError('input_refused', 'This item is not a concept that can be revised.', {
			hint: "Connect the output of a 'Concept: Generate' step, or use 'Custom: Generate' for other work.",
		});
	}
	const told = contextOfRound(question.document, found.round);
	const request = reviseConceptRequest({
		concept: concept.data,
		note: order === undefined ? String(context.getNodeParameter('note', itemIndex, '') ?? '') : order.reasons.join('\n'),
		intent: told.intent,
		directives: told.directives,
		model: asker.model,
		options: asker.options,
	});
	const answer = await question.ask(request);
	const content = { ...answer.value };
	const revised = {
		...before,
		title: content.title,
		content,
		contentHash: hashOf(content),
		status: 'new' as const,
		why: '',
		round: found.round,
	};
	await saveWork(scope, question, `${question.keyOf(request)}:save`, addWork([revised], undefined), {
		note: `Revised '${revised.title}'.`,
	});
	return toItems(scope, question, [revised], answer, itemIndex);

	/** The concept as it came in, so that the same step asks the same question also after it has changed the state. */
	function recordedBefore(): unknown {
		const fields = Object.keys(conceptSchema.shape).map((name) => [name, item.json[name]]);
		return fields.every(([, value]) => value !== undefined) ? Object.fromEntries(fields) : undefined;
	}
};
