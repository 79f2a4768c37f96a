/** Small workflows for tests, written as steps and wires. */
import type {
	IConnections,
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeType,
} from 'n8n-workflow';
import { standIn, type WorkflowJson } from './engine';

type More = Partial<INode>;

function step(type: string, name: string, parameters: IDataObject = {}, more: More = {}): INode {
	return {
		id: name,
		name,
		type,
		typeVersion: 1,
		position: [0, 0],
		parameters: parameters as INode['parameters'],
		...more,
	};
}

export const start = (): INode => step('n8n-nodes-base.manualTrigger', 'Start');
export const gemini = (name: string, parameters: IDataObject, more?: More): INode =>
	step('n8n-nodes-greenlight.geminiConcept', name, parameters, more);
export const validator = (name: string, parameters: IDataObject, more?: More): INode =>
	step('n8n-nodes-greenlight.styleValidator', name, parameters, more);
export const retryRouter = (name: string, parameters: IDataObject = {}, more?: More): INode =>
	step('n8n-nodes-greenlight.retryRouter', name, parameters, more);
export const humanGate = (name: string, parameters: IDataObject = {}, more?: More): INode =>
	step('n8n-nodes-greenlight.humanGate', name, parameters, more);
export const stateStore = (
	name: string,
	resource: string,
	operation: string,
	parameters: IDataObject = {},
	more?: More,
): INode => step('n8n-nodes-greenlight.sharedStateStore', name, { resource, operation, ...parameters }, more);
export const noOp = (name: string): INode => step('n8n-nodes-base.noOp', name);
/** Edit Fields: sets the fields, and keeps the others only if asked. */
export const editFields = (name: string, fields: IDataObject, includeOtherFields = true): INode =>
	step(
		'n8n-nodes-base.set',
		name,
		{
			includeOtherFields,
			assignments: {
				assignments: Object.entries(fields).map(([field, value]) => ({ id: field, name: field, value })),
			},
		},
		{ typeVersion: 3.4 },
	);
/** A step of a type that the test hands to the engine under the same name. */
export const other = (name: string, more?: More): INode => step(`test.${name}`, name, {}, more);

/** Rules as rows of the Style Validator. */
export const banned = (...words: string[]): IDataObject => ({
	kind: 'bannedWords',
	words: words.join(', '),
	severity: 'hard',
});
export const judged = (statement: string): IDataObject => ({ kind: 'judged', statement, severity: 'hard' });
export const rules = (...rows: IDataObject[]): IDataObject => ({ rulesFrom: 'rows', rules: { rows } });

/**
 * Wires as text: `'Start > Write > Check'`. `Write:1` is the second output of Write, `Router/1` the second input of Router.
 */
export function flow(nodes: INode[], ...wires: string[]): WorkflowJson {
	const connections: IConnections = {};
	for (const wire of wires) {
		const ends = wire.split('>').map((end) => /^([^:/]+)(?:\/(\d+))?(?::(\d+))?$/.exec(end.trim()));
		ends.slice(1).forEach((to, index) => {
			const from = ends[index];
			const [source, target] = [from?.[1], to?.[1]];
			for (const name of [source, target]) {
				if (!nodes.some((node) => node.name === name))
					throw new Error(`The wire '${wire}' leads to no step.`);
			}
			const outputs = ((connections[source ?? ''] ??= { main: [] }).main ??= []);
			const output = Number(from?.[3] ?? 0);
			while (outputs.length <= output) outputs.push([]);
			outputs[output]?.push({ node: target ?? '', type: 'main', index: Number(to?.[2] ?? 0) });
		});
	}
	return { name: 'A test', nodes, connections, settings: { executionOrder: 'v1' } };
}

type Items = INodeExecutionData[];

/** Types for steps made by `other`: each gets the items and gives out what goes to each output. */
export function typesOf(
	work: Record<string, (this: IExecuteFunctions, items: Items) => Items[] | Promise<Items[]>>,
	outputs = 1,
): Record<string, INodeType> {
	return Object.fromEntries(
		Object.entries(work).map(([name, execute]) => [
			`test.${name}`,
			standIn(
				name,
				async function () {
					return execute.call(this, this.getInputData());
				},
				['main'],
				Array.from({ length: outputs }, () => 'main'),
			),
		]),
	);
}

/** The item as the next step gets it, with its lineage. */
export function same(items: Items): Items {
	return items.map((item, index) => ({ ...item, pairedItem: { item: index } }));
}

/** n8n's Filter: lets through what the test wants. */
export function keepIf(wanted: (json: IDataObject) => boolean): (items: Items) => Items[] {
	return (items) => [same(items).filter(({ json }) => wanted(json))];
}

/** A step that takes this long, as n8n's own Wait does. A test that uses it restores all mocks at its end. */
export function waiting(ms: number): { node: INode; types: Record<string, INodeType> } {
	let passed = 0;
	const pass = (items: Items): Items[] => {
		passed += ms;
		const { now } = Date;
		if (!jest.isMockFunction(now)) jest.spyOn(Date, 'now').mockImplementation(() => now() + passed);
		return [same(items)];
	};
	return { node: other('Wait'), types: typesOf({ Wait: pass }) };
}
