import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { RunScope } from '../../shared/host';
import * as checkpointRollBack from './checkpoint/rollBack.operation';
import * as checkpointSave from './checkpoint/save.operation';
import * as historyGetAll from './history/getAll.operation';
import * as ledgerGetAll from './ledger/getAll.operation';
import * as runGet from './run/get.operation';
import * as runGetAll from './run/getAll.operation';
import * as runHandToPerson from './run/handToPerson.operation';
import * as runStart from './run/start.operation';
import * as runStop from './run/stop.operation';
import * as stateMerge from './state/merge.operation';
import * as stateRead from './state/read.operation';
import * as stateWrite from './state/write.operation';

/** One operation on one item. What it returns becomes the items' JSON. */
export type Operation = (call: {
	context: IExecuteFunctions;
	scope: RunScope;
	item: INodeExecutionData;
	itemIndex: number;
}) => Promise<IDataObject[]>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
	'checkpoint/rollBack': checkpointRollBack.execute,
	'checkpoint/save': checkpointSave.execute,
	'history/getAll': historyGetAll.execute,
	'ledger/getAll': ledgerGetAll.execute,
	'run/get': runGet.execute,
	'run/getAll': runGetAll.execute,
	'run/handToPerson': runHandToPerson.execute,
	'run/start': runStart.execute,
	'run/stop': runStop.execute,
	'state/merge': stateMerge.execute,
	'state/read': stateRead.execute,
	'state/write': stateWrite.execute,
};
/** These are about what failed, so they work on failed items too. */
const FOR_FAILED = new Set(['run/handToPerson', 'run/stop']);

export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { asPipelineError, failedItem, openRunScope, toNodeError } = await import('../../shared/host');
	const { failureOf } = await import('../../shared/recovery');
	const scope = await openRunScope(context).catch((error: unknown) => {
		throw toNodeError(context, error, 0);
	});
	const results: INodeExecutionData[] = [];
	for (const [itemIndex, item] of context.getInputData().entries()) {
		const name = `${String(context.getNodeParameter('resource', itemIndex))}/${String(context.getNodeParameter('operation', itemIndex))}`;
		if (failureOf(item.json) !== undefined && !FOR_FAILED.has(name)) {
			results.push({ ...item, pairedItem: { item: itemIndex } });
			continue;
		}
		try {
			const rows = await OPERATIONS[name]?.({ context, scope, item, itemIndex });
			const binary = item.binary === undefined ? {} : { binary: item.binary };
			for (const json of rows ?? []) results.push({ json, ...binary, pairedItem: { item: itemIndex } });
		} catch (error) {
			if (!context.continueOnFail()) throw toNodeError(context, error, itemIndex);
			results.push(failedItem(context, item, asPipelineError(error).toFailure(), itemIndex));
		}
	}
	return [results];
}
