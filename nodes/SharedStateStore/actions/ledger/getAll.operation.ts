import type { INodeProperties } from 'n8n-workflow';
import type { Operation } from '../router';

export const description: INodeProperties[] = [];

export const execute: Operation = async ({ scope, item, itemIndex }) => {
	const { run } = await scope.look(itemIndex, item.json);
	const entries = await scope.store.ledger(run.runId);
	return entries.map((entry) => ({ runId: run.runId, ...JSON.parse(JSON.stringify(entry)) }));
};
