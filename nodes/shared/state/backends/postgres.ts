import { isUint8Array } from 'node:util/types';
import type { Pool, PoolClient, PoolConfig } from 'pg';
import { PipelineError, isPipelineError } from '../../errors';
import type { Database, Row, SqlValue, Transaction } from './database';
import { MIGRATIONS } from './migrations';
import { inSentences } from './postgresErrors';
import { inTurn } from './turns';

export interface PostgresServer {
	host: string;
	port: number;
	database: string;
	user: string;
	password: string;
	/** `unchecked`: encrypted, but nobody vouches for the server. */
	tls: 'off' | 'on' | 'unchecked';
}

/** Where the PostgreSQL server is and how it is used. Versions 13 to 17. */
export interface PostgresOptions {
	/** `postgres://user:password@host:port/database`, with `?sslmode=…` where TLS is wanted; or the same in parts. */
	server: string | PostgresServer;
	/** Connections of this process at most. Default 10. */
	maxConnections?: number;
	/** After which a statement is given up, in ms. Default 30,000. */
	statementTimeoutMs?: number;
}

/** Greenlight's tables stand in a schema of their own, so that a shared database stays tidy. */
const SCHEMA = 'greenlight';
const CONNECT_TIMEOUT_MS = 10_000;
/** The time of a statement counts from when it is sent, so only so many are sent ahead of their answers. */
const SENT_AHEAD = 50;
/** Any number will do, as long as nobody else uses it for another lock. */
const MIGRATION_LOCK = 7_203_115;

/** Connects and brings the schema up to date. Fails with `store_unavailable`; no sentence holds a password or address. */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
	const { Pool: PgPool } = await import('pg');
	const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
	const pool = new PgPool({
		...toPoolConfig(options),
		max: options.maxConnections ?? 10,
		keepAlive: true,
		pipeline: true,
		// A connection that died without a word is given up, and with it the turn of its topic.
		query_timeout: 2 * statementTimeoutMs,
		connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
		application_name: 'n8n-nodes-greenlight',
	});
	// A lost idle connection is replaced by the pool; without a listener it would end the process.
	pool.on('error', () => undefined);
	const database = new PostgresDatabase(pool, statementTimeoutMs);
	try {
		await database.migrate();
	} catch (error) {
		await pool.end();
		throw error;
	}
	return database;
}

function toPoolConfig({ server }: PostgresOptions): PoolConfig {
	if (typeof server === 'string') return { connectionString: server };
	const { tls, ...address } = server;
	return { ...address, ssl: tls === 'off' ? false : { rejectUnauthorized: tls === 'on' } };
}

class PostgresDatabase implements Database {
	readonly mediaFolder = undefined;
	/** Set in each transaction, and not when connecting: a connection pooler in between would refuse or mix them up. */
	private readonly settings: string;

	constructor(
		private readonly pool: Pool,
		statementTimeoutMs: number,
	) {
		this.settings = [
			`SET LOCAL search_path TO ${SCHEMA}`,
			`SET LOCAL statement_timeout TO ${statementTimeoutMs}`,
			`SET LOCAL idle_in_transaction_session_timeout TO ${2 * statementTimeoutMs}`,
		].join('; ');
	}

	/** Ten processes may start at once: one migrates, the others wait and find it done. */
	async migrate(): Promise<void> {
		await this.withClient(async (client) => {
			await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
			await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
			const { rows } = await client.query<{ found: string | null }>('SELECT to_regclass($1) AS found', [
				`${SCHEMA}.migrations`,
			]);
			if (rows[0]?.found === null) {
				const schema = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [SCHEMA]);
				if (schema.rows.length === 0) await client.query(`CREATE SCHEMA ${SCHEMA}`);
				await client.query(`CREATE TABLE ${SCHEMA}.migrations (version INTEGER NOT NULL)`);
			}
			await client.query(`SET LOCAL search_path TO ${SCHEMA}`);
			const done = await client.query<{ version: number | null }>(
				'SELECT max(version) AS version FROM migrations',
			);
			const version = done.rows[0]?.version ?? 0;
			if (version > MIGRATIONS.length) {
				throw new PipelineError('store_unavailable', 'The state store was written by a newer Greenlight.', {
					retryable: false,
					hint: 'Update n8n-nodes-greenlight to the version that wrote it, or a newer one.',
				});
			}
			for (const [index, migration] of MIGRATIONS.entries()) {
				if (index < version) continue;
				await client.query(migration);
				await client.query('INSERT INTO migrations (version) VALUES ($1)', [index + 1]);
			}
			await client.query('COMMIT');
		});
	}

	/** Writers of one topic wait in this process first, so that a busy run does not take all connections. */
	write<T>(topic: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
		return inTurn(`postgres ${topic}`, () =>
			this.transact((session) => {
				void session.send(`BEGIN ISOLATION LEVEL READ COMMITTED; ${this.settings}`);
				void session.lock(topic);
			}, work),
		);
	}

	read<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
		const begin = `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${this.settings}`;
		return this.transact((session) => void session.send(begin), work);
	}

	async close(): Promise<void> {
		await this.pool.end();
	}

	/** A connection that died in the pool is noticed at its first use: then once more on a new one. */
	private async transact<T>(
		begin: (session: Session) => void,
		work: (tx: Transaction) => Promise<T>,
	): Promise<T> {
		for (let attempt = 1; ; attempt++) {
			let isCommitting = false;
			try {
				return await this.withClient(async (client) => {
					const session = new Session(client);
					try {
						begin(session);
						const result = await work(session);
						isCommitting = true;
						void session.send('COMMIT');
						await session.settle();
						return result;
					} catch (error) {
						// What follows a failed statement fails because of it.
						await session.settle();
						throw error;
					}
				});
			} catch (error) {
				const isLost = isPipelineError(error) && error.details.connectionLost === true;
				if (!isLost || isCommitting || attempt > 1) throw error;
			}
		}
	}

	private async withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
		return inSentences(async () => {
			const client = await this.pool.connect();
			let isBroken = false;
			const onError = (): void => {
				isBroken = true;
			};
			client.on('error', onError);
			try {
				return await work(client);
			} catch (error) {
				await client.query('ROLLBACK').catch(() => {
					isBroken = true;
				});
				throw error;
			} finally {
				client.off('error', onError);
				client.release(isBroken);
			}
		});
	}
}

/** One transaction. Statements are sent one after the other without waiting for answers that nobody needs, but for old ones. */
class Session implements Transaction {
	private readonly sent: Array<Promise<unknown>> = [];

	constructor(private readonly client: PoolClient) {}

	send(sql: string, values?: readonly SqlValue[]): Promise<{ rows: Array<Record<string, unknown>> }> {
		const query = () => this.client.query<Record<string, unknown>>(sql, values && [...values]);
		const earlier = this.sent.at(-SENT_AHEAD);
		const answer = earlier === undefined ? query() : earlier.then(query);
		// Whoever waits for it or settles the session sees the failure.
		answer.catch(() => undefined);
		this.sent.push(answer);
		return answer;
	}

	/** Waits for all, so that nothing is sent after the transaction's end. Fails as the first statement that failed. */
	async settle(): Promise<void> {
		const answers = await Promise.allSettled(this.sent);
		const failed = answers.find((answer) => answer.status === 'rejected');
		if (failed !== undefined) throw failed.reason;
	}

	async all(sql: string, ...values: SqlValue[]): Promise<Row[]> {
		const { rows } = await this.send(toNumbered(sql), values.map(toParameter));
		return rows.map(toRow);
	}

	async run(sql: string, ...values: SqlValue[]): Promise<void> {
		void this.send(toNumbered(sql), values.map(toParameter));
	}

	async lock(topic: string): Promise<void> {
		void this.send('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [toParameter(topic)]);
	}

	async now(): Promise<number> {
		const { rows } = await this.send('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now');
		return Number(rows[0]?.now);
	}
}

const numbered = new Map<string, string>();

/** `?` placeholders as PostgreSQL wants them: `$1`, `$2`, … No statement of the store has a question mark in text. */
function toNumbered(sql: string): string {
	const known = numbered.get(sql);
	if (known !== undefined) return known;
	let count = 0;
	const converted = sql.replace(/\?/g, () => `$${++count}`);
	numbered.set(sql, converted);
	return converted;
}

/** PostgreSQL's text has no null character. Inside JSON it is written as an escape and so is kept. */
function toParameter(value: SqlValue): SqlValue {
	return typeof value === 'string' ? value.replaceAll('\u0000', '\uFFFD') : value;
}

function toRow(row: Record<string, unknown>): Row {
	return Object.fromEntries(
		Object.entries(row).map(([name, value]) => [
			name,
			typeof value === 'string' || typeof value === 'number' || value === null || isUint8Array(value)
				? value
				: String(value),
		]),
	);
}
