import { openStateStore } from '../../nodes/shared/state';
import { tickingEnvironment } from '../support/storeEnvironment';
import { TestDatabase } from '../support/testDatabase';
import { describeStateStore } from './stateStore.conformance';

const url = process.env.GREENLIGHT_TEST_POSTGRES_URL;

if (url === undefined) {
	describe('state store on PostgreSQL', () => {
		it.todo("runs with a server: 'node scripts/withPostgres.mjs npm test'");
	});
} else {
	describeStateStore({
		name: 'PostgreSQL',
		reopens: true,
		async createPlace() {
			const database = new TestDatabase(url);
			await database.create();
			const environment = tickingEnvironment();
			return {
				open: () => openStateStore({ server: database.url, ...environment }),
				remove: () => database.drop(),
				replaceMedia: (_runId, hash, bytes) =>
					bytes === undefined
						? database.query('DELETE FROM greenlight.media_bytes WHERE hash = $1', [hash])
						: database.query('UPDATE greenlight.media_bytes SET body = $2 WHERE hash = $1', [hash, bytes]),
			};
		},
	});
}
