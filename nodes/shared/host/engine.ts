/**
 * Everything that Greenlight reads from n8n's untyped insides, in one place. Each is looked for before it is used; where it
 * is missing the answer is `undefined` and the callers do the safe thing. `test/host/engine.test.ts` and the end-to-end
 * suite fail when a new n8n moves one of them.
 */
import type { IExecuteFunctions, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

interface StackEntry {
	node?: { name?: unknown };
	data?: { main?: Array<INodeExecutionData[] | null> };
	source?: { main?: unknown[] } | null;
	metadata?: { forwardAllOutputs?: unknown };
}

interface Insides {
	resumeToken?: unknown;
	parentExecution?: { executionId?: unknown };
	executionData?: {
		nodeExecutionStack?: StackEntry[];
		waitingExecution?: Record<string, unknown>;
	};
	resultData?: { error?: unknown; runData?: Record<string, unknown> };
}

type WithInsides = Partial<IExecuteFunctions> & {
	runExecutionData?: Insides;
	additionalData?: { hooks?: unknown; webhookBaseUrl?: unknown };
};

const GREENLIGHT_TYPE = /greenlight\.[a-zA-Z]+$/;
const ROUTER_TYPE = /greenlight\.retryRouter$/;
const GATE_TYPE = /greenlight\.humanGate$/;

/** A token that stays the same over waits, Retry execution and a crash, where an execution id does not. */
export function lineageToken(context: IExecuteFunctions): string | undefined {
	const token = insidesOf(context)?.resumeToken;
	return typeof token === 'string' && token !== '' ? token : undefined;
}

/** The execution that called this one as a sub-workflow. */
export function parentExecutionId(context: IExecuteFunctions): string | undefined {
	const id = insidesOf(context)?.parentExecution?.executionId;
	return typeof id === 'string' && id !== '' ? id : undefined;
}

/** Whether an AI Agent called this step as a tool: n8n makes a variant of the node for it, under a name of its own. */
export function runsAsTool(context: IExecuteFunctions): boolean {
	const offered: Partial<Pick<IExecuteFunctions, 'isToolExecution'>> = context;
	return context.getNode().type.endsWith('Tool') || offered.isToolExecution?.call(context) === true;
}

/**
 * Whether n8n still has to run this node again, or a node from which work can reach it. `undefined` when n8n does not show
 * its list of what is to be run.
 */
export function isMoreToCome(context: IExecuteFunctions): boolean | undefined {
	const execution = insidesOf(context)?.executionData;
	const before = stepsBefore(context);
	if (!Array.isArray(execution?.nodeExecutionStack) || before === undefined) return undefined;
	const upstream = before.add(context.getNode().name);
	const toRun = [
		...execution.nodeExecutionStack.map((entry) => entry.node?.name),
		...Object.keys(execution.waitingExecution ?? {}),
	];
	return toRun.some((node) => typeof node === 'string' && upstream.has(node));
}

/**
 * Whether this step or a Greenlight step before it has already given something out in this execution. Runs that n8n makes
 * up when it recovers a crashed execution do not count.
 */
export function hasRunBefore(context: IExecuteFunctions): boolean | undefined {
	const passes = passesOf(context);
	if (passes === undefined) return undefined;
	const before = relatives(context, 'getParentNodes')?.filter(({ type }) => GREENLIGHT_TYPE.test(type)) ?? [];
	return [context.getNode().name, ...before.map(({ name }) => name)].some((name) => passes(name) > 0);
}

/** How often this step has given something out in this execution: 0 at its first pass. */
export function passNumber(context: IExecuteFunctions): number {
	return passesOf(context)?.(context.getNode().name) ?? 0;
}

/**
 * Names of the steps whose work comes to this router: all before it, without those that work for a router before it, and without
 * gates, since a person says what comes from there. `undefined` when n8n does not show them.
 */
export function stepsOfRouter(context: IExecuteFunctions): Set<string> | undefined {
	const before = relatives(context, 'getParentNodes');
	if (before === undefined) return undefined;
	const own = context.getNode().name;
	const steps = new Set([own, ...before.filter(({ type }) => !GATE_TYPE.test(type)).map(({ name }) => name)]);
	for (const router of before.filter(({ name, type }) => name !== own && ROUTER_TYPE.test(type))) {
		for (const { name } of context.getParentNodes(router.name)) if (name !== own) steps.delete(name);
		steps.delete(router.name);
	}
	return steps;
}

/** Names of all steps before this one, itself not among them unless it is in a loop. */
export function stepsBefore(context: IExecuteFunctions): Set<string> | undefined {
	const before = relatives(context, 'getParentNodes');
	return before === undefined ? undefined : new Set(before.map(({ name }) => name));
}

/** Names of all steps after this one. */
export function stepsAfter(context: IExecuteFunctions): Set<string> | undefined {
	const after = relatives(context, 'getChildNodes');
	return after === undefined ? undefined : new Set(after.map(({ name }) => name));
}

/** Which output of which pass of a step gave something on. */
export interface Source {
	node: string;
	pass: number;
	output: number;
}

/** What n8n keeps of the passes of this execution's steps, as far as they lead to this one. */
export interface ExecutionRecord {
	own: string;
	/** Where what this step is given now comes from. */
	given(inputs: readonly number[]): Source[];
	passes(node: string): Array<{ sources: Source[]; outputs: unknown[][] }>;
	/** Type of a step before this one, with its version as n8n writes it: `splitInBatches@3`. */
	typeOf(node: string): string;
}

/** `undefined` when n8n does not show it. */
export function executionRecord(context: IExecuteFunctions): ExecutionRecord | undefined {
	const runData = insidesOf(context)?.resultData?.runData;
	if (typeof runData !== 'object' || runData === null) return undefined;
	const types = new Map(
		relatives(context, 'getParentNodes')?.map(({ name, type, typeVersion }) => [
			name,
			`${type}@${typeVersion ?? 1}`,
		]),
	);
	return {
		own: context.getNode().name,
		given: (inputs) => sourcesIn(inputs.map((input) => sourceOf(context, input))),
		typeOf: (node) => types.get(node) ?? '',
		passes(node) {
			const passes: unknown = runData[node];
			if (!Array.isArray(passes)) return [];
			return passes.map((pass) => {
				const outputs: unknown[] = Object(pass).data?.main ?? [];
				return {
					sources: sourcesIn(Object(pass).source),
					outputs: outputs.map((items) => (Array.isArray(items) ? items : [])),
				};
			});
		},
	};
}

function sourcesIn(list: unknown): Source[] {
	if (!Array.isArray(list)) return [];
	return list.flatMap((source) => {
		const { previousNode: node, previousNodeRun: pass = 0, previousNodeOutput: output = 0 } = Object(source);
		return typeof node === 'string' ? [{ node, pass: Number(pass), output: Number(output) }] : [];
	});
}

/** An input may not be connected. */
function sourceOf(context: IExecuteFunctions, input: number): unknown {
	try {
		return context.getInputSourceData(input);
	} catch {
		return undefined;
	}
}

/** Whether a Retry Router that is switched on comes after this step, or is this step. */
export function isRouterAhead(context: IExecuteFunctions): boolean {
	if (ROUTER_TYPE.test(context.getNode().type)) return true;
	return (
		relatives(context, 'getChildNodes')?.some(
			({ type, disabled }) => ROUTER_TYPE.test(type) && disabled !== true,
		) ?? false
	);
}

/** Whether what is sent back at this gate comes to it again: a Retry Router that is switched on is both after it and before it. */
export function leadsBack(context: IWebhookFunctions): boolean {
	const before = new Set(relatives(context, 'getParentNodes')?.map(({ name }) => name));
	const after = relatives(context, 'getChildNodes') ?? [];
	return after.some(
		({ name, type, disabled }) => ROUTER_TYPE.test(type) && disabled !== true && before.has(name),
	);
}

/** What n8n keeps for an execution while it runs; after a wait it is another one. */
export function executionObject(context: IExecuteFunctions): object | undefined {
	const offered: WithInsides = context;
	const hooks = offered.additionalData?.hooks;
	return typeof hooks === 'object' && hooks !== null ? hooks : undefined;
}

/** Tells this n8n from others that use the same store: their executions have the same numbers. */
export function instanceId(context: IExecuteFunctions | IWebhookFunctions): string {
	const offered: Partial<Pick<IExecuteFunctions, 'getInstanceId'>> = context;
	try {
		const id = offered.getInstanceId?.call(context);
		return typeof id === 'string' && id !== '' ? `${id}/` : '';
	} catch {
		return '';
	}
}

/**
 * Puts `items` in the place of what this step was given. n8n gives its input out by the first output when a wait ends
 * without an answer, and takes each item for the one at its place in what came last. So where some came in earlier passes, all
 * are kept beyond the last output of one of those, and named as what came last.
 */
export function replaceInput(context: IExecuteFunctions, items: readonly INodeExecutionData[]): void {
	const input = context.getInputData();
	input.splice(0, input.length, ...withLineage(context, items));
}

function withLineage(
	context: IExecuteFunctions,
	items: readonly INodeExecutionData[],
): readonly INodeExecutionData[] {
	const { name } = context.getNode();
	const passes = insidesOf(context)?.resultData?.runData?.[name];
	const pass = Array.isArray(passes) ? passes.length - 1 : -1;
	const outputs: unknown = Array.isArray(passes) ? Object(passes[pass]).data?.main : undefined;
	const source = context.getInputSourceData();
	if (!items.some(isOfEarlierPass) || !Array.isArray(outputs) || Object(source) !== source) return items;
	const sourceOverwrite = { ...source };
	outputs.push(
		items.map((item) => {
			const { pairedItem } = item;
			const isHere = typeof pairedItem === 'object' && !Array.isArray(pairedItem) && !isOfEarlierPass(item);
			return isHere ? { ...item, pairedItem: { ...pairedItem, sourceOverwrite } } : item;
		}),
	);
	// n8n keeps this very object with the step that waits.
	Object.assign(source, {
		previousNode: name,
		previousNodeOutput: outputs.length - 1,
		previousNodeRun: pass,
	});
	return items.map((item, index) => ({ ...item, pairedItem: { item: index } }));
}

function isOfEarlierPass({ pairedItem }: INodeExecutionData): boolean {
	return typeof pairedItem === 'object' && 'sourceOverwrite' in pairedItem;
}

/** What a step that waits was given, as `replaceInput` left it, or as `outputsTaken` has it. Empty where n8n does not show it. */
export function parkedItems(context: IWebhookFunctions): INodeExecutionData[] {
	return (waitingEntry(context)?.data?.main ?? []).flatMap((items) => items ?? []);
}

/**
 * The outputs of a step that waits, where n8n has them already: it reads whether an execution waits before it reads the
 * execution, and may show one that went on in between.
 */
export function outputsTaken(context: IWebhookFunctions): INodeExecutionData[][] | undefined {
	const entry = waitingEntry(context);
	if (entry?.metadata?.forwardAllOutputs !== true) return undefined;
	return entry.data?.main?.map((items) => items ?? []);
}

/**
 * Prepares n8n to give `outputs` out for a step that waits: a pass of this step that holds the items in their new order, each
 * with the lineage that it has as `pairedItem`. Without it n8n takes the items of any output for the first ones of the input.
 */
export function keepLineage(
	context: IWebhookFunctions,
	outputs: ReadonlyArray<readonly INodeExecutionData[]>,
): void {
	const entry = waitingEntry(context);
	const runData = insidesOf(context)?.resultData?.runData;
	const source = entry?.source?.main?.[0];
	if (entry === undefined || runData === undefined || source === undefined || source === null) return;
	const { name } = context.getNode();
	const passes = Array.isArray(runData[name]) ? runData[name] : [];
	const pass = passes.length;
	runData[name] = [
		...passes,
		{
			startTime: Date.now(),
			executionIndex: 0,
			executionTime: 0,
			executionStatus: 'success',
			source: [source],
			hints: [],
			data: { main: outputs.map((items) => items.map((item) => ({ ...item }))) },
		},
	];
	entry.source = {
		main: outputs.map((_, output) => ({
			previousNode: name,
			previousNodeOutput: output,
			previousNodeRun: pass,
		})),
	};
}

/** The address of a waiting step's page, signed by n8n: of this step, or of another one in another execution. */
export function signedLink(
	context: IExecuteFunctions | IWebhookFunctions,
	parameters: Readonly<Record<string, string>>,
	waiting?: { executionId: string; nodeId: string },
): string {
	if (waiting === undefined) return context.getSignedResumeUrl({ ...parameters });
	const offered = context as WithInsides;
	const elsewhere: Pick<IExecuteFunctions, 'getSignedResumeUrl'> = Object.create(context, {
		additionalData: { value: { ...offered.additionalData, executionId: waiting.executionId } },
		node: { value: { ...context.getNode(), id: waiting.nodeId } },
	});
	return elsewhere.getSignedResumeUrl({ ...parameters });
}

/** Where the world reaches this n8n's published webhooks, without a slash at its end. */
export function webhookAddress(context: IExecuteFunctions | IWebhookFunctions): string | undefined {
	const offered = context as WithInsides;
	const address = offered.additionalData?.webhookBaseUrl;
	return typeof address === 'string' && URL.canParse(address) ? address.replace(/\/$/, '') : undefined;
}

/** What is to be done at the end of which executions, by what n8n keeps for each of them while it runs. */
const registered = new WeakMap<object, Set<string>>();

/**
 * Calls `work` when the whole execution has ended without an error; not when it starts to wait. The same `name` is
 * registered once for an execution, and once more after a wait. Gives back false where n8n does not offer it: then a run's
 * last decision has to say how it ends.
 */
export function whenExecutionEnds(
	context: IExecuteFunctions,
	name: string,
	work: () => Promise<void>,
): boolean {
	const offered: Pick<WithInsides, 'onExecutionFinish'> = context;
	if (typeof offered.onExecutionFinish !== 'function') return false;
	const hooks = executionObject(context);
	if (hooks !== undefined) {
		const names = registered.get(hooks) ?? new Set<string>();
		registered.set(hooks, names);
		if (names.has(name)) return true;
		names.add(name);
	}
	offered.onExecutionFinish(async () => {
		const error = insidesOf(context)?.resultData?.error;
		if (error === undefined || error === null) await work();
	});
	return true;
}

/** Counts the passes of a node that really happened. */
function passesOf(context: IExecuteFunctions): ((node: string) => number) | undefined {
	const runData = insidesOf(context)?.resultData?.runData;
	if (typeof runData !== 'object' || runData === null) return undefined;
	return (node) => {
		const passes = runData[node];
		if (!Array.isArray(passes)) return 0;
		return passes.filter((pass) => !isMadeUp(pass)).length;
	};
}

/** n8n marks a run that it made up by its first item. */
function isMadeUp(pass: unknown): boolean {
	const first: unknown = Object(pass).data?.main?.[0]?.[0]?.json;
	return Object(first).isArtificialRecoveredEventItem === true;
}

interface Relative {
	name: string;
	type: string;
	typeVersion?: number;
	disabled?: boolean | undefined;
}

type Direction = 'getParentNodes' | 'getChildNodes';

/** n8n walks over the whole flow for each answer, and the flow stays as it is while a step runs. */
const relativesOf = new WeakMap<object, Partial<Record<Direction, Relative[] | undefined>>>();

function relatives(
	context: IExecuteFunctions | IWebhookFunctions,
	direction: Direction,
): Relative[] | undefined {
	const known = relativesOf.get(context) ?? {};
	relativesOf.set(context, known);
	const offered: Partial<Pick<IExecuteFunctions, Direction>> = context;
	return (known[direction] ??= offered[direction]?.call(context, context.getNode().name));
}

function waitingEntry(context: IWebhookFunctions): StackEntry | undefined {
	return insidesOf(context)?.executionData?.nodeExecutionStack?.[0];
}

function insidesOf(context: IExecuteFunctions | IWebhookFunctions): Insides | undefined {
	const { runExecutionData } = context as WithInsides;
	return typeof runExecutionData === 'object' && runExecutionData !== null ? runExecutionData : undefined;
}
