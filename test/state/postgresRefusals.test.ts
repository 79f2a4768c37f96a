/** What a person reads when a real PostgreSQL server refuses, goes away or is slow. */
import { Client } from 'pg';
import type { PipelineError } from '../../nodes/shared/errors';
import { openStateStore, type PostgresServer, type StateStore } from '../../nodes/shared/state';
import { TestServer } from '../support/children';
import { recogniseCoreErrors } from '../support/coreErrors';
import { tickingEnvironment } from '../support/storeEnvironment';
import { TestDatabase, describeOnPostgres, query } from '../support/testDatabase';

const PASSWORD = 'geheim-4711';
const START = { runKey: 'k', title: 't', startedFrom: 'production', workflowId: 'w' } as const;
const NOTES = [{ name: 'notes', type: {}, rule: 'append', part: 'content' }] as const;

recogniseCoreErrors();

describeOnPostgres('refusals', () => {
	let server: TestServer;
	let database: TestDatabase;
	let stores: StateStore[];

	beforeAll(async () => {
		server = await TestServer.start({
			tls: true,
			doors: [
				'host all writer,unknown 127.0.0.1/32 scram-sha-256',
				'hostssl all only_encrypted 127.0.0.1/32 scram-sha-256',
			],
		});
		const roles = ['writer', 'only_encrypted'].map(
			(role) => `CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`,
		);
		await query(server.url, roles.join('; '));
	});
	afterAll(() => server.remove());
	beforeEach(async () => {
		stores = [];
		database = new TestDatabase(server.url);
		await database.create();
	});
	afterEach(async () => {
		for (const store of stores) await store.close();
		await database.drop();
	});

	function as(user: string, other: Partial<PostgresServer> = {}): PostgresServer {
		const { hostname: host, port } = new URL(server.url);
		return {
			host,
			port: Number(port),
			database: database.name,
			user,
			password: PASSWORD,
			tls: 'off',
			...other,
		};
	}

	async function open(place: string | PostgresServer, statementTimeoutMs?: number): Promise<StateStore> {
		const options = statementTimeoutMs === undefined ? {} : { statementTimeoutMs };
		const store = await openStateStore({ server: place, ...options, ...tickingEnvironment() });
		stores.push(store);
		return store;
	}

	/** What `work` fails with, once it is sure that nothing of it gives away who connects where. */
	async function refusal(work: Promise<unknown>): Promise<PipelineError> {
		const error: PipelineError = await work.then(
			() => Promise.reject(new Error('it was not refused')),
			(reason) => reason,
		);
		const { port } = new URL(server.url);
		const shown = JSON.stringify([error.message, error.hint, error.details, String(error.cause ?? '')]);
		for (const secret of [
			PASSWORD,
			'writer',
			'only_encrypted',
			'unknown',
			'127.0.0.1',
			port,
			database.name,
		]) {
			expect(shown).not.toContain(secret);
		}
		expect(error).toMatchObject({
			code: 'store_unavailable',
			message: expect.stringMatching(/^[A-Z][^\n]*\.$/),
			hint: expect.stringMatching(/\S/),
		});
		return error;
	}

	async function startRun(store: StateStore): Promise<string> {
		return (await store.startRun({ ...START, fields: NOTES })).run.runId;
	}
	const note = (store: StateStore, runId: string, text: string) =>
		store.write(runId, [
			{ by: 'Test', commandId: text, commands: [{ op: 'append', field: 'notes', values: [text] }] },
		]);

	it.each([
		['a wrong password', () => as('writer', { password: 'wrong' })],
		['an unknown user', () => as('unknown')],
	])('says that the user name or the password is refused: %s', async (_what, place) => {
		expect(await refusal(open(place()))).toMatchObject({
			message: 'PostgreSQL refused the user name or the password of the state store.',
			retryable: false,
		});
	});

	it('says that the database does not exist', async () => {
		expect(await refusal(open(as('writer', { database: 'missing' })))).toMatchObject({
			message: 'The database of the state store does not exist.',
			retryable: false,
		});
	});

	it.each([
		['create a schema in the database', ''],
		['look into the schema', 'CREATE SCHEMA greenlight'],
		['create tables in the schema', 'CREATE SCHEMA greenlight; GRANT USAGE ON SCHEMA greenlight TO writer'],
	])('says so when the user may not %s', async (_what, prepare) => {
		await database.run(prepare);

		expect(await refusal(open(as('writer')))).toMatchObject({
			message: 'The database user may not create or use tables in the database of the state store.',
			hint: expect.stringContaining('administrator'),
			retryable: false,
		});
	});

	it.each([
		['read', 'GRANT USAGE ON SCHEMA greenlight TO writer; GRANT SELECT ON greenlight.migrations TO writer'],
		[
			'write',
			'GRANT USAGE ON SCHEMA greenlight TO writer; GRANT SELECT ON ALL TABLES IN SCHEMA greenlight TO writer',
		],
	])("says so when the user may not %s the schema's tables", async (_what, prepare) => {
		await open(database.url);
		await database.run(prepare);
		const store = await open(as('writer'));

		expect((await refusal(startRun(store))).message).toMatch(/may not create or use tables/);
	});

	it('says when the address cannot be read', async () => {
		for (const address of [
			`postgres://writer:${PASSWORD}@127.0.0.1:port/x`,
			`postgres://writer:${PASSWORD}%ff@127.0.0.1/x`,
		]) {
			expect(await refusal(open(address))).toMatchObject({
				message: 'The address of the state store cannot be read.',
				hint: expect.stringContaining('%40'),
				retryable: false,
			});
		}
	});

	it('says that no connection is left, and works again once there is one', async () => {
		await database.run(
			`GRANT CREATE ON DATABASE ${database.name} TO writer; ALTER ROLE writer CONNECTION LIMIT 1`,
		);
		const { tls: _, ...address } = as('writer');
		const other = new Client(address);
		await other.connect();
		try {
			expect(await refusal(open(as('writer')))).toMatchObject({
				message: "The state store's database server has no connection left.",
				retryable: true,
			});
		} finally {
			await other.end();
			await query(server.url, 'ALTER ROLE writer CONNECTION LIMIT -1');
		}
		await until(async () => (await open(as('writer'))).listRuns());
	});

	it('gives up a statement that takes too long, and works again afterwards', async () => {
		const store = await open(database.url, 200);
		const runId = await startRun(store);
		const other = new Client(database.url);
		await other.connect();
		await other.query('BEGIN; LOCK TABLE greenlight.runs IN ACCESS EXCLUSIVE MODE');
		try {
			for (const work of [() => store.read(runId), () => note(store, runId, 'waits')]) {
				expect(await refusal(work())).toMatchObject({
					message: 'The state store took too long and was stopped.',
					retryable: true,
				});
			}
		} finally {
			await other.end();
		}
		await note(store, runId, 'goes');
		expect((await store.read(runId)).fields.notes).toEqual(['goes']);
	});

	it('gives each statement its own time, however many a call has', async () => {
		const values = Array.from({ length: 20_000 }, (_, index) => ({ index }));
		const elsewhere = await openStateStore({ path: ':memory:', ...tickingEnvironment() });
		const runId = await startRun(elsewhere);
		await elsewhere.write(runId, [{ by: 'Test', commands: [{ op: 'append', field: 'notes', values }] }]);
		const lines = await elsewhere.exportRun(runId);
		await elsewhere.close();

		const store = await open(database.url, 500);
		await store.importRun(lines);

		expect(Object(await store.read(runId)).fields.notes).toHaveLength(values.length);
	}, 60_000);

	it.each(['40001', '40P01'])(
		'says that trying again helps when two stood in each other’s way: %s',
		async (code) => {
			const store = await open(database.url);
			const runId = await startRun(store);
			await database.run(`CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '${code}'; END $$
LANGUAGE plpgsql; CREATE TRIGGER refuse BEFORE INSERT ON greenlight.bodies FOR EACH ROW EXECUTE FUNCTION refuse()`);

			expect(await refusal(note(store, runId, 'never'))).toMatchObject({
				message: "Two steps stood in each other's way in the state store, so nothing of this one was saved.",
				retryable: true,
			});
		},
	);

	it('goes on without a word when idle connections were cut', async () => {
		const store = await open(database.url);
		const runId = await startRun(store);
		await Promise.all(['a', 'b'].map((text) => note(store, runId, text)));
		await query(
			server.url,
			`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database.name}'`,
		);

		await note(store, runId, 'c');
		expect(new Set(Object(await store.read(runId)).fields.notes)).toEqual(new Set(['a', 'b', 'c']));
	});

	it.each(['end', 'kill'] as const)(
		'says so when the server is gone, and loses nothing once it is back: %s',
		async (how) => {
			const store = await open(database.url);
			const runId = await startRun(store);
			const acknowledged: string[] = [];
			const write = async (text: string): Promise<void> => {
				await note(store, runId, text);
				acknowledged.push(text);
			};
			await write('before');
			const meanwhile = Promise.allSettled(
				Array.from({ length: 20 }, (_, index) => write(`meanwhile ${index}`)),
			);
			await server.order(how);
			await meanwhile;
			if (how === 'end') {
				expect(await refusal(note(store, runId, 'never'))).toMatchObject({
					message: "The state store's database server cannot be reached.",
					retryable: true,
				});
				expect((await refusal(open(database.url))).retryable).toBe(true);
				await server.order('start');
			}
			await until(() => write('after'));

			const notes: unknown[] = Object(await store.read(runId)).fields.notes;
			expect(notes).toEqual(expect.arrayContaining(acknowledged));
			expect(new Set(notes).size).toBe(notes.length);
			expect(notes).not.toContain('never');
			expect(await store.verify(runId)).toMatchObject({ ok: true });
		},
	);

	it('says that the server may want encryption when it lets nobody in without', async () => {
		expect(await refusal(open(as('only_encrypted')))).toMatchObject({
			message: "The state store's database server does not let this user in by this way.",
			hint: expect.stringMatching(/encrypted connections only.*'Encryption \(TLS\)'.*\?sslmode=verify-full/),
			retryable: false,
		});
	});

	describe('encryption', () => {
		const address = (sslmode: string): string => {
			const { host, port, database: name } = as('only_encrypted');
			return `postgres://only_encrypted:${PASSWORD}@${host}:${port}/${name}?sslmode=${sslmode}`;
		};
		const isEncrypted = async (): Promise<unknown> => {
			const rows = await query(
				database.url,
				`SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'only_encrypted'`,
			);
			return rows.length > 0 && rows.every(({ ssl }) => ssl === true);
		};
		beforeEach(() => database.run(`GRANT CREATE ON DATABASE ${database.name} TO only_encrypted`));

		it.each([
			['On', () => as('only_encrypted', { tls: 'on' })],
			['?sslmode=verify-full', () => address('verify-full')],
			['?sslmode=verify-ca', () => address('verify-ca')],
			['?sslmode=require', () => address('require')],
			['?sslmode=prefer', () => address('prefer')],
		])('refuses a certificate of an unknown authority and says what to do: %s', async (_how, place) => {
			expect(await refusal(open(place()))).toMatchObject({
				message:
					"The certificate of the state store's database server is from an authority that n8n does not know.",
				hint: expect.stringMatching(
					/NODE_EXTRA_CA_CERTS.*Without Checking the Certificate.*sslmode=no-verify/,
				),
				retryable: false,
			});
		});

		it.each([
			['unchecked', () => as('only_encrypted', { tls: 'unchecked' })],
			['?sslmode=no-verify', () => address('no-verify')],
		])('encrypts without checking the certificate: %s', async (_how, place) => {
			const store = await open(place());
			await startRun(store);

			expect(await isEncrypted()).toBe(true);
		});

		it.each([
			['off', () => as('only_encrypted')],
			['?sslmode=disable', () => address('disable')],
		])('does not encrypt: %s', async (_how, place) => {
			expect((await refusal(open(place()))).message).toMatch(/does not let this user in/);
		});
	});
});

describeOnPostgres('a server without encryption', () => {
	it.each(['on', 'unchecked'] as const)('says that it takes no encrypted connections: %s', async (tls) => {
		const plain = await TestServer.start();
		const { hostname: host, port, username: user } = new URL(plain.url);
		const place = { host, port: Number(port), user, password: PASSWORD, database: 'postgres', tls };

		await expect(openStateStore({ server: place, ...tickingEnvironment() })).rejects.toMatchObject({
			code: 'store_unavailable',
			message: "The state store's database server does not take encrypted connections.",
			hint: expect.stringContaining('Off'),
			retryable: false,
		});
		await plain.remove();
	});
});

describeOnPostgres('a server that wants a password', () => {
	it('says that none is given', async () => {
		// A server of its own: pg leaves the connection half open, and a database is only dropped when there is none.
		const server = await TestServer.start({ doors: ['host all writer 127.0.0.1/32 scram-sha-256'] });
		await query(server.url, `CREATE ROLE writer LOGIN PASSWORD '${PASSWORD}'`);
		const { hostname: host, port } = new URL(server.url);
		const place = { host, port: Number(port), user: 'writer', password: '', database: 'postgres' };

		await expect(
			openStateStore({ server: { ...place, tls: 'off' }, ...tickingEnvironment() }),
		).rejects.toMatchObject({
			code: 'store_unavailable',
			message: 'PostgreSQL asks for a password, and none is given for the state store.',
			hint: expect.stringContaining("'Password'"),
			retryable: false,
		});
		await server.remove();
	});
});

/** Tries again until it works, or the test's time is over. */
async function until(work: () => Promise<unknown>): Promise<void> {
	for (;;) {
		try {
			await work();
			return;
		} catch (error) {
			if (!(error instanceof Error && 'retryable' in error && error.retryable === true)) throw error;
			await new Promise((resolve) => setImmediate(resolve));
		}
	}
}
