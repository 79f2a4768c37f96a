import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { openStateStore } from '../../nodes/shared/state';
import { tickingEnvironment } from '../support/storeEnvironment';
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
			const name = `t_${randomUUID().replaceAll('-', '')}`;
			await administer(url, `CREATE DATABASE ${name}`);
			const connectionString = new URL(url);
			connectionString.pathname = name;
			const environment = tickingEnvironment();
			return {
				open: () => openStateStore({ connectionString: connectionString.href, ...environment }),
				remove: () => administer(url, `DROP DATABASE ${name}`),
			};
		},
	});
}

async function administer(connectionString: string, statement: string): Promise<void> {
	const client = new Client({ connectionString });
	await client.connect();
	await client.query(statement);
	await client.end();
}
