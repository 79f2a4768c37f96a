import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { RunScope } from '../../shared/host';
import * as artefactExportApproved from './artefact/exportApproved.operation';
import * as artefactGetAll from './artefact/getAll.operation';
import * as artefactImpact from './artefact/impact.operation';
import * as checkpointFork from './checkpoint/fork.operation';
import * as checkpointGetAll from './checkpoint/getAll.operation';
import * as checkpointRollBack from './checkpoint/rollBack.operation';
import * as checkpointSave from './checkpoint/save.operation';
import * as historyCompare from './history/compare.operation';
import * as historyGetAll from './history/getAll.operation';
import * as ledgerGetAll from './ledger/getAll.operation';
import * as runDelete from './run/delete.operation';
import * as runGet from './run/get.operation';
import * as runGetAll from './run/getAll.operation';
import * as runHandToPerson from './run/handToPerson.operation';
import * as runStart from './run/start.operation';
import * as runStop from './run/stop.operation';
import * as stateMerge from './state/merge.operation';
import * as stateRead from './state/read.operation';
import * as stateWrite from './state/write.operation';

/** An item with files of its own, in place of those of the item before. */
interface ItemWithFiles {
	json: IDataObject;
	binary: IBinaryKeyData;
}

/** One operation on one item. What it returns becomes the items' JSON, or one item with files. */
export type Operation = (call: {
	context: IExecuteFunctions;
	scope: RunScope;
	item: INodeExecutionData;
	itemIndex: number;
}) => Promise<IDataObject[] | ItemWithFiles>;

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
	'artefact/exportApproved': artefactExportApproved.execute,
	'artefact/getAll': artefactGetAll.execute,
	'artefact/impact': artefactImpact.execute,
	'checkpoint/fork': checkpointFork.execute,
	'checkpoint/getAll': checkpointGetAll.execute,
	'history/compare': historyCompare.execute,
	'run/delete': runDelete.execute,
	'state/read': stateRead.execute,
	'state/write': stateWrite.execute,
};
/** These are about what failed, so they work on failed items too. */
const FOR_FAILED = new Set(['run/delete', 'run/handToPerson', 'run/stop']);

function nameOf(context: IExecuteFunctions, itemIndex: number): string {
	const part = (name: string): string => String(context.getNodeParameter(name, itemIndex));
	return `${part('resource')}/${part('operation')}`;
}

export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { counted, openRunScope, runPerItem, tell } = await import('../../shared/host');
	const scope = await openRunScope(context);
	const results = await runPerItem(
		context,
		async (item, itemIndex) => {
			const made =
				(await OPERATIONS[nameOf(context, itemIndex)]?.({ context, scope, item, itemIndex })) ?? [];
			if (!Array.isArray(made)) return [{ ...made, pairedItem: { item: itemIndex } }];
			const binary = item.binary === undefined ? {} : { binary: item.binary };
			return made.map((json) => ({ json, ...binary, pairedItem: { item: itemIndex } }));
		},
		{ alsoFailed: (itemIndex) => FOR_FAILED.has(nameOf(context, itemIndex)), whenItFails: 'stop' },
	);
	const replayed = results.filter(({ json }) => json.replayed === true).length;
	if (replayed > 0) {
		tell(context, `${counted(replayed, 'item')} on record already, so nothing was done again.`);
	}
	return [results];
}
