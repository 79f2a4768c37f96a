import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';

export const description: INodeProperties[] = forOperation('artefact', 'impact', [
	{
		displayName: 'If This Changes',
		name: 'changed',
		type: 'string',
		default: '={{ $json.artefactId || "intent" }}',
		placeholder: 'e.g. intent',
		description: 'The ID of a piece of work, or intent',
	},
]);

/** What would be out of date, in the order of making it again, and what that cost last time. */
export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const { artefactsOf } = await import('../../../shared/state');
	const { run } = await scope.look(itemIndex, item.json);
	const changed = String(context.getNodeParameter('changed', itemIndex, 'intent') ?? '').trim() || 'intent';
	const { stale, costUsd } = await scope.store.impact(run.runId, changed);
	const work = new Map(
		artefactsOf(await scope.store.read(run.runId)).map((artefact) => [artefact.id, artefact]),
	);
	return stale.map((artefactId, index) => ({
		title: work.get(artefactId)?.title ?? artefactId,
		status: work.get(artefactId)?.status ?? '',
		why: `Made from ${changed === 'intent' ? 'the intent' : `'${work.get(changed)?.title ?? changed}'`}.`,
		runId: run.runId,
		artefactId,
		order: index + 1,
		costUsd: work.get(artefactId)?.costUsd ?? null,
		totalCostUsd: costUsd,
	}));
};
