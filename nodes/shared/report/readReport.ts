import type { LedgerRow, StateStore } from '../state';
import type { ReliabilityReport } from './reliabilityReport';
import { Tally, type ReportScope } from './tally';

/** Rows in memory at a time. */
export const PAGE = 1000;

/** What ledgers say. `rows` run after run, each run's oldest first. */
export function report(rows: Iterable<LedgerRow>, scope: ReportScope): ReliabilityReport {
	const tally = new Tally(scope);
	for (const row of rows) tally.add(row);
	return tally.report();
}

/** What a store's ledgers say, of one run or of all that began since `scope.begunSince`; read page by page. */
export async function readReport(
	store: Pick<StateStore, 'ledgerPage'>,
	scope: ReportScope & { runId?: string },
): Promise<ReliabilityReport> {
	const { runId, begunSince } = scope;
	const tally = new Tally(scope);
	let after: LedgerRow | undefined;
	for (;;) {
		const rows = await store.ledgerPage({
			limit: PAGE,
			...(runId === undefined ? {} : { runId }),
			...(begunSince === undefined ? {} : { begunSince }),
			...(after === undefined ? {} : { after }),
		});
		for (const row of rows) tally.add(row);
		after = rows.at(-1);
		if (after === undefined || rows.length < PAGE) return tally.report();
	}
}
