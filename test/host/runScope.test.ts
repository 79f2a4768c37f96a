/** Which run an item belongs to. */
import type { IDataObject } from 'n8n-workflow';
import { openRunScope, type Beginning } from '../../nodes/shared/host';
import { runWorkflow, useEngine } from '../support/engine';
import { flow, gemini, start, stateStore } from '../support/flow';
import { fakeContext } from '../support/fakeContext';
import { useGemini } from '../support/storyboard';

const BEGIN: Beginning = { title: 'A chase', brief: 'A chase' };

describe('the run of an item', () => {
	const engine = useEngine();
	let number = 0;
	const newRun = async (title = 'Spring') =>
		(
			await (
				await engine.store()
			).startRun({ runKey: `key-${++number}`, title, startedFrom: 'editor', workflowId: 'w1' })
		).run;
	const find = async (
		json: IDataObject,
		given: Parameters<typeof fakeContext>[0] = {},
		begin?: Beginning,
	) => {
		const scope = await openRunScope(fakeContext({ executionId: `none-${number}`, ...given }));
		return scope.find(0, json, begin);
	};

	it("is the one of the node's Run field, before all else", async () => {
		const [named, other] = [await newRun(), await newRun()];
		const found = await find({ runId: other.runId }, { parameters: { run: ` ${named.runId} ` } });
		expect(found.run.runId).toBe(named.runId);
	});

	it('is the one that the item names', async () => {
		const run = await newRun();
		expect((await find({ runId: run.runId })).run.runId).toBe(run.runId);
	});

	it('is known by the execution once an item has named it, also for items that lost everything', async () => {
		const run = await newRun();
		await find({ runId: run.runId }, { executionId: 'loses' });
		expect((await find({}, { executionId: 'loses' })).run.runId).toBe(run.runId);
	});

	it('is the one of the execution that called this one', async () => {
		const run = await newRun();
		await find({ runId: run.runId }, { executionId: 'caller' });
		const insides = { runExecutionData: { parentExecution: { executionId: 'caller' } } };
		expect((await find({}, { executionId: 'called', insides })).run.runId).toBe(run.runId);
	});

	it('is begun by a step that may, once, and by no other', async () => {
		const first = await find({}, { executionId: 'begins' }, BEGIN);
		const second = await find({}, { executionId: 'begins' }, BEGIN);
		expect(second.run.runId).toBe(first.run.runId);
		expect(first).toMatchObject({
			round: 0,
			run: { status: 'open', startedFrom: 'editor', runKey: 'w1:begins' },
		});
		await expect(find({}, { executionId: 'begins nothing' })).rejects.toMatchObject({
			code: 'run_missing',
			hint: expect.stringContaining("'Gemini Concept'"),
		});
	});

	it('is known by the execution from the moment that it begins, also where n8n dies right then', async () => {
		const store = await engine.store();
		const dying = jest.spyOn(store, 'linkExecution').mockRejectedValue(new Error('killed'));
		await find({}, { executionId: 'dies' }, BEGIN).catch(() => undefined);
		dying.mockRestore();

		expect((await find({}, { executionId: 'dies' })).run.runKey).toBe('w1:dies');
	});

	it('records where it was started and uses it for nothing else', async () => {
		expect((await find({}, { executionId: 'trigger', mode: 'trigger' }, BEGIN)).run.startedFrom).toBe(
			'production',
		);
	});

	it('is never guessed: two candidates are a sentence that names both', async () => {
		const [a, b] = [await newRun('Spring'), await newRun('Autumn')];
		await find({ runId: a.runId }, { executionId: 'two' });
		await find({ runId: b.runId }, { executionId: 'two' });
		await expect(find({}, { executionId: 'two' })).rejects.toMatchObject({
			code: 'run_ambiguous',
			message: expect.stringMatching(/('Spring', 'Autumn'|'Autumn', 'Spring')/),
		});
	});

	it('is the only open one where others of the execution are over', async () => {
		const [a, b] = [await newRun(), await newRun()];
		const store = await engine.store();
		await find({ runId: a.runId }, { executionId: 'one open' });
		await find({ runId: b.runId }, { executionId: 'one open' });
		await store.write(a.runId, [{ by: 'Test', commands: [], status: { status: 'finished' } }]);
		expect((await find({}, { executionId: 'one open' })).run.runId).toBe(b.runId);
	});

	it('is refused when it was stopped, and when it is not in this store', async () => {
		const run = await newRun();
		await (
			await engine.store()
		).write(run.runId, [{ by: 'Test', commands: [], status: { status: 'stopped' } }]);
		await expect(find({ runId: run.runId })).rejects.toMatchObject({ code: 'run_closed' });
		await expect(find({ runId: 'run-of-another-install' })).rejects.toMatchObject({
			code: 'run_not_found',
			message: expect.stringContaining('run-of-another-install'),
			hint: expect.stringContaining('pinned or copied'),
		});
	});

	it('is found again by the token in a new execution, as after a crash or Retry', async () => {
		const insides = { runExecutionData: { resumeToken: 'lives on' } };
		const first = await find({}, { executionId: 'before', insides }, BEGIN);
		const second = await find({}, { executionId: 'after', insides }, BEGIN);
		expect(second.run.runId).toBe(first.run.runId);
		expect(first.run.runKey).toBe('w1:lives on');
	});

	it('is a new one for each execution where there is no token', async () => {
		const [first, second] = [
			await find({}, { executionId: 'x1' }, BEGIN),
			await find({}, { executionId: 'x2' }, BEGIN),
		];
		expect(second.run.runId).not.toBe(first.run.runId);
	});

	it('gives an item without a round the one that the execution has reached, and leaves an own one alone', async () => {
		const given = { executionId: 'rounds' };
		const scope = await openRunScope(fakeContext(given));
		const { run } = await scope.find(0, {}, BEGIN);
		await scope.reachRound(run.runId, 2);

		expect((await find({}, given)).round).toBe(2);
		expect((await find({ runId: run.runId }, given)).round).toBe(2);
		expect((await find({ runId: run.runId, round: 1 }, given)).round).toBe(1);
		await scope.reachRound(run.runId, 1);
		expect((await find({}, given)).round).toBe(2);
	});
});

describe('the run of an item, through the engine', () => {
	const engine = useEngine();
	const model = useGemini();

	it('is that of the calling workflow in a sub-workflow', async () => {
		const caller = await runWorkflow(
			flow([start(), stateStore('Begin', 'run', 'start', { brief: 'A chase' })], 'Start > Begin'),
			{ executionId: 'main' },
		);
		const called = await runWorkflow(flow([start(), gemini('Write', { count: 1 })], 'Start > Write'), {
			geminiUrl: model().url,
			parentExecution: 'main',
			input: [{ shot: 1 }],
		});

		expect(called.out('Write')).toMatchObject([{ runId: caller.out('Begin')[0]?.runId }]);
		expect(await (await engine.store()).listRuns()).toHaveLength(1);
	});
});
