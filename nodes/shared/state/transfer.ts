/** A run as lines of JSON, and back; and its removal. Called inside the store's transactions. */
import { PipelineError } from '../errors';
import type { SqlValue, Transaction } from './backends/database';
import { isObject } from './json';

const FORMAT = 'greenlight-run';
const FORMAT_VERSION = 1;

/**
 * Every table that has rows of a run, in the order of import, with what tells its rows apart within the run. But for its links,
 * which are about executions of one n8n.
 */
const TABLES = new Map<string, readonly string[]>([
	['runs', []],
	['fields', ['name']],
	['bodies', ['hash']],
	['versions', ['version']],
	['changes', ['version', 'seq']],
	['live', ['field', 'entry']],
	['snapshots', ['version']],
	['checkpoints', ['name']],
	['commands', ['command_id']],
	['steps', ['step_key']],
	['ledger', ['seq']],
]);

export async function exportRun(tx: Transaction, runId: string): Promise<string[]> {
	const lines = [JSON.stringify({ format: FORMAT, formatVersion: FORMAT_VERSION, runId })];
	for (const [table, key] of TABLES) {
		const rows = await tx.all(`SELECT * FROM ${table} WHERE run_id = ?`, runId);
		// In one order everywhere: databases give rows back as they like, and sort text each in their own way.
		rows.sort((a, b) => compareKeys(keyOf(a, key), keyOf(b, key)));
		lines.push(...rows.map((row) => JSON.stringify({ table, row })));
	}
	return lines;
}

/** Gives back the run's id. Refuses with `input_refused` what is no export, and a run or key that is there already. */
export async function importRun(tx: Transaction, lines: readonly string[]): Promise<string> {
	const [head, ...rows] = lines.filter((line) => line.trim() !== '').map(parseLine);
	if (head?.format !== FORMAT || typeof head.runId !== 'string') {
		throw new PipelineError('input_refused', 'This is not an exported run.', {
			hint: 'Use a file that was made by exporting a run, whole and unchanged.',
		});
	}
	if (head.formatVersion !== FORMAT_VERSION) {
		throw new PipelineError('input_refused', 'This run was exported by a newer Greenlight.', {
			hint: 'Update n8n-nodes-greenlight, then import it again.',
		});
	}
	const seen = new Set<string>();
	for (const { table, row } of rows) {
		const key = typeof table === 'string' ? TABLES.get(table) : undefined;
		if (key === undefined || !isObject(row) || row.run_id !== head.runId) throw damaged();
		const name = JSON.stringify([table, ...keyOf(row, key)]);
		if (seen.has(name)) throw damaged();
		seen.add(name);
		if (table === 'runs') await refuseKnownRun(tx, head.runId, String(row.run_key));
		const columns = Object.keys(row).filter((column) => /^[a-z_]+$/.test(column));
		await tx.run(
			`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
			...columns.map((column) => toValue(row[column])),
		);
	}
	if (!seen.has('["runs"]')) throw damaged();
	return head.runId;
}

function keyOf(row: Readonly<Record<string, unknown>>, key: readonly string[]): unknown[] {
	return key.map((column) => row[column]);
}

function compareKeys(a: readonly unknown[], b: readonly unknown[]): number {
	for (const [index, left] of a.entries()) {
		const right = b[index];
		if (left === right) continue;
		if (typeof left === 'number' && typeof right === 'number') return left - right;
		return String(left) < String(right) ? -1 : 1;
	}
	return 0;
}

export async function deleteRun(tx: Transaction, runId: string): Promise<void> {
	for (const table of ['links', ...[...TABLES.keys()].reverse()])
		await tx.run(`DELETE FROM ${table} WHERE run_id = ?`, runId);
}

async function refuseKnownRun(tx: Transaction, runId: string, runKey: string): Promise<void> {
	const known = await tx.all('SELECT title FROM runs WHERE run_id = ? OR run_key = ?', runId, runKey);
	if (known[0] === undefined) return;
	throw new PipelineError('input_refused', `The run '${String(known[0].title)}' is in this store already.`, {
		hint: 'Delete it first if the exported one should take its place.',
	});
}

function parseLine(line: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(line);
		if (isObject(value)) return value;
	} catch {
		throw damaged();
	}
	throw damaged();
}

function damaged(): PipelineError {
	return new PipelineError('input_refused', 'The exported run is damaged.', {
		hint: 'Export it again, or use another copy.',
	});
}

function toValue(value: unknown): SqlValue {
	return typeof value === 'string' || typeof value === 'number' ? value : null;
}
