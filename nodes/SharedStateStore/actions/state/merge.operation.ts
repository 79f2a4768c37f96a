import type { INodeProperties } from 'n8n-workflow';
import { PipelineError } from '../../../shared/errors';
import { forOperation, notForAgents, onlyForAgents } from '../../../shared/host/descriptions';
import type { Operation } from '../router';
import type { PlannedWrite } from '../writeField';

export const description: INodeProperties[] = forOperation('state', 'merge', [
	{
		displayName: 'Field',
		name: 'field',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. shots',
	},
	{
		displayName: 'How',
		name: 'how',
		type: 'options',
		options: [
			{ name: 'Add to a List', value: 'append', description: 'Nothing is overwritten' },
			{
				name: 'Add Up',
				value: 'increment',
				description: 'A number that is counted up',
				displayOptions: notForAgents,
			},
			{
				name: 'Merge by ID',
				value: 'mergeById',
				description: 'Entries with an ID; the same ID changes the entry',
			},
		],
		default: 'mergeById',
		description: 'What happens to what is there. Many steps may do it at once and none is lost.',
	},
	{
		displayName: 'Entries',
		name: 'value',
		type: 'string',
		default: '={{ JSON.stringify($json) }}',
		placeholder: 'e.g. {{ $json }}',
		description: 'One entry, a list of entries, or the number to add',
		displayOptions: notForAgents,
	},
	{
		displayName: 'Entries',
		name: 'value',
		type: 'string',
		default:
			"={{ /*n8n-auto-generated-fromAI-override*/ $fromAI('Entries', `One entry or a list of entries, as JSON`, 'string') }}",
		description: 'One entry, or a list of entries',
		displayOptions: onlyForAgents,
	},
	{
		displayName: 'Take',
		name: 'take',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1,
		description: 'Raise it to repeat a merge that this run has on record already',
		displayOptions: notForAgents,
	},
]);

export async function plan(call: Parameters<Operation>[0]): Promise<PlannedWrite> {
	const { planField, readValue } = await import('../writeField');
	const { context, itemIndex } = call;
	const field = String(context.getNodeParameter('field', itemIndex, '') ?? '').trim();
	const value = readValue(context.getNodeParameter('value', itemIndex, ''));
	const values = Array.isArray(value) ? value : [value];
	switch (context.getNodeParameter('how', itemIndex, 'mergeById')) {
		case 'append':
			return planField(call, field, 'append', () => ({ op: 'append', field, values }));
		case 'increment':
			return planField(call, field, 'increment', () => ({ op: 'increment', field, by: toNumber(value) }));
		default:
			return planField(call, field, 'mergeById', () => ({
				op: 'mergeById',
				field,
				items: values.map(toEntry),
			}));
	}
}

function toNumber(value: unknown): number {
	if (typeof value === 'number') return value;
	throw new PipelineError('input_refused', "'Entries' should be the number to add.");
}

function toEntry(value: unknown): { id: string } {
	const id: unknown = Object(value).id;
	if (typeof id === 'string' && id !== '') return { ...Object(value), id };
	if (typeof id === 'number') return { ...Object(value), id: String(id) };
	throw new PipelineError('input_refused', "Each entry should be an object with an 'id'.");
}
