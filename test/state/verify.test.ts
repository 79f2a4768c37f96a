/** What `verify` finds when somebody changes the tables through SQL. */
import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStateStore, type StateStore } from '../../nodes/shared/state';
import { tickingEnvironment } from '../support/storeEnvironment';
import { POSTGRES_URL, TestDatabase, describeOnPostgres } from '../support/testDatabase';

/** The run that is tampered with: 70 versions of the brief, so that there is a snapshot, and a field with a list. */
const VERSIONS = 70;
const START = { runKey: 'k', title: 't', startedFrom: 'editor', workflowId: 'w', brief: 'brief 1' } as const;

const swap = (table: string, a: number, b: number): string =>
	`UPDATE ${table} SET version = -1 WHERE version = ${a}; UPDATE ${table} SET version = ${a} WHERE version = ${b};
UPDATE ${table} SET version = ${b} WHERE version = -1;`;
const cutOff = (table: string, after: number): string => `DELETE FROM ${table} WHERE version > ${after};`;
const hashOfBrief = (version: number): string =>
	`(SELECT hash FROM bodies WHERE body = '"brief ${version}"')`;

/** What was done, with which SQL, and the first version that is wrong then: a number, or the one that has a snapshot. */
const TAMPERINGS: ReadonlyArray<[what: string, sql: string, firstBadVersion: number | 'snapshot']> = [
	['a changed row', 'UPDATE changes SET position = 9 WHERE version = 4', 4],
	['a row that has another value', `UPDATE changes SET hash = ${hashOfBrief(2)} WHERE version = 4`, 4],
	['a row that says who wrote it', "UPDATE versions SET written_by = 'me' WHERE version = 3", 3],
	['a row that says when it was written', "UPDATE versions SET at = '2020' WHERE version = 3", 3],
	['a row that says what kind it is', "UPDATE versions SET kind = 'rollback' WHERE version = 3", 3],
	['a row with another hash', "UPDATE versions SET row_hash = 'x' WHERE version = 3", 3],
	['a changed value', `UPDATE bodies SET body = '"forged"' WHERE body = '"brief 5"'`, 5],
	['a value that is no JSON', `UPDATE bodies SET body = 'forged' WHERE body = '"brief 5"'`, 5],
	['a deleted value', `DELETE FROM bodies WHERE body = '"brief 6"'`, 6],
	['a deleted version', 'DELETE FROM versions WHERE version = 2', 2],
	['a deleted change', 'DELETE FROM changes WHERE version = 7', 7],
	[
		'a deleted version with its change',
		'DELETE FROM versions WHERE version = 7; DELETE FROM changes WHERE version = 7',
		7,
	],
	['two versions that changed places', swap('versions', 3, 4), 3],
	['two changes that changed places', swap('changes', 3, 5), 3],
	['two versions that changed places, changes and all', swap('versions', 3, 4) + swap('changes', 3, 4), 3],
	['a tail that was cut off', cutOff('versions', 68) + cutOff('changes', 68), 69],
	[
		'a tail that was cut off with the count',
		`${cutOff('versions', 68) + cutOff('changes', 68)} UPDATE runs SET version = 68`,
		69,
	],
	[
		'a tail that was cut off with the count and the present state',
		`${cutOff('versions', 68) + cutOff('changes', 68)} UPDATE runs SET version = 68;
UPDATE live SET version = 68, hash = ${hashOfBrief(68)} WHERE field = 'brief'`,
		69,
	],
	['a count that is too high', 'UPDATE runs SET version = 71', 71],
	['a present value that was changed', `UPDATE live SET hash = ${hashOfBrief(2)} WHERE field = 'brief'`, 70],
	['a present value that was deleted', "DELETE FROM live WHERE field = 'brief'", 70],
	['a present value in another place', "UPDATE live SET position = 7 WHERE field = 'notes'", 2],
	['a present value of another version', "UPDATE live SET version = 3 WHERE field = 'notes'", 2],
	[
		'a present value that nobody wrote',
		"INSERT INTO live SELECT run_id, 'brief', 'x', 0, hash, 5 FROM live WHERE field = 'brief'",
		1,
	],
	[
		'a snapshot with another value',
		`UPDATE snapshots SET entries = replace(entries, (SELECT hash FROM changes WHERE field = 'brief' AND
changes.version = snapshots.version), ${hashOfBrief(2)})`,
		'snapshot',
	],
	['a snapshot with an entry less', "UPDATE snapshots SET entries = '[]'", 'snapshot'],
	['a snapshot that is no JSON', "UPDATE snapshots SET entries = 'x'", 'snapshot'],
	['a snapshot of another version', 'UPDATE snapshots SET version = 60', 60],
	['a snapshot of a version that does not exist', 'UPDATE snapshots SET version = 99', 99],
	[
		'a change of a version that does not exist',
		'INSERT INTO changes SELECT run_id, 99, 0, field, entry, 0, NULL FROM changes WHERE version = 1',
		99,
	],
	[
		'a record that became content',
		`UPDATE fields SET declaration = replace(declaration, 'record', 'content') WHERE name = 'verdicts'`,
		1,
	],
	[
		'a field with another rule',
		`UPDATE fields SET declaration = replace(declaration, 'set', 'append') WHERE name = 'brief'`,
		1,
	],
	['a declaration that is no JSON', "UPDATE fields SET declaration = '{' WHERE name = 'notes'", 2],
	['a declaration that is none', "UPDATE fields SET declaration = '{}' WHERE name = 'notes'", 2],
	[
		'a declaration of another name',
		`UPDATE fields SET declaration = replace(declaration, 'notes', 'other') WHERE name = 'notes'`,
		2,
	],
	['a deleted declaration', "DELETE FROM fields WHERE name = 'notes'", 2],
	['a deleted declaration of a field that has nothing', "DELETE FROM fields WHERE name = 'verdicts'", 1],
	['a checkpoint of a version that does not exist', 'UPDATE checkpoints SET version = 71', 71],
];

function verifies(
	openPlace: () => Promise<{
		store: StateStore;
		tamper(sql: string): Promise<void>;
		remove(): Promise<void>;
	}>,
) {
	let lines: string[];
	let runId: string;
	let snapshotAt: number;
	beforeAll(async () => {
		const store = await openStateStore({ path: ':memory:', ...tickingEnvironment() });
		({ runId } = (await store.startRun(START)).run);
		for (let version = 2; version <= VERSIONS; version++) {
			const commands = [{ op: 'set', field: 'brief', value: `brief ${version}` } as const];
			const note = { op: 'append', field: 'notes', values: ['a note'] } as const;
			await store.write(runId, [
				version === 2
					? {
							by: 'Test',
							commands: [...commands, note],
							declare: [{ name: 'notes', type: {}, rule: 'append', part: 'content' }],
						}
					: { by: 'Test', commands },
			]);
			if (version === 9) await store.checkpoint(runId, 'nine', 'Test');
		}
		lines = await store.exportRun(runId);
		const snapshots = lines.filter((line) => line.startsWith('{"table":"snapshots"'));
		expect(snapshots).toHaveLength(1);
		snapshotAt = JSON.parse(snapshots[0] ?? '').row.version;
		await store.close();
	});

	it('finds nothing wrong with what was only written', async () => {
		const { store, remove } = await openPlace();
		await store.importRun(lines);

		expect(await store.verify(runId)).toEqual({ ok: true, versions: VERSIONS });
		await store.close();
		await remove();
	});

	it.each(TAMPERINGS)('names the first bad version for %s', async (_what, sql, first) => {
		const { store, tamper, remove } = await openPlace();
		await store.importRun(lines);
		const firstBadVersion = first === 'snapshot' ? snapshotAt : first;
		await tamper(sql);

		expect(await store.verify(runId)).toMatchObject({
			ok: false,
			firstBadVersion,
			problem: expect.stringMatching(new RegExp(`^Version ${firstBadVersion} .*\\.$`)),
		});
		await store.close();
		await remove();
	});
}

describe('verify on SQLite', () => {
	verifies(async () => {
		const folder = await mkdtemp(join(tmpdir(), 'greenlight-verify-'));
		const path = join(folder, 'state.sqlite');
		return {
			store: await openStateStore({ path, ...tickingEnvironment() }),
			async tamper(sql) {
				const tamperer = new DatabaseSync(path);
				tamperer.exec(sql);
				tamperer.close();
			},
			remove: () => rm(folder, { recursive: true }),
		};
	});
});

describeOnPostgres('verify', () => {
	verifies(async () => {
		const database = new TestDatabase(POSTGRES_URL);
		await database.create();
		return {
			store: await openStateStore({ server: database.url, ...tickingEnvironment() }),
			tamper: (sql) => database.run(`SET search_path TO greenlight; ${sql}`),
			remove: () => database.drop(),
		};
	});
});
