import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { PipelineError } from '../errors';
import { openStateStore, type StateStore } from '../state';

/** Names this process in step records, so that its own work in flight is told from that of a process that died. */
export const PROCESS_ID = randomUUID();

const stores = new Map<string, Promise<StateStore>>();

/** The state file of this n8n: `<n8n folder>/greenlight/state.sqlite`. */
export function stateFilePath(environment: NodeJS.ProcessEnv = process.env): string {
	return resolve(join(environment.N8N_USER_FOLDER ?? homedir(), '.n8n', 'greenlight', 'state.sqlite'));
}

/**
 * The store of this n8n, opened once for the process. In queue mode several processes work on one run, perhaps on several
 * machines, so an embedded file is refused with `store_refused` unless the administrator states that they share a disk.
 */
export function openStore(environment: NodeJS.ProcessEnv = process.env): Promise<StateStore> {
	if (environment.EXECUTIONS_MODE === 'queue' && environment.GREENLIGHT_SHARED_DISK !== 'true') {
		throw new PipelineError(
			'store_refused',
			'This n8n runs in queue mode, where the embedded state file works only if all its processes share one disk.',
			{ hint: 'If they do, set GREENLIGHT_SHARED_DISK=true for each of them. If they do not, a PostgreSQL state store is needed, which this version does not have yet.' },
		);
	}
	const path = stateFilePath(environment);
	const open = stores.get(path);
	if (open !== undefined) return open;
	const opening = openStateStore({ path, clock: () => Date.now(), newId: () => randomUUID().slice(0, 13) });
	stores.set(path, opening);
	opening.catch(() => stores.delete(path));
	return opening;
}

/** Closes what this process has open. The next use opens it again. */
export async function closeStores(): Promise<void> {
	const open = [...stores.values()];
	stores.clear();
	await Promise.all(open.map(async (store) => (await store).close()));
}
