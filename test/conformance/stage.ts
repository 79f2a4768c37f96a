/** What the clauses of the conformance suite share. */
import type {
	FieldDeclaration,
	MergeRule,
	StateStore,
	Step,
	WriteRequest,
	WriteResult,
} from '../../nodes/shared/state';

/** The store under test, opened anew for each clause. */
export interface Stage {
	readonly store: StateStore;
	/** Opens the same place once more; whoever does closes it. */
	open(): Promise<StateStore>;
	/** Closes the store and opens it again. */
	reopen(): Promise<StateStore>;
	startRun(brief?: string): Promise<string>;
	/** One write with one request. */
	write(runId: string, request: Partial<WriteRequest>): Promise<WriteResult>;
}

export const START = { runKey: 'spring', title: 'Spring', startedFrom: 'editor', workflowId: 'w1' } as const;

export const KEEPER = { asRecordKeeper: true } as const;

export const CALL: Step = {
	key: 'g1:k',
	kind: 'call',
	state: 'started',
	node: 'w1/Write',
	round: 0,
	slot: '1',
	owner: 'p1',
};

export function field(
	name: string,
	rule: MergeRule,
	type: FieldDeclaration['type'] = {},
	part: FieldDeclaration['part'] = 'content',
): FieldDeclaration {
	return { name, rule, type, part };
}

export function only<T>(values: readonly T[]): T {
	expect(values).toHaveLength(1);
	const [value] = values;
	if (value === undefined) throw new Error('no value');
	return value;
}

export function list(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

/** The ids of a list of entries, in its order. */
export function idsOf(value: unknown): unknown[] {
	return list(value).map((entry) => Object(entry).id);
}
