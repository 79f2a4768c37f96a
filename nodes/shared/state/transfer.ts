/** A run as lines of JSON, and back; and its removal. Called inside the store's transactions. */
import { PipelineError } from '../errors';
import type { SqlValue, Transaction } from './backends/database';
import { isObject } from './json';
import { mediaHashOf, type MediaBytes } from './media';

const FORMAT = 'greenlight-run';
const FORMAT_VERSION = 1;

/** Every table that has rows of a run, in the order of import; but for its links, which are about executions of one n8n,
 * and the bytes of media, which have lines of their own. */
const TABLES = [
	'runs',
	'fields',
	'bodies',
	'versions',
	'changes',
	'live',
	'snapshots',
	'checkpoints',
	'commands',
	'steps',
	'ledger',
	'media',
] as const;

export async function exportRun(tx: Transaction, runId: string): Promise<string[]> {
	const lines = [JSON.stringify({ format: FORMAT, formatVersion: FORMAT_VERSION, runId })];
	for (const table of TABLES) {
		for (const row of await tx.all(`SELECT * FROM ${table} WHERE run_id = ?`, runId)) {
			lines.push(JSON.stringify({ table, row }));
		}
	}
	return lines;
}

export function exportMedia(files: MediaBytes): string[] {
	return [...files].map(([hash, bytes]) =>
		JSON.stringify({ media: hash, base64: Buffer.from(bytes).toString('base64') }),
	);
}

/** An export that was looked at and is sound in form. */
export interface ExportedRun {
	runId: string;
	rows: ReadonlyArray<{ table: (typeof TABLES)[number]; row: Record<string, unknown> }>;
	media: MediaBytes;
}

/** Refuses with `input_refused` what is no export. */
export function readExport(lines: readonly string[]): ExportedRun {
	const [head, ...rest] = lines.filter((line) => line.trim() !== '').map(parseLine);
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
	const { runId } = head;
	// Files are named by run and hash, and neither may lead elsewhere.
	if (!/^[\w-]+$/.test(runId)) throw damaged();
	const rows: Array<ExportedRun['rows'][number]> = [];
	const media = new Map<string, Uint8Array>();
	for (const line of rest) {
		if (typeof line.media === 'string') {
			const bytes = Buffer.from(String(line.base64), 'base64');
			if (mediaHashOf(bytes) !== line.media) throw damaged();
			media.set(line.media, bytes);
			continue;
		}
		const { row } = line;
		const table = TABLES.find((known) => known === line.table);
		if (table === undefined || !isObject(row) || row.run_id !== runId) throw damaged();
		if (table === 'media' && !/^[0-9a-f]{64}$/.test(String(row.hash))) throw damaged();
		rows.push({ table, row });
	}
	return { runId, rows, media };
}

/** Refuses with `input_refused` a run or key that is there already. */
export async function importRun(tx: Transaction, { runId, rows }: ExportedRun): Promise<void> {
	for (const { table, row } of rows) {
		if (table === 'runs') await refuseKnownRun(tx, runId, String(row.run_key));
		const columns = Object.keys(row).filter((column) => /^[a-z_]+$/.test(column));
		await tx.run(
			`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
			...columns.map((column) => toValue(row[column])),
		);
	}
}

export async function deleteRun(tx: Transaction, runId: string): Promise<void> {
	for (const table of ['links', 'media_bytes', ...[...TABLES].reverse()])
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
