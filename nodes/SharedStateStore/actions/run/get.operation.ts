import type { INodeProperties } from 'n8n-workflow';
import { runRow } from '../runRow';
import type { Operation } from '../router';

export const description: INodeProperties[] = [];

export const execute: Operation = async ({ scope, item, itemIndex }) => {
	const { run, round } = await scope.look(itemIndex, item.json);
	return [{ ...runRow(await scope.store.getRun(run.runId)), round }];
};
