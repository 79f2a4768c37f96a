import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../router';

export const description: INodeProperties[] = [];

export const execute: Operation = async ({ scope, item, itemIndex }) => {
	const { run } = await scope.look(itemIndex, item.json);
	const checkpoints = await scope.store.listCheckpoints(run.runId);
	return checkpoints.map((checkpoint) => ({ runId: run.runId, ...checkpoint }));
};
