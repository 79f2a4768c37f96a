/** What `verify` finds when somebody changes the tables through SQL. */
import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStateStore } from '../../nodes/shared/state';
import { tickingEnvironment } from '../support/storeEnvironment';

const swap = (table: string): string =>
	`UPDATE ${table} SET version = -1 WHERE version = 3; UPDATE ${table} SET version = 3 WHERE version = 4;
UPDATE ${table} SET version = 4 WHERE version = -1;`;

describe('verify', () => {
	let folder: string;
	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), 'greenlight-verify-'));
	});
	afterEach(() => rm(folder, { recursive: true }));

	it.each([
		['a changed row', 'UPDATE changes SET position = 9 WHERE version = 4', 4],
		['a row that says who wrote it', "UPDATE versions SET written_by = 'me' WHERE version = 3", 3],
		['a changed value', `UPDATE bodies SET body = '"forged"' WHERE body = '"brief 5"'`, 5],
		['a deleted value', `DELETE FROM bodies WHERE body = '"brief 6"'`, 6],
		['a deleted version', 'DELETE FROM versions WHERE version = 2', 2],
		[
			'a present value that was changed',
			`UPDATE live SET hash = (SELECT hash FROM bodies WHERE body = '"brief 2"')`,
			10,
		],
		['a present value that was deleted', 'DELETE FROM live', 10],
		['a deleted change', 'DELETE FROM changes WHERE version = 7', 7],
		['two versions that changed places', swap('versions'), 3],
		['two changes that changed places', swap('changes'), 3],
		[
			'a tail that was cut off',
			'DELETE FROM versions WHERE version > 8; DELETE FROM changes WHERE version > 8',
			9,
		],
		[
			'a tail that was cut off with the count',
			'DELETE FROM versions WHERE version > 8; DELETE FROM changes WHERE version > 8; UPDATE runs SET version = 8',
			8,
		],
	])('names the first bad version for %s', async (_what, sql, firstBadVersion) => {
		const path = join(folder, 'state.sqlite');
		const store = await openStateStore({ path, ...tickingEnvironment() });
		const start = {
			runKey: 'k',
			title: 't',
			startedFrom: 'editor',
			workflowId: 'w',
			brief: 'brief 1',
		} as const;
		const { runId } = (await store.startRun(start)).run;
		for (let version = 2; version <= 10; version++) {
			await store.write(runId, [
				{ by: 'Test', commands: [{ op: 'set', field: 'brief', value: `brief ${version}` }] },
			]);
		}
		expect(await store.verify(runId)).toEqual({ ok: true, versions: 10 });
		const tamperer = new DatabaseSync(path);
		tamperer.exec(sql);
		tamperer.close();

		expect(await store.verify(runId)).toMatchObject({ ok: false, firstBadVersion });
		await store.close();
	});
});
