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
import * as ledgerReport from './ledger/report.operation';
import * as reviewDeliverDue from './review/deliverDue.operation';
import * as reviewGetAll from './review/getAll.operation';
import * as runDelete from './run/delete.operation';
import * as runExport from './run/export.operation';
import * as runGet from './run/get.operation';
import * as runGetAll from './run/getAll.operation';
import * as runGetStatusLink from './run/getStatusLink.operation';
import * as runHandToPerson from './run/handToPerson.operation';
import * as runImport from './run/import.operation';
import * as runMarkCrashed from './run/markCrashed.operation';
import * as runReviewAgain from './run/reviewAgain.operation';
import * as runStart from './run/start.operation';
import * as runStop from './run/stop.operation';
import * as runVerify from './run/verify.operation';
import * as setUpCheck from './setUp/check.operation';
import * as stateMerge from './state/merge.operation';
import * as stateRead from './state/read.operation';
import * as stateWrite from './state/write.operation';
import { refuseAsTool } from './tool';
import { writesTogether } from './writeTogether';

/** One operation on one item. What it returns becomes the items' JSON; `files` go on with them, at first those of the item. */
export type Operation = (call: {
	context: IExecuteFunctions;
	scope: RunScope;
	item: INodeExecutionData;
	itemIndex: number;
	files: IBinaryKeyData;
}) => Promise<IDataObject[]>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
	'checkpoint/rollBack': checkpointRollBack.execute,
	'checkpoint/save': checkpointSave.execute,
	'history/getAll': historyGetAll.execute,
	'ledger/getAll': ledgerGetAll.execute,
	'ledger/report': ledgerReport.execute,
	'review/deliverDue': reviewDeliverDue.execute,
	'review/getAll': reviewGetAll.execute,
	'run/export': runExport.execute,
	'run/get': runGet.execute,
	'run/getAll': runGetAll.execute,
	'run/getStatusLink': runGetStatusLink.execute,
	'run/handToPerson': runHandToPerson.execute,
	'run/import': runImport.execute,
	'run/markCrashed': runMarkCrashed.execute,
	'run/reviewAgain': runReviewAgain.execute,
	'run/start': runStart.execute,
	'run/stop': runStop.execute,
	'run/verify': runVerify.execute,
	'state/merge': writesTogether(stateMerge.plan),
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
/** About n8n as a whole, once for all items: a store that cannot be opened is one of the things that they find. */
const WITHOUT_STORE: Readonly<Record<string, (context: IExecuteFunctions) => Promise<INodeExecutionData[]>>> =
	{
		'setUp/check': setUpCheck.execute,
	};
/** These are about what failed, so they work on failed items too. */
const FOR_FAILED = new Set([
	'run/delete',
	'run/getStatusLink',
	'run/handToPerson',
	'run/markCrashed',
	'run/stop',
]);

function nameOf(context: IExecuteFunctions, itemIndex: number): string {
	const part = (name: string): string => String(context.getNodeParameter(name, itemIndex));
	return `${part('resource')}/${part('operation')}`;
}

export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { counted, openRunScope, runPerItem, runsAsTool, tell } = await import('../../shared/host');
	const isTool = runsAsTool(context);
	const withoutStore = WITHOUT_STORE[nameOf(context, 0)];
	if (withoutStore !== undefined && !isTool) return [await withoutStore(context)];
	const scope = await openRunScope(context);
	const results = await runPerItem(
		context,
		async (item, itemIndex) => {
			const files = { ...item.binary };
			const name = nameOf(context, itemIndex);
			if (isTool) await refuseAsTool(context, itemIndex, name);
			const rows = await OPERATIONS[name]?.({ context, scope, item, itemIndex, files });
			const binary = Object.keys(files).length === 0 ? {} : { binary: files };
			return (rows ?? []).map((json) => ({ json, ...binary, pairedItem: { item: itemIndex } }));
		},
		{
			alsoFailed: (itemIndex) => FOR_FAILED.has(nameOf(context, itemIndex)),
			whenItFails: 'stop',
			// The agent's own item, with the model's words in it, neither chooses a run nor comes back with the answer.
			...(isTool ? { items: context.getInputData().map(() => ({ json: {} })) } : {}),
		},
	);
	const replayed = results.filter(({ json }) => json.replayed === true).length;
	if (replayed > 0) {
		tell(context, `${counted(replayed, 'item')} on record already, so nothing was done again.`);
	}
	return [results];
}
