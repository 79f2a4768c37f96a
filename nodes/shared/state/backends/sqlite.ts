import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PipelineError, isPipelineError } from '../../errors';
import { isObject } from '../json';
import type { Database, Row, Transaction } from './database';
import { MIGRATIONS } from './migrations';
import { inTurn } from './turns';

const BUSY_TIMEOUT_MS = 30_000;

/** SQLite result codes (https://www.sqlite.org/rescode.html) that have a sentence of their own. */
const SENTENCES: Readonly<Record<number, string>> = {
	5: 'The state file was busy for too long.',
	8: 'The state file may only be read, not written.',
	10: 'The disk did not read or write the state file.',
	11: 'The state file is damaged.',
	13: 'The disk is full, so nothing was saved.',
	14: 'The state file could not be opened or created.',
	26: 'The state file is not a Greenlight state file.',
};

/**
 * Opens the file, creating it with its folder where needed, or `:memory:`. Fails with `store_unavailable`; with
 * `unsupported_n8n` where Node.js has no `node:sqlite`.
 */
export async function openSqlite(path: string): Promise<Database> {
	const { DatabaseSync: Sqlite } = await import('node:sqlite').catch((cause: unknown) => {
		throw new PipelineError('unsupported_n8n', `Node.js ${process.versions.node} has no SQLite built in.`, {
			cause,
		});
	});
	return inSentences(path, async () => {
		if (path !== ':memory:') {
			mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
		}
		const isNew = path !== ':memory:' && !existsSync(path);
		const connection = new Sqlite(path, { timeout: BUSY_TIMEOUT_MS });
		if (isNew) chmodSync(path, 0o600);
		const database = new SqliteDatabase(path, connection);
		try {
			connection.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;');
			await database.migrate();
		} catch (error) {
			connection.close();
			throw error;
		}
		return database;
	});
}

let memoryDatabases = 0;

class SqliteDatabase implements Database {
	private readonly statements = new Map<string, StatementSync>();
	private readonly turnOf: string;
	readonly mediaFolder: string | undefined;

	constructor(
		private readonly path: string,
		private readonly connection: DatabaseSync,
	) {
		this.turnOf = path === ':memory:' ? `:memory:${++memoryDatabases}` : resolve(path);
		this.mediaFolder = path === ':memory:' ? undefined : join(dirname(resolve(path)), 'media');
	}

	async migrate(): Promise<void> {
		await this.write('migration', async (tx) => {
			const row = (await tx.all('PRAGMA user_version'))[0];
			const version = Number(row?.user_version ?? 0);
			if (version > MIGRATIONS.length) {
				throw new PipelineError('store_unavailable', 'The state file was written by a newer Greenlight.', {
					retryable: false,
					hint: 'Update n8n-nodes-greenlight to the version that wrote it, or a newer one.',
				});
			}
			for (const migration of MIGRATIONS.slice(version)) this.connection.exec(migration);
			this.connection.exec(`PRAGMA user_version=${MIGRATIONS.length}`);
		});
	}

	/** SQLite has one writer at a time, so every topic waits for every other. */
	write<T>(_topic: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
		return this.transaction('BEGIN IMMEDIATE', work);
	}

	read<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
		return this.transaction('BEGIN', work);
	}

	async close(): Promise<void> {
		await inTurn(this.turnOf, async () => {
			this.statements.clear();
			this.connection.close();
		});
	}

	/**
	 * Transactions of one file take turns within this process, over all its connections: SQLite waits for a lock by blocking
	 * the thread, and the thread is what the holder of the lock needs to finish.
	 */
	private transaction<T>(begin: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
		return inTurn(this.turnOf, () => inSentences(this.path, () => this.transact(begin, work)));
	}

	private async transact<T>(begin: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
		this.connection.exec(begin);
		try {
			const result = await work(this.access);
			this.connection.exec('COMMIT');
			return result;
		} catch (error) {
			if (this.connection.isTransaction) this.connection.exec('ROLLBACK');
			throw error;
		}
	}

	private readonly access: Transaction = {
		// No column holds anything but text, bytes and numbers that JavaScript can count.
		all: async (sql, ...values) => this.prepare(sql).all(...values) as Row[],
		run: async (sql, ...values) => {
			this.prepare(sql).run(...values);
		},
		/** The one writer that SQLite has holds everything already. */
		lock: async () => undefined,
		now: async () => undefined,
	};

	private prepare(sql: string): StatementSync {
		const known = this.statements.get(sql);
		if (known !== undefined) return known;
		const statement = this.connection.prepare(sql);
		this.statements.set(sql, statement);
		return statement;
	}
}

async function inSentences<T>(path: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (isPipelineError(error) || !(error instanceof Error)) throw error;
		const code = isObject(error) && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
		const isFileError = 'syscall' in error;
		if (code === undefined && !isFileError) throw error;
		const sentence =
			(code === undefined ? undefined : SENTENCES[code]) ?? 'The state file could not be used.';
		throw new PipelineError('store_unavailable', sentence, {
			cause: error,
			hint: `Check that ${path} exists, has free space and may be written to by n8n.`,
		});
	}
}
