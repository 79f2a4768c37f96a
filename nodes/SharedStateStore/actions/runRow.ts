import type { IDataObject } from 'n8n-workflow';
import type { Run } from '../../shared/state';

/** A run as a table row. */
export function runRow(run: Run): IDataObject {
	const { title, status, statusNote, ...rest } = run;
	return { title, status, why: statusNote, ...rest };
}
