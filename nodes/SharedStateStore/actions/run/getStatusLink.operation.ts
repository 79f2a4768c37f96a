import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';

export const description: INodeProperties[] = forOperation('run', 'getStatusLink', [
	{
		displayName:
			'Whoever has the link can see how the run stands, download what is approved, and open its reviews. It works while a workflow with a <b>Status Page</b> step is published, such as template 07.',
		name: 'statusLinkNotice',
		type: 'notice',
		default: '',
	},
]);

/**
 * The address of the run's status page, and a page that says so to who has sent the form. What failed before it had a run gets a
 * page too, which says why: somebody waits for an answer.
 */
export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const { isPipelineError } = await import('../../../shared/errors');
	const { statusLink } = await import('../../../shared/host');
	const { failureSchema } = await import('../../../shared/state');
	const { LATEST, areByStandIn, renderEnding } = await import('../../../shared/status');
	const failure = failureSchema.safeParse(item.json.failure).data;
	const found = await scope.look(itemIndex, item.json).catch((error: unknown) => {
		if (isPipelineError(error) && failure !== undefined) return undefined;
		throw error;
	});
	if (found === undefined) {
		return [{ title: '', statusUrl: '', page: renderEnding({ title: '', statusUrl: '', failure }).html }];
	}
	const { runId, title, status, estimateUsd } = found.run;
	const statusUrl = statusLink(context, { run: runId });
	const known = { title, statusUrl, ...(estimateUsd === null ? {} : { estimateUsd }) };
	const calls = await scope.store.listSteps(runId, { kind: 'call', last: LATEST });
	const page = renderEnding({ ...known, isStandIn: areByStandIn(calls), failure }).html;
	return [{ ...known, status, runId, page }];
};
