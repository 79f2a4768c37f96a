import { randomUUID } from 'node:crypto';
import { Client, type QueryResultRow } from 'pg';

/** A superuser's address of the test server; empty where there is none. */
export const POSTGRES_URL = process.env.GREENLIGHT_TEST_POSTGRES_URL ?? '';

/** A suite that needs a server; without one it says how to run it. */
export function describeOnPostgres(name: string, suite: () => void): void {
	describe(`${name} on PostgreSQL`, () => {
		if (POSTGRES_URL === '') it.todo("needs a PostgreSQL server: run 'npm run test:postgres'");
		else suite();
	});
}

/** Sends statements to a database and gives back the rows of the last one. */
export async function query<T extends QueryResultRow>(
	url: string,
	statements: string,
	values?: unknown[],
): Promise<T[]> {
	const client = new Client({ connectionString: url });
	await client.connect();
	try {
		const result: unknown = await client.query(statements, values);
		const last = Array.isArray(result) ? result.at(-1) : result;
		return last.rows;
	} finally {
		await client.end();
	}
}

/** A database of its own on a test server. */
export class TestDatabase {
	readonly name = `t_${randomUUID().replaceAll('-', '')}`;
	readonly url: string;

	constructor(private readonly server: string) {
		const url = new URL(server);
		url.pathname = this.name;
		this.url = url.href;
	}

	async create(): Promise<void> {
		await query(this.server, `CREATE DATABASE ${this.name}`);
	}

	async drop(): Promise<void> {
		await query(this.server, `DROP DATABASE ${this.name}`);
	}

	/** Sends statements as the server's superuser. */
	async run(statements: string, values?: unknown[]): Promise<void> {
		await query(this.url, statements, values);
	}
}
