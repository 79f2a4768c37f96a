/** The smallest pipeline that has everything: generate, check, decide, and back. */
import type { IDataObject, INode } from 'n8n-workflow';
import type { WorkflowJson } from './engine';
import { banned, flow, gemini, noOp, retryRouter, rules, start, stateStore, validator } from './flow';
import { concept, startScriptedGemini, type ScriptedGemini } from './scriptedGemini';

export const [ESCALATE, RETRY, DONE] = [0, 1, 2];

/** A concept that breaks the rule of `storyboard`. */
export function spotless(number: number): Record<string, unknown> {
	return concept(number, { visualApproach: 'Spotless glass.' });
}

export interface Changes {
	write?: IDataObject;
	writeMore?: Partial<INode>;
	check?: IDataObject;
	checkMore?: Partial<INode>;
	router?: IDataObject;
	/** Steps between Write and Check. */
	beforeCheck?: INode[];
	/** Steps between Check and Router. */
	beforeRouter?: INode[];
	/** A step on the Retry wire. */
	onRetry?: INode;
}

/** Start > Write > Check > Router; Retry goes back to Write, Done to Result, Escalate to a person. */
export function storyboard(changes: Changes = {}): WorkflowJson {
	const { beforeCheck = [], beforeRouter = [], onRetry } = changes;
	const line = [
		start(),
		gemini(
			'Write',
			{ resource: 'concept', operation: 'generate', count: 3, brief: 'A rooftop chase', ...changes.write },
			changes.writeMore,
		),
		...beforeCheck,
		validator('Check', changes.check ?? rules(banned('spotless')), changes.checkMore),
		...beforeRouter,
		retryRouter('Router', { options: { initialWait: 0 }, ...changes.router }),
	];
	return flow(
		[...line, ...(onRetry ? [onRetry] : []), stateStore('Person', 'run', 'handToPerson'), noOp('Result')],
		line.map(({ name }) => name).join(' > '),
		onRetry ? `Router:1 > ${onRetry.name} > Write` : 'Router:1 > Write',
		'Router > Person',
		'Router:2 > Result',
	);
}

/** A Gemini for each test of a file. */
export function useGemini(): { (): ScriptedGemini } {
	let current: ScriptedGemini | undefined;
	beforeEach(async () => {
		current = await startScriptedGemini();
	});
	afterEach(() => current?.close());
	return () => {
		if (current === undefined) throw new Error('Gemini is not there yet.');
		return current;
	};
}

/** How often Gemini was asked for concepts. */
export function timesWritten(model: ScriptedGemini): number {
	return model.asked.filter(({ what }) => what === 'concepts').length;
}
