import type { INodeProperties } from 'n8n-workflow';
import { runNow, runRow } from '../runRow';
import type { Operation } from '../router';

export const description: INodeProperties[] = [];

export const execute: Operation = async ({ scope, item, itemIndex }) => {
	const { run, round } = await scope.look(itemIndex, item.json);
	const now = await runNow(scope.store, await scope.store.getRun(run.runId), Date.now());
	return [{ ...runRow(now), round }];
};
