import type { IDataObject } from 'n8n-workflow';
import type { Run, StateStore } from '../../shared/state';

/** A run as a table row. */
export function runRow(run: Run): IDataObject {
	const { title, status, statusNote, ...rest } = run;
	return { title, status, why: statusNote, ...rest };
}

/** A run as it is at `now`: one that waited for a person does not know yet that time is up. */
export async function runNow(store: StateStore, run: Run, now: number): Promise<Run> {
	if (run.status !== 'waiting') return run;
	const { statusNow } = await import('../../shared/review');
	return { ...run, ...statusNow(run, await store.read(run.runId), now) };
}
