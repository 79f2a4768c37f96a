/** What a gate holds until the rest is there: all of it is asked about and leaves once, and nothing of another execution does. */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { artefactsOf, reviewsOf } from '../../nodes/shared/state';
import { MAX_PIECES } from '../../nodes/shared/review';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import {
	banned,
	flow,
	gemini,
	humanGate,
	noOp,
	other,
	retryRouter,
	rules,
	start,
	typesOf,
	validator,
} from '../support/flow';
import { APPROVED, BRIEF, NO_DECISION, rowTests, rowsOf } from '../support/parked';
import { useGemini } from '../support/storyboard';

describe('what a human gate holds', () => {
	const engine = useEngine();
	const model = useGemini();
	const { park, twoWires, runIdOf, read, leftBy, post } = rowTests(engine);
	const linesBy = (ran: Ran | undefined, output: number): unknown[] =>
		leftBy(ran, output).map(({ line }) => line);
	const approveAll = async (ran: Ran) => {
		const choices = Object.fromEntries(
			(reviewsOf(await read(ran)).at(-1)?.pieces ?? []).map((_, at) => [`d${at}`, 'approve']),
		);
		return (await post(ran, choices)).resumed;
	};
	const SAME = { line: 'Same.' };

	it.each<[string, IDataObject[], IDataObject[], number]>([
		['come by the first of two wires', [SAME, SAME], [{ line: 'Other.' }], 2],
		['come by two wires', [SAME], [SAME], 1],
		['come by each of two wires', [SAME, SAME], [SAME, { line: 'Other.' }, SAME], 2],
	])('gives out each of the rows that are the same and %s', async (_, first, second, asked) => {
		const ran = await twoWires(first, second);
		expect(reviewsOf(await read(ran))[0]?.pieces).toHaveLength(asked);

		const lines = linesBy(await approveAll(ran), APPROVED);
		expect(lines).toHaveLength(first.length + second.length);
		expect(lines.sort()).toEqual([...first, ...second].map(({ line }) => line).sort());
	});

	it('gives out each of them once also when n8n tries the waiting step again', async () => {
		let calls = 0;
		const called = (): void => {
			if (++calls === 1) throw new Error('The workflow is not there.');
		};
		const again = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
		const gate = humanGate('Gate', { tellWorkflow: 'tell' }, again);
		const ran = await twoWires([SAME, SAME], [SAME], { called }, gate);

		expect(calls).toBe(2);
		expect(linesBy(await approveAll(ran), APPROVED)).toHaveLength(3);
	});

	it('asks about nothing that another execution of the run brought', async () => {
		const first = await park(rowsOf([{ line: 'One.' }]));
		const second = await park(
			rowsOf([{ line: 'Two.' }]),
			{},
			{
				run: { __rl: true, mode: 'id', value: runIdOf(first) },
			},
		);

		expect(runIdOf(second)).toBe(runIdOf(first));
		expect(linesBy(await approveAll(second), APPROVED)).toEqual(['Two.']);
		expect(linesBy(await approveAll(first), APPROVED)).toEqual(['One.']);
	});

	it.each<[string, IDataObject, number]>([
		['in the first round', banned('spotless'), 0],
		['after another round', banned('w0a'), 1],
	])('asks about a row and what a router lets through %s on one page', async (_, rule, round) => {
		const ran = await runWorkflow(
			flow(
				[
					start(),
					other('Sheet', { position: [0, -500] }),
					gemini('Write', { ...BRIEF, count: 2 }),
					validator('Check', rules(rule)),
					retryRouter('Router', { options: { initialWait: 0 } }),
					humanGate('Gate'),
					noOp('Kept'),
				],
				'Start > Sheet > Gate',
				'Start > Write > Check > Router:1 > Write',
				'Router:2 > Gate:1 > Kept',
				'Gate:2 > Router',
				'Gate:3 > Router',
			),
			{ geminiUrl: model().url, types: typesOf({ Sheet: () => [rowsOf([{ line: 'A row.' }])] }) },
		);
		expect(reviewsOf(await read(ran))).toMatchObject([{ round, pieces: [{}, {}, {}] }]);
		const runId = runIdOf(ran);

		expect(linesBy(await approveAll(ran), APPROVED)).toContain('A row.');
		expect(await (await engine.store()).getRun(runId)).toMatchObject({ status: 'finished' });
	});

	it('gives out what was replaced while it was held, with the reason', async () => {
		const replaceAll = async (): Promise<INodeExecutionData[][]> => {
			const store = await engine.store();
			const [{ runId = '' } = {}] = await store.listRuns({ limit: 1 });
			const items = artefactsOf(await store.read(runId)).map(({ id }) => ({ id, status: 'replaced' }));
			const commands = [{ op: 'mergeById' as const, field: 'artefacts', items }];
			await store.write(runId, [{ by: 'Somebody', asRecordKeeper: true, commands }]);
			return [rowsOf([{ line: 'New.' }])];
		};
		const ran = await twoWires([{ line: 'Old.' }], replaceAll);
		const resumed = await approveAll(ran);

		expect(linesBy(resumed, APPROVED)).toEqual(['New.']);
		expect(resumed?.outputs('Gate').at(-1)?.[NO_DECISION]).toMatchObject([
			{ json: { line: 'Old.', why: expect.stringContaining('Another piece has taken its place') } },
		]);
	});

	it('stops with a sentence where two wires bring work of two runs', async () => {
		const earlier = await approveAll(await park(rowsOf([{ line: 'Earlier.' }])));
		const ran = await twoWires([{ line: 'Row.' }], earlier?.out('Kept') ?? []);

		expect(ran.error).toMatchObject({
			message: 'One Human Gate can ask about one round of one run at a time.',
		});
	});

	it('stops before anybody decides about more than a page takes, and says what to do', async () => {
		const rows = Array.from({ length: MAX_PIECES + 1 }, (_, id) => ({ id, line: `Line ${id}` }));
		const ran = await park(rowsOf(rows));

		expect(ran.error).toMatchObject({
			message: '201 pieces came to this Human Gate, and a review page takes up to 200.',
			description: expect.stringContaining('Put Loop Over Items before it, with a Batch Size of 200 or less'),
		});
		expect(linesBy(await approveAll(await park(rowsOf(rows.slice(1)))), APPROVED)).toHaveLength(MAX_PIECES);
	});

	it("takes a sheet's column 'round' for no round of the run", async () => {
		const ran = await park(
			rowsOf([
				{ line: 'One.', round: 1 },
				{ line: 'Two.', round: 2 },
			]),
		);

		expect(ran.error).toBeUndefined();
		expect(linesBy(await approveAll(ran), APPROVED)).toEqual(['One.', 'Two.']);
	});

	it('ends the run where nothing came that anybody could be asked about', async () => {
		const ran = await park(rowsOf([{}, { error: 'The model is down.' }]));
		const [run] = await (await engine.store()).listRuns({ limit: 1 });

		expect(ran.out('Gate', NO_DECISION)).toHaveLength(2);
		expect(run).toMatchObject({ status: 'finished', statusNote: '' });
	});
});
