import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../router';

export const description: INodeProperties[] = [];

export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const { tell } = await import('../../../shared/host');
	const { run } = await scope.look(itemIndex, item.json);
	const verified = await scope.store.verify(run.runId);
	const row = { runId: run.runId, intact: verified.ok, versions: run.version };
	if (verified.ok) return [row];
	const { firstBadVersion, problem } = verified;
	tell(context, `The run '${run.title}' was changed from outside. ${problem}`, 'warning');
	return [{ ...row, firstBadVersion, problem }];
};
