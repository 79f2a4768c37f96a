/** A ledger of 100,000 rows in a real store: read page by page, never more than a page at a time. */
import { renderReport, readReport, report, PAGE } from '../../nodes/shared/report';
import { openStateStore, type LedgerRow, type StateStore } from '../../nodes/shared/state';
import { chance, sampleRun } from './samples';
import { AS_OF, START_MS } from './support';

const ROWS = 100_000;
const ABOUT = { title: 'All runs', scope: 'all', asOf: AS_OF } as const;

/** A store whose runs have the ledgers of sample runs, and those rows. */
async function fill(store: StateStore, howMany: number): Promise<number> {
	const random = chance(7);
	let count = 0;
	for (let index = 0; count < howMany; index++) {
		const rows = sampleRun(index, random);
		const { run } = await store.startRun({
			runKey: `key-${index}`,
			title: `Run ${index}`,
			startedFrom: 'production',
			workflowId: index % 4 === 0 ? 'w2' : 'w1',
		});
		// The store itself notes that the run began.
		const ledger = rows.slice(1).map(({ entry: { seq: _seq, at: _at, ...entry } }) => entry);
		const status = rows[0]?.run.status ?? 'finished';
		await store.write(run.runId, [{ by: 'Test', commands: [], status: { status }, ledger }]);
		count += rows.length;
	}
	return count;
}

describe('a report of a long ledger', () => {
	let store: StateStore;
	let count: number;

	beforeAll(async () => {
		let now = START_MS;
		let id = 0;
		store = await openStateStore({ path: ':memory:', clock: () => (now += 1000), newId: () => `${++id}` });
		count = await fill(store, ROWS);
	});
	afterAll(() => store.close());

	it('is that of all rows, with a page of them in memory at a time', async () => {
		const pages: number[] = [];
		const all: LedgerRow[] = [];
		const reported = await readReport(
			{
				ledgerPage: async (request) => {
					const rows = await store.ledgerPage(request);
					pages.push(rows.length);
					all.push(...rows);
					return rows;
				},
			},
			ABOUT,
		);

		expect(count).toBeGreaterThanOrEqual(ROWS);
		expect(reported.entries).toBe(count);
		expect(Math.max(...pages)).toBe(PAGE);
		expect(pages).toHaveLength(Math.floor(count / PAGE) + 1);
		expect(reported).toEqual(report(all, ABOUT));
		expect(renderReport(reported).length).toBeLessThan(40_000);
	});

	it('of one run reads only the rows of that run', async () => {
		const [run] = await store.listRuns({ limit: 1 });
		const runId = run?.runId ?? '';
		const reported = await readReport(store, { ...ABOUT, scope: 'run', runId });

		expect(reported.entries).toBe((await store.ledger(runId)).length);
		expect(reported.runs.total).toBe(1);
	});

	it('of a time leaves out runs that began earlier', async () => {
		const runs = await store.listRuns({ limit: 10 });
		const begunSince = runs.at(-1)?.createdAt ?? '';

		expect((await readReport(store, { ...ABOUT, begunSince })).runs.total).toBe(10);
	});
});
