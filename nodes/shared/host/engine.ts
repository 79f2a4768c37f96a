/**
 * Everything that Greenlight reads from n8n's untyped insides, in one place. Each is looked for before it is used; where it
 * is missing the answer is `undefined` and the callers do the safe thing. `test/host/engine.test.ts` and the end-to-end
 * suite fail when a new n8n moves one of them.
 */
import type { IExecuteFunctions } from 'n8n-workflow';

interface Insides {
	resumeToken?: unknown;
	parentExecution?: { executionId?: unknown };
	executionData?: {
		nodeExecutionStack?: Array<{ node?: { name?: unknown } }>;
		waitingExecution?: Record<string, unknown>;
	};
	resultData?: { error?: unknown; runData?: Record<string, unknown> };
}

type WithInsides = Partial<IExecuteFunctions> & { runExecutionData?: Insides };

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

/**
 * Whether n8n still has to run this node again, or a node from which work can reach it. `undefined` when n8n does not show
 * its list of what is to be run.
 */
export function isMoreToCome(context: IExecuteFunctions): boolean | undefined {
	const execution = insidesOf(context)?.executionData;
	if (!Array.isArray(execution?.nodeExecutionStack) || typeof context.getParentNodes !== 'function') return undefined;
	const name = context.getNode().name;
	const upstream = new Set([name, ...context.getParentNodes(name).map((node) => node.name)]);
	const toRun = [
		...execution.nodeExecutionStack.map((entry) => entry.node?.name),
		...Object.keys(execution.waitingExecution ?? {}),
	];
	return toRun.some((node) => typeof node === 'string' && upstream.has(node));
}

/**
 * Whether this node has already given something out in this execution. Runs that n8n makes up when it recovers a crashed
 * execution do not count.
 */
export function hasRunBefore(context: IExecuteFunctions): boolean | undefined {
	const runData = insidesOf(context)?.resultData?.runData;
	if (typeof runData !== 'object' || runData === null) return undefined;
	const passes = runData[context.getNode().name];
	return Array.isArray(passes) && passes.some((pass) => !JSON.stringify(pass).includes('isArtificialRecoveredEventItem'));
}

/**
 * Calls `work` when the whole execution has ended without an error; not when it starts to wait. Does nothing where n8n does
 * not offer it: then a run stays open until its last decision.
 */
export function whenExecutionEnds(context: IExecuteFunctions, work: () => Promise<void>): void {
	const offered: Pick<WithInsides, 'onExecutionFinish'> = context;
	offered.onExecutionFinish?.(async () => {
		const error = insidesOf(context)?.resultData?.error;
		if (error === undefined || error === null) await work();
	});
}

function insidesOf(context: IExecuteFunctions): Insides | undefined {
	const { runExecutionData }: WithInsides = context;
	return typeof runExecutionData === 'object' && runExecutionData !== null ? runExecutionData : undefined;
}
