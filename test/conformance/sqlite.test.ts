import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStateStore } from '../../nodes/shared/state';
import { tickingEnvironment } from '../support/storeEnvironment';
import { describeStateStore } from './stateStore.conformance';

describeStateStore({
	name: 'SQLite, a file',
	reopens: true,
	async createPlace() {
		const folder = await mkdtemp(join(tmpdir(), 'greenlight-'));
		const environment = tickingEnvironment();
		return {
			open: () => openStateStore({ path: join(folder, 'state', 'state.sqlite'), ...environment }),
			remove: () => rm(folder, { recursive: true }),
			replaceMedia: (runId, hash, bytes) => {
				const path = join(folder, 'state', 'media', runId, hash);
				return bytes === undefined ? rm(path) : writeFile(path, bytes);
			},
		};
	},
});

describeStateStore({
	name: 'SQLite, in memory',
	reopens: false,
	async createPlace() {
		return {
			open: () => openStateStore({ path: ':memory:', ...tickingEnvironment() }),
			remove: async () => undefined,
		};
	},
});
