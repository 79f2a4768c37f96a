import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';
import { readVersion } from '../version';

export const description: INodeProperties[] = forOperation('state', 'read', [
	{
		displayName: 'Fields',
		name: 'fieldNames',
		type: 'string',
		default: '',
		placeholder: 'e.g. intent, artefacts',
		description: 'With commas between them. Empty: all.',
	},
	{
		displayName: 'Version',
		name: 'at',
		type: 'string',
		default: '',
		placeholder: 'e.g. 7',
		description: 'A version number or the name of a checkpoint. Empty: as it is now.',
	},
]);

export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const { run } = await scope.look(itemIndex, item.json);
	const names = String(context.getNodeParameter('fieldNames', itemIndex, '') ?? '')
		.split(',')
		.map((name) => name.trim())
		.filter((name) => name !== '');
	const document = await scope.store.read(
		run.runId,
		readVersion(context.getNodeParameter('at', itemIndex, '')),
	);
	const fields = Object.entries(document.fields).filter(
		([name]) => names.length === 0 || names.includes(name),
	);
	return [
		JSON.parse(
			JSON.stringify({ runId: run.runId, version: document.version, ...Object.fromEntries(fields) }),
		),
	];
};
