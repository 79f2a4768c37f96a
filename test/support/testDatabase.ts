import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** A database of its own on the test server. */
export class TestDatabase {
	private readonly name = `t_${randomUUID().replaceAll('-', '')}`;
	readonly url: string;

	constructor(private readonly server: string) {
		const url = new URL(server);
		url.pathname = this.name;
		this.url = url.href;
	}

	create(): Promise<void> {
		return this.administer(`CREATE DATABASE ${this.name}`);
	}

	drop(): Promise<void> {
		return this.administer(`DROP DATABASE ${this.name}`);
	}

	query(statement: string, values: unknown[]): Promise<void> {
		return run(this.url, statement, values);
	}

	private administer(statement: string): Promise<void> {
		return run(this.server, statement);
	}
}

async function run(connectionString: string, statement: string, values: unknown[] = []): Promise<void> {
	const client = new Client({ connectionString });
	await client.connect();
	try {
		await client.query(statement, values);
	} finally {
		await client.end();
	}
}
