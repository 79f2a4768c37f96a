import type { INodeProperties } from 'n8n-workflow';
import { PipelineError } from '../../../shared/errors';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';
import { runRow } from '../runRow';
import { readVersion } from '../version';

export const description: INodeProperties[] = forOperation('checkpoint', 'fork', [
	{
		displayName: 'Start From',
		name: 'at',
		type: 'string',
		default: '',
		placeholder: 'e.g. intent approved',
		description: 'The name of a checkpoint, or a version number. Empty: the run as it is now.',
	},
	{
		displayName: 'Run Key of the Copy',
		name: 'forkKey',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. spring-campaign-7, variant B',
		description:
			'Your own name for the new run. The copy has the content, not the records: nothing spent, nothing approved.',
	},
]);

/** Another variant: a new run that begins as a copy. Played again, the copy that is there is given back. */
export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const { run } = await scope.look(itemIndex, item.json);
	const runKey = String(context.getNodeParameter('forkKey', itemIndex, '') ?? '').trim();
	if (runKey === '') throw new PipelineError('input_missing', "'Run Key of the Copy' is empty.");
	const at = readVersion(context.getNodeParameter('at', itemIndex, ''));
	const { run: fork, created } = await scope.store.fork(run.runId, {
		runKey,
		by: scope.nodeName,
		...(at === undefined ? {} : { at }),
	});
	return [{ ...runRow(fork), round: 0, ...(created ? {} : { replayed: true }) }];
};
