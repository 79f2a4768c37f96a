/** Processes that open the store on PostgreSQL at the same moment, each a real one. */
import { MIGRATIONS } from '../../nodes/shared/state/backends/migrations';
import { openStateStore } from '../../nodes/shared/state';
import { TestServer, startStoreProcess } from '../support/children';
import { tickingEnvironment } from '../support/storeEnvironment';
import { POSTGRES_URL, TestDatabase, describeOnPostgres, query } from '../support/testDatabase';

describeOnPostgres('several processes', () => {
	// Ordinary servers show what is committed; one that is set to more must not make a process see an old state.
	it.each(['read committed', 'serializable'])(
		'all ten open an empty database at the same moment, and one of them makes the tables: %s',
		async (isolation) => {
			const database = new TestDatabase(POSTGRES_URL);
			await database.create();
			await database.run(
				`ALTER DATABASE ${database.name} SET default_transaction_isolation TO '${isolation}'`,
			);
			const names = Array.from({ length: 10 }, (_, index) => `p${index}`);
			const processes = await Promise.all(names.map(() => startStoreProcess()));
			const answers = await Promise.all(
				processes.map(({ go }, index) => go({ place: { server: database.url }, name: names[index] ?? '' })),
			);

			expect(answers).toEqual(names.map(() => ({ ok: true, runId: answers[0]?.runId })));
			const migrations = await query(
				database.url,
				'SELECT version FROM greenlight.migrations ORDER BY version',
			);
			expect(migrations.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, step) => step + 1));
			const store = await openStateStore({ server: database.url, ...tickingEnvironment() });
			const { fields, version } = await store.read(answers[0]?.runId ?? '');
			expect([...Object(fields.names)].sort()).toEqual(names);
			expect(version).toBe(names.length);
			await store.close();
			await database.drop();
		},
	);

	it('trust a certificate whose authority they were started with', async () => {
		const server = await TestServer.start({
			tls: true,
			doors: ['hostssl all encrypted 127.0.0.1/32 trust'],
		});
		await query(server.url, 'CREATE ROLE encrypted LOGIN; GRANT CREATE ON DATABASE postgres TO encrypted');
		const { port } = new URL(server.url);
		const place = {
			host: 'localhost',
			port: Number(port),
			database: 'postgres',
			user: 'encrypted',
			password: '',
		};
		const { go } = await startStoreProcess({ NODE_EXTRA_CA_CERTS: server.certificate });

		expect(await go({ place: { server: { ...place, tls: 'on' } }, name: 'p' })).toMatchObject({ ok: true });
		await server.remove();
	});
});
