import { openStateStore } from '../../nodes/shared/state';
import { tickingEnvironment } from '../support/storeEnvironment';
import { POSTGRES_URL, TestDatabase, describeOnPostgres } from '../support/testDatabase';
import { describeStateStore } from './stateStore.conformance';

describeOnPostgres('conformance', () =>
	describeStateStore({
		name: 'PostgreSQL',
		reopens: true,
		async createPlace() {
			const database = new TestDatabase(POSTGRES_URL);
			await database.create();
			const environment = tickingEnvironment();
			return {
				open: () => openStateStore({ server: database.url, ...environment }),
				remove: () => database.drop(),
				replaceMedia: (_runId, hash, bytes) =>
					bytes === undefined
						? database.run('DELETE FROM greenlight.media_bytes WHERE hash = $1', [hash])
						: database.run('UPDATE greenlight.media_bytes SET body = $2 WHERE hash = $1', [hash, bytes]),
			};
		},
	}),
);
