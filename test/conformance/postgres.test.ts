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
			};
		},
	}),
);
