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

	private async administer(statement: string): Promise<void> {
		const client = new Client({ connectionString: this.server });
		await client.connect();
		await client.query(statement);
		await client.end();
	}
}
