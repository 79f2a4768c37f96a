/** What a run is said to be when its wait ended without an answer and no Greenlight step comes after the gate. */
import type { IDataObject } from 'n8n-workflow';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import { flow, start, stateStore } from '../support/flow';
import { timeOut } from '../support/gate';
import { gateTests } from '../support/parked';
import { useGemini } from '../support/storyboard';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('a run whose time was up', () => {
	const engine = useEngine();
	const model = useGemini();
	const { park, post, runIdOf, runOf } = gateTests(engine, model);
	afterEach(() => jest.restoreAllMocks());

	const later = (ms: number): void => {
		const now = Date.now();
		jest.spyOn(Date, 'now').mockImplementation(() => now + ms);
	};
	const runs = async (operation: string, parameters: IDataObject): Promise<IDataObject[]> => {
		const ran = await runWorkflow(
			flow([start(), stateStore('Runs', 'run', operation, parameters)], 'Start > Runs'),
		);
		expect(ran.error).toBeUndefined();
		return ran.out('Runs');
	};
	const get = async (ran: Ran) => (await runs('get', { run: runIdOf(ran) }))[0];

	it('is stalled in Run: Get once n8n must have gone on, and not before', async () => {
		const ran = await park(2, { waitHours: 1 });
		await post(ran, { d0: 'approve', send: 'save' });
		await timeOut(ran);
		later(HOUR_MS + MINUTE_MS);
		expect(await get(ran)).toMatchObject({ status: 'waiting' });
		later(2 * MINUTE_MS);

		expect(await get(ran)).toMatchObject({
			status: 'stalled',
			why: "Time was up before everything was decided at 'Gate'.",
		});
		expect((await runOf(ran)).status).toBe('waiting');
	});

	it('goes on waiting where the wait has no end', async () => {
		const ran = await park(1);
		later(1000 * HOUR_MS);
		expect(await get(ran)).toMatchObject({ status: 'waiting' });
	});

	it('says of an open run in Run: Get Many since when nothing has happened, after an hour', async () => {
		const store = await engine.store();
		const start = { runKey: 'quiet', title: 'Quiet', startedFrom: 'production', workflowId: 'w1' } as const;
		const { run } = await store.startRun(start);
		const why = async () => (await runs('getAll', { search: 'quiet', limit: 1 }))[0]?.why;
		later(HOUR_MS - MINUTE_MS);
		expect(await why()).toBe('');
		later(HOUR_MS + MINUTE_MS);

		expect(await why()).toMatch(
			/^Nothing has happened since \d+ \w+ \d{4}, \d\d:\d\d UTC\. If n8n went down/,
		);
		expect(await store.getRun(run.runId)).toMatchObject({ status: 'open', statusNote: '' });
	});

	it('is found by what it is, not by what it was', async () => {
		const [over, open] = [await park(1, { waitHours: 1 }), await park(1)];
		const found = async (status: string): Promise<unknown[]> => {
			const mine = [runIdOf(over), runIdOf(open)];
			const all = await runs('getAll', { status, limit: 50 });
			return all.map(({ runId }) => runId).filter((id) => mine.includes(String(id)));
		};
		expect(await found('waiting')).toEqual([runIdOf(open), runIdOf(over)]);
		later(2 * HOUR_MS);

		expect(await found('waiting')).toEqual([runIdOf(open)]);
		expect(await found('stalled')).toEqual([runIdOf(over)]);
		expect(await runs('getAll', { status: '', limit: 50 })).toEqual(
			expect.arrayContaining([expect.objectContaining({ runId: runIdOf(over), status: 'stalled' })]),
		);
		expect(await runs('getAll', { status: 'stalled', limit: 1 })).toHaveLength(1);
	});
});
