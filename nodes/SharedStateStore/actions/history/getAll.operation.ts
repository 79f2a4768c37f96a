import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../router';

export const description: INodeProperties[] = [];

export const execute: Operation = async ({ scope, item, itemIndex }) => {
	const { run } = await scope.look(itemIndex, item.json);
	const versions = await scope.store.history(run.runId);
	return versions.map((version) => ({ runId: run.runId, ...version }));
};
