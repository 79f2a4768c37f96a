import type { IDataObject, IExecuteFunctions, INode } from 'n8n-workflow';

export interface Told {
	message: string;
}

/** As much of n8n as `host` asks for, without an engine. */
export function fakeContext(given: {
	items?: IDataObject[];
	parameters?: IDataObject;
	executionId?: string;
	node?: Partial<INode>;
	mode?: string;
	/** n8n's untyped insides, and what else is to be there. */
	insides?: Record<string, unknown>;
}): IExecuteFunctions & { logged: unknown[] } {
	const logged: unknown[] = [];
	const node = {
		id: 'n1',
		name: 'Write',
		type: 'n8n-nodes-greenlight.geminiConcept',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		...given.node,
	};
	return {
		logged,
		logger: { error: (...words: unknown[]) => logged.push(words) },
		getNode: () => node,
		getWorkflow: () => ({ id: 'w1', name: 'A test', active: false }),
		getMode: () => given.mode ?? 'manual',
		getExecutionId: () => given.executionId ?? 'e1',
		getInputData: () => (given.items ?? [{}]).map((json) => ({ json })),
		getNodeParameter: (name: string, _index: number, otherwise: unknown) =>
			given.parameters?.[name] ?? otherwise,
		continueOnFail: () => node.onError?.startsWith('continue') ?? false,
		...given.insides,
	} as unknown as IExecuteFunctions & { logged: unknown[] };
}
