import { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS } from '../../nodes/shared/state/backends/migrations';
import { TABLES } from '../../nodes/shared/state/exportedTables';

describe('the rows of an exported run', () => {
	it('have the columns of the tables', () => {
		const database = new DatabaseSync(':memory:');
		database.exec(MIGRATIONS.join(';'));
		for (const [table, { row, key }] of TABLES) {
			const columns = database.prepare(`SELECT * FROM pragma_table_info('${table}')`).all();
			const known = Object.keys(Object(row).shape);
			expect([table, known]).toEqual([table, columns.map(({ name }) => name)]);
			const nullable = columns.filter(({ notnull, pk }) => notnull === 0 && pk === 0).map(({ name }) => name);
			const optional = known.filter((name) => Object(row).shape[name].safeParse(null).success);
			expect([table, optional]).toEqual([table, nullable]);
			const apart = columns
				.filter(({ pk, name }) => Number(pk) > 0 && name !== 'run_id')
				.map(({ name }) => name);
			expect([table, key]).toEqual([table, apart]);
		}
		const all = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
		expect([...TABLES.keys(), 'links', 'media_bytes', 'processes'].sort()).toEqual(
			all.map(({ name }) => name).sort(),
		);
	});
});
