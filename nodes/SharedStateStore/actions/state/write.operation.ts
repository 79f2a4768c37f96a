import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';

export const description: INodeProperties[] = forOperation('state', 'write', [
	{
		displayName: 'Field',
		name: 'field',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. budget',
		description: 'Under which name it is saved. A new name makes a new field.',
	},
	{
		displayName: 'Value',
		name: 'value',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.total }}',
		description: 'Text, a number, or JSON',
	},
	{
		displayName: 'Saved Version',
		name: 'expectedVersion',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.version }}',
		description:
			'The version that you read. If the field changed since, the write is refused and says who changed it. Empty: the newest value counts.',
	},
	{
		displayName: 'Take',
		name: 'take',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1,
		description: 'Raise it to repeat a write that this run has on record already',
	},
]);

export const execute: Operation = async (call) => {
	const { writeOrThrow } = await import('../../../shared/host');
	const { planField, readValue } = await import('../writeField');
	const { context, scope, itemIndex } = call;
	const field = String(context.getNodeParameter('field', itemIndex, '') ?? '').trim();
	const typed = context.getNodeParameter('value', itemIndex, '');
	const { runId, request, toRow } = await planField(call, field, 'set', (declared) => ({
		op: declared?.rule === 'writeOnce' ? 'writeOnce' : 'set',
		field,
		value: readValue(typed, declared),
	}));
	return [toRow(await writeOrThrow(scope.store, runId, request))];
};
