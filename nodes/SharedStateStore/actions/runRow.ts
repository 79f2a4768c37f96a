import type { IDataObject } from 'n8n-workflow';
import { dateOf } from '../../shared/html';
import type { Run, StateStore } from '../../shared/state';

/** An open run of which nothing was heard for so long may be one that n8n went down with: n8n does not tell of each. */
const QUIET_MS = 3_600_000;

/** A run as a table row. */
export function runRow(run: Run): IDataObject {
	const { title, status, statusNote, ...rest } = run;
	return { title, status, why: statusNote, ...rest };
}

/**
 * A run as it is at `now`: one that waited for a person does not know yet that time is up, and an open one of which nothing is
 * heard may have broken off.
 */
export async function runNow(store: StateStore, run: Run, now: number): Promise<Run> {
	if (run.status === 'open' && run.statusNote === '' && now - Date.parse(run.updatedAt) >= QUIET_MS) {
		const statusNote = `Nothing has happened since ${dateOf(run.updatedAt)}. If n8n went down then, press Retry in Executions, or start again with the same run key.`;
		return { ...run, statusNote };
	}
	if (run.status !== 'waiting') return run;
	const { statusNow } = await import('../../shared/review');
	return { ...run, ...statusNow(run, await store.read(run.runId), now) };
}
