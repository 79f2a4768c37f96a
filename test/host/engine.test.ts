/** Each of n8n's untyped insides may be gone in a later n8n: then the answer is `undefined`, or nothing is done. */
import {
	hasRunBefore,
	isMoreToCome,
	lineageToken,
	outputsTaken,
	parentExecutionId,
	whenExecutionEnds,
} from '../../nodes/shared/host/engine';
import { fakeContext } from '../support/fakeContext';

const parents = { getParentNodes: () => [{ name: 'Check' }] };
const stack = (...names: string[]) => ({ nodeExecutionStack: names.map((name) => ({ node: { name } })) });
const context = (runExecutionData: unknown, more: Record<string, unknown> = parents) =>
	fakeContext({ node: { name: 'Router' }, insides: { runExecutionData, ...more } });

const outputsOf = (executionData: unknown) => outputsTaken(context({ executionData }) as never);

describe('with everything there', () => {
	it('finds the outputs of an execution that went on, and none of one that waits', () => {
		const item = { json: { title: 'A chase' } };
		const main = [null, [item], [], []];
		const entry = { node: { name: 'Gate' }, data: { main } };
		const wentOn = { ...entry, metadata: { forwardAllOutputs: true } };

		expect(outputsOf({ nodeExecutionStack: [wentOn] })).toEqual([[], [item], [], []]);
		expect(outputsOf({ nodeExecutionStack: [entry] })).toBeUndefined();
		expect(outputsOf({ nodeExecutionStack: [{ ...entry, metadata: {} }] })).toBeUndefined();
	});

	it('reads the token, the parent and what is still to run', () => {
		expect(lineageToken(context({ resumeToken: 't' }))).toBe('t');
		expect(parentExecutionId(context({ parentExecution: { executionId: '7' } }))).toBe('7');
		expect(isMoreToCome(context({ executionData: stack('Check') }))).toBe(true);
		expect(isMoreToCome(context({ executionData: stack('Router') }))).toBe(true);
		expect(isMoreToCome(context({ executionData: stack('Elsewhere') }))).toBe(false);
		expect(isMoreToCome(context({ executionData: { ...stack(), waitingExecution: { Check: {} } } }))).toBe(
			true,
		);
	});

	it('knows whether the step has run, and does not count what n8n makes up after a crash', () => {
		const artificial = { data: { main: [[{ json: { isArtificialRecoveredEventItem: true } }]] } };
		const ran = (passes: unknown) => hasRunBefore(context({ resultData: { runData: { Router: passes } } }));
		expect([ran([{ data: {} }]), ran([artificial]), ran(undefined)]).toEqual([true, false, false]);
	});

	it.each([
		[undefined, 1],
		[null, 1],
		[{ message: 'boom' }, 0],
	])('does the work at the end of an execution with the error %j %i times', async (error, times) => {
		const atEnd: Array<() => Promise<void>> = [];
		const work = jest.fn(async () => undefined);
		expect(
			whenExecutionEnds(
				context(
					{ resultData: { error } },
					{ onExecutionFinish: (each: () => Promise<void>) => atEnd.push(each) },
				),
				'run-1',
				work,
			),
		).toBe(true);
		expect(work).not.toHaveBeenCalled();
		for (const each of atEnd) await each();
		expect(work).toHaveBeenCalledTimes(times);
	});
});

describe('with one of them gone', () => {
	it.each([
		['nothing', undefined],
		['null', null],
		['text', 'x'],
		['an empty object', {}],
	])('knows nothing from %s', (_name, insides) => {
		const bare = context(insides);
		expect([lineageToken(bare), parentExecutionId(bare), isMoreToCome(bare), hasRunBefore(bare)]).toEqual([
			undefined,
			undefined,
			undefined,
			undefined,
		]);
	});

	it.each([[''], [7], [null]])('takes %j for no token and no parent', (value) => {
		expect(lineageToken(context({ resumeToken: value }))).toBeUndefined();
		expect(parentExecutionId(context({ parentExecution: { executionId: value } }))).toBeUndefined();
	});

	it('does not say that nothing is to come without the stack, or without the parents', () => {
		expect(isMoreToCome(context({ executionData: {} }))).toBeUndefined();
		expect(isMoreToCome(context({ executionData: { nodeExecutionStack: 'x' } }))).toBeUndefined();
		expect(isMoreToCome(context({ executionData: stack() }, {}))).toBeUndefined();
	});

	it.each([[undefined], [{}], [{ nodeExecutionStack: [] }], [{ nodeExecutionStack: [{}] }]])(
		'takes no outputs from %j',
		(executionData) => expect(outputsOf(executionData)).toBeUndefined(),
	);

	it('does nothing at the end where n8n offers no hook', () => {
		expect(whenExecutionEnds(context({}, {}), 'run-1', async () => undefined)).toBe(false);
	});
});
