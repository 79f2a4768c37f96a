import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStateStore, type ProcessFacts } from '../../nodes/shared/state';

const FACTS: ProcessFacts = {
	...{ role: 'main', host: 'h', pid: 1, node: '24.1.0', n8n: null, greenlight: null },
	...{ queueMode: false, state: 'a file', address: '', unverifiedPackages: true },
};
const HOUR_MS = 3_600_000;

describe('processes that use a store', () => {
	const folder = mkdtempSync(join(tmpdir(), 'greenlight-processes-'));
	afterAll(() => rmSync(folder, { recursive: true }));

	it('are said to have been heard of as long ago as it is, and are forgotten after a day', async () => {
		let now = Date.UTC(2026, 10, 23);
		const store = await openStateStore({ path: ':memory:', clock: () => now, newId: () => '' });
		await store.noteProcess('old', FACTS);
		now += 2 * HOUR_MS;
		await store.noteProcess('new', FACTS);
		expect((await store.listProcesses()).map(({ processId, heardMsAgo }) => [processId, heardMsAgo])).toEqual(
			[
				['new', 0],
				['old', 2 * HOUR_MS],
			],
		);
		now += 23 * HOUR_MS;
		expect((await store.listProcesses()).map(({ processId }) => processId)).toEqual(['new']);
		await store.close();
	});

	it('leave out what another version wrote that cannot be read', async () => {
		const path = join(folder, 'state.sqlite');
		const store = await openStateStore({ path, clock: () => 1_000, newId: () => '' });
		const other = new DatabaseSync(path);
		other
			.prepare('INSERT INTO processes VALUES (?, ?, ?, ?)')
			.run('x', '{"role":"queen"}', 0, '1970-01-01T00:00:01.000Z');
		other.close();
		expect(await store.listProcesses()).toEqual([]);
		await store.close();
	});
});
