import type { INodeProperties } from 'n8n-workflow';
import type { FieldDeclaration, FieldType, MergeRule } from '../../shared/state';

/** How a user declares a field of their own, without code. */
export const fieldRows: INodeProperties[] = [
	{
		displayName: 'Name',
		name: 'name',
		type: 'string',
		default: '',
		placeholder: 'e.g. budget',
	},
	{
		displayName: 'Type',
		name: 'type',
		type: 'options',
		options: [
			{ name: 'Anything', value: 'any' },
			{ name: 'List', value: 'array' },
			{ name: 'Number', value: 'number' },
			{ name: 'Object', value: 'object' },
			{ name: 'Text', value: 'string' },
			{ name: 'Yes or No', value: 'boolean' },
		],
		default: 'any',
		description: 'What a value, or one entry of a list, has to be',
	},
	{
		displayName: 'How Writes Combine',
		name: 'rule',
		type: 'options',
		options: [
			{ name: 'Add to a List', value: 'append', description: 'Nothing is overwritten' },
			{ name: 'Add Up', value: 'increment', description: 'A number that is counted up' },
			{
				name: 'Merge by ID',
				value: 'mergeById',
				description: 'Entries with an ID; the same ID changes the entry',
			},
			{ name: 'Replace', value: 'set', description: 'The newest value counts' },
			{ name: 'Write Once', value: 'writeOnce', description: 'The first value stays' },
		],
		default: 'set',
	},
];

/** The rows as declarations of content fields. Rows without a name are left out. */
export function readFieldRows(rows: unknown): FieldDeclaration[] {
	if (!Array.isArray(rows)) return [];
	return rows.flatMap((row: unknown): FieldDeclaration[] => {
		const { name, type, rule } = Object(row);
		if (typeof name !== 'string' || name.trim() === '') return [];
		return [{ name: name.trim(), type: toType(type), rule: toRule(rule), part: 'content' }];
	});
}

export function toType(type: unknown): FieldType {
	const known = (['array', 'boolean', 'number', 'object', 'string'] as const).find((each) => each === type);
	return known === undefined ? {} : { type: known };
}

export function toRule(rule: unknown): MergeRule {
	return (['append', 'increment', 'mergeById', 'writeOnce'] as const).find((each) => each === rule) ?? 'set';
}
