import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { RunScope } from '../../shared/host';
import * as capture from './capture.operation';
import * as custom from './custom.operation';
import * as generate from './generate.operation';
import * as revise from './revise.operation';
import * as sketch from './sketch.operation';
import { refuseAsTool } from './tool';

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
	'concept/sketch': sketch.execute,
	'custom/generate': custom.execute,
};

/** Each takes half a minute and has nothing to do with the others. Concepts are told what is there already, and wait. */
const STILLS_AT_ONCE = 3;

/** What the Retry Router asks of an item goes before what the node is set to. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { counted, isForAnother, openRunScope, runPerItem, runsAsTool, stepsBefore, tell } =
		await import('../../shared/host');
	const scope = await openRunScope(context);
	const before = stepsBefore(context);
	const isTool = runsAsTool(context);
	const results = await runPerItem(
		context,
		async (item, itemIndex) => {
			if (isTool) await refuseAsTool(context, itemIndex);
			if (isForAnother(item.json, scope.nodeName, before)) return [];
			return chooseOperation(context, item, itemIndex)(context, scope, item, itemIndex);
		},
		{
			keptOf: (item, itemIndex) => (makesNew(context, item, itemIndex) ? withoutWork(item) : item),
			atOnce: operationOf(context, 0) === 'concept/sketch' ? STILLS_AT_ONCE : 1,
			// The agent's own item, with the model's words in it, neither chooses a run nor comes back with the answer.
			...(isTool ? { items: context.getInputData().map(() => ({ json: {} })) } : {}),
		},
	);
	const drawn = results.filter(isDrawnNow);
	if (drawn.length > 0) tell(context, `${counted(drawn.length, 'still')} drawn${costOf(drawn)}.`);
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

/** Whether the step makes work of its own of the item, in place of something about the work that the item is. */
function makesNew(context: IExecuteFunctions, { json }: INodeExecutionData, itemIndex: number): boolean {
	const operation = operationOf(context, itemIndex);
	return json.next === undefined && operation !== 'concept/revise' && operation !== 'concept/sketch';
}

/** What was not made is not the work that it was to be made of: the router would take that, which passed, in its place. */
function withoutWork(item: INodeExecutionData): INodeExecutionData {
	if (item.json.artefactId === undefined) return item;
	const { artefactId: _, contentHash: _hash, slot: _slot, kind: _kind, title: _title, ...kept } = item.json;
	return { ...item, json: kept };
}

/** A still that was paid for in this call. */
function isDrawnNow({ json, binary }: INodeExecutionData): boolean {
	const isNew = json.failure === undefined && json.replayed !== true && json.costUsd !== undefined;
	return isNew && binary?.sketch !== undefined;
}

/** ", about $0.10"; nothing where a price is unknown. */
function costOf(items: readonly INodeExecutionData[]): string {
	const costs = items.map(({ json }) => json.costUsd);
	if (!costs.every((cost) => typeof cost === 'number')) return '';
	return `, about $${costs.reduce((sum, cost) => sum + cost, 0).toFixed(2)}`;
}

function operationOf(context: IExecuteFunctions, itemIndex: number): string {
	const resource = context.getNodeParameter('resource', itemIndex, 'concept');
	return `${String(resource)}/${String(context.getNodeParameter('operation', itemIndex, 'generate'))}`;
}

function chooseOperation(context: IExecuteFunctions, item: INodeExecutionData, itemIndex: number): Operation {
	const chosen = OPERATIONS[operationOf(context, itemIndex)] ?? generate.execute;
	// It draws what is there, whatever is to happen to the work before.
	if (chosen === sketch.execute) return chosen;
	// Work in the user's own fields is no concept, so it is revised by the step that knows them.
	if (chosen === custom.execute && item.json.next === 'revise') return chosen;
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
