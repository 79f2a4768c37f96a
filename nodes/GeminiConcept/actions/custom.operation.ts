import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../shared/host/descriptions';
import type { CustomField } from '../../shared/concept';
import type { Operation } from './router';

export const description: INodeProperties[] = forOperation('custom', 'generate', [
	{
		displayName: 'Task',
		name: 'instruction',
		type: 'string',
		typeOptions: { rows: 4 },
		default: '',
		required: true,
		placeholder: 'e.g. Write a tagline for this concept',
		description: 'What the model should write',
	},
	{
		displayName: 'Input',
		name: 'input',
		type: 'string',
		typeOptions: { rows: 3 },
		default: '',
		placeholder: 'e.g. {{ $json.logline }}',
		description: "What to work on. Empty: the run's brief and intent.",
	},
	{
		displayName: 'Answer Fields',
		name: 'fields',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		placeholder: 'Add Field',
		default: { rows: [{ name: 'title', type: 'text', description: 'Short name' }] },
		description: 'What the answer consists of. Each field becomes a column.',
		options: [
			{
				displayName: 'Rows',
				name: 'rows',
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: 'e.g. tagline',
						description: 'Letters, digits and underscores',
					},
					{
						displayName: 'Type',
						name: 'type',
						type: 'options',
						options: [
							{ name: 'List of Texts', value: 'list' },
							{ name: 'Number', value: 'number' },
							{ name: 'Text', value: 'text' },
							{ name: 'Yes or No', value: 'yesNo' },
						],
						default: 'text',
					},
					{
						displayName: 'Description',
						name: 'description',
						type: 'string',
						default: '',
						placeholder: 'e.g. At most eight words, no exclamation mark',
						description: 'What should stand there',
					},
				],
			},
		],
	},
	{
		displayName: 'Kind of Work',
		name: 'kind',
		type: 'string',
		default: 'work',
		placeholder: 'e.g. tagline',
		description: 'What the result is called in the state',
	},
]);

/** One piece of work in the user's own fields; what the router sent back to be revised, changed as the reasons say. */
export const execute: Operation = async (context, scope, item, itemIndex) => {
	const { addWork, openQuestion, recordRequest, saveWork, toItems } = await import('./question');
	const { attachmentsOf } = await import('./attachments');
	const { contextOfRound, customRequest, firstPlaceOf, newArtefacts } = await import('../../shared/concept');
	const { artefactsOf, hashOf } = await import('../../shared/state');
	const typed = String(context.getNodeParameter('input', itemIndex, '') ?? '');
	const question = await openQuestion(context, scope, item, itemIndex);
	const { found, order, asker, requester } = question;
	const present = artefactsOf(question.document);
	const before = order?.next === 'revise' ? present.find(({ id }) => id === order.artefactId) : undefined;
	const told = contextOfRound(question.document, found.round, question.after);
	const { attachments, hashes } = await attachmentsOf(context, scope, question, item, itemIndex);
	const input = typed === '' ? { brief: told.brief, intent: told.intent ?? null } : typed;
	const request = customRequest({
		instruction: String(context.getNodeParameter('instruction', itemIndex, '') ?? ''),
		input,
		rows: readRows(context.getNodeParameter('fields.rows', itemIndex, [])),
		approved: told.approved,
		rejected: told.rejected,
		directives: told.directives,
		reasons: order?.reasons ?? [],
		...(before === undefined ? {} : { revising: before.content }),
		attachments,
		model: asker.model,
		options: asker.options,
	});
	const key = question.keyOf(request);
	const kind = String(context.getNodeParameter('kind', itemIndex, 'work') ?? '').trim() || 'work';
	await recordRequest(scope, question, 1, hashes);

	const answer = await question.ask(request);
	const artefacts = newArtefacts([answer.value], {
		stepKey: key,
		kind,
		round: found.round,
		firstSlot: order?.slot ?? firstPlaceOf(question.document, requester),
		madeFrom: [before === undefined ? `input@${hashOf(input)}` : `${before.id}@${before.contentHash}`],
		by: scope.nodeName,
		replaces: order?.artefactId,
		costUsd: answer.costUsd,
	});
	await saveWork(scope, question, `${key}:save`, addWork(question, artefacts, present), {
		note: `${before === undefined ? 'Wrote' : 'Revised'} '${artefacts[0]?.title ?? kind}'.`,
	});
	return toItems(scope, question, artefacts, answer, item, itemIndex);
};

function readRows(value: unknown): CustomField[] {
	const rows: unknown[] = Array.isArray(value) ? value : [];
	return rows.map((row) => {
		const { name, type, description: text } = Object(row);
		const known = (['text', 'number', 'yesNo', 'list'] as const).find((each) => each === type);
		return { name: String(name ?? '').trim(), type: known ?? 'text', description: String(text ?? '') };
	});
}
