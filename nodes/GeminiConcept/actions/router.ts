import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { RunScope } from '../../shared/host';
import * as capture from './capture.operation';
import * as custom from './custom.operation';
import * as generate from './generate.operation';
import * as revise from './revise.operation';

/** One operation on one item. */
export type Operation = (
	context: IExecuteFunctions,
	scope: RunScope,
	item: INodeExecutionData,
	itemIndex: number,
) => Promise<INodeExecutionData[]>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
	'intent/capture': capture.execute,
	'concept/generate': generate.execute,
	'concept/revise': revise.execute,
	'custom/generate': custom.execute,
};

/** What the Retry Router asks of an item goes before what the node is set to. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { counted, openRunScope, runPerItem, stepsBefore, tell } = await import('../../shared/host');
	const scope = await openRunScope(context);
	const before = stepsBefore(context);
	const results = await runPerItem(context, async (item, itemIndex) => {
		if (isForAnother(item, scope.nodeName, before)) return [];
		return chooseOperation(context, item, itemIndex)(context, scope, item, itemIndex);
	});
	const failed = results.filter(({ json }) => json.failure !== undefined).length;
	const replayed = results.filter(({ json }) => json.replayed === true).length;
	if (failed > 0)
		tell(context, `${counted(failed, 'item')} failed and will reach the router with the reason`, 'warning');
	if (replayed > 0) {
		tell(
			context,
			`${counted(replayed, 'item')} shown from the record, at no cost. Raise 'Take' for a fresh answer.`,
		);
	}
	if (scope.runCount() > 1) {
		tell(
			context,
			'These items belong to several runs, which wait for each other here. Give each brief an execution of its own.',
		);
	}
	return [results];
}

/** What another generator made, that generator makes anew: where Retry leads to several, one answers. */
function isForAnother(
	item: INodeExecutionData,
	own: string,
	before: ReadonlySet<string> | undefined,
): boolean {
	const { maker, next } = item.json;
	if (typeof maker !== 'string' || maker === own || next === 'check') return false;
	return before?.has(maker) ?? false;
}

function chooseOperation(context: IExecuteFunctions, item: INodeExecutionData, itemIndex: number): Operation {
	const resource = context.getNodeParameter('resource', itemIndex, 'concept');
	const operation = context.getNodeParameter('operation', itemIndex, 'generate');
	const chosen = OPERATIONS[`${String(resource)}/${String(operation)}`] ?? generate.execute;
	switch (item.json.next) {
		case 'check':
			return async () => [{ ...item, pairedItem: { item: itemIndex } }];
		case 'revise':
			return revise.execute;
		case 'generate':
			return chosen === custom.execute ? custom.execute : generate.execute;
		default:
			return chosen;
	}
}
