import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';

export const description: INodeProperties[] = forOperation('run', 'reviewAgain', [
	{
		displayName:
			'Put a Human Gate after this step: it asks about all approved work again, to keep or to reopen. Work that is reopened leaves the gate by Redirected.',
		name: 'reviewAgainNotice',
		type: 'notice',
		default: '',
	},
]);

/** The approved work of a run as items of a new round, so that a Human Gate asks about it again. Of each run once in a call. */
export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const { lineageToken, passNumber, plain, writeOrThrow } = await import('../../../shared/host');
	const { anotherReviewRequest, planReview } = await import('../../../shared/review');
	const { itemOf, verdictFor } = await import('../../../shared/state');
	const { run, reached } = await scope.look(itemIndex, item.json);
	const { runId } = run;
	const lineage = lineageToken(context) ?? context.getExecutionId();
	const key = `review again:${scope.node}@${lineage}/${passNumber(context)}`;
	const another = await planReview(scope.store, run, { key, itemIndex, reached }, Date.now());
	if (another.itemIndex !== itemIndex) return [];
	await scope.find(itemIndex, { ...item.json, runId });
	if (!another.replayed) {
		const request = anotherReviewRequest(another, { key, node: scope.node, by: scope.nodeName });
		await writeOrThrow(scope.store, runId, request);
	}
	await scope.reachRound(runId, another.round);
	const document = await scope.store.read(runId);
	return another.artefacts.map((artefact) => {
		const more = { verdict: verdictFor(document, artefact), replayed: another.replayed };
		return plain(itemOf(runId, artefact, another.round, more));
	});
};
