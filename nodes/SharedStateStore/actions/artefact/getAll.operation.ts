import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';

export const description: INodeProperties[] = forOperation('artefact', 'getAll', [
	{
		displayName: 'Status',
		name: 'artefactStatus',
		type: 'options',
		options: [
			{ name: 'Any but Replaced', value: '' },
			{ name: 'Approved', value: 'approved' },
			{ name: 'Failed', value: 'failed' },
			{ name: 'New', value: 'new' },
			{ name: 'Passed', value: 'passed' },
			{ name: 'Replaced', value: 'replaced' },
			{ name: 'Unsure', value: 'unsure' },
		],
		default: '',
	},
]);

/** The run's work as items, as the steps hand it on. */
export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const { artefactsOf, itemOf, verdictFor } = await import('../../../shared/state');
	const { run, round } = await scope.look(itemIndex, item.json);
	const wanted = String(context.getNodeParameter('artefactStatus', itemIndex, '') ?? '');
	const document = await scope.store.read(run.runId);
	return artefactsOf(document)
		.filter(({ status }) => (wanted === '' ? status !== 'replaced' : status === wanted))
		.sort((a, b) => a.slot - b.slot)
		.map((artefact) => {
			const verdict = verdictFor(document, artefact);
			return JSON.parse(JSON.stringify(itemOf(run.runId, artefact, round, { verdict })));
		});
};
