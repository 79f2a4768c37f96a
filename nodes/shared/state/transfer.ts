/** A run as lines of JSON, and back; and its removal. Called inside the store's transactions. */
import { PipelineError } from '../errors';
import type { Row, Transaction } from './backends/database';
import { TABLES } from './exportedTables';
import { asStored, isObject } from './json';
import type { Run } from './stateStore';
import { mediaHashOf, type MediaBytes } from './media';

const FORMAT = 'greenlight-run';
const FORMAT_VERSION = 1;

/** One run of a file of exports: what its first line says of it, and the lines that `importRun` takes. */
export interface ExportedRun {
	runId: string;
	title: string;
	lines: string[];
}

/** The first line says how many follow, so that a file that was cut off is seen. */
export async function exportRun(tx: Transaction, run: Run): Promise<string[]> {
	const { runId, title } = run;
	const lines: string[] = [];
	for (const [table, { key }] of TABLES) {
		const rows = await tx.all(`SELECT * FROM ${table} WHERE run_id = ?`, runId);
		// In one order everywhere: databases give rows back as they like, and sort text each in their own way.
		rows.sort((a, b) => compareKeys(keyOf(a, key), keyOf(b, key)));
		lines.push(...rows.map((row) => JSON.stringify({ table, row })));
	}
	const head = { format: FORMAT, formatVersion: FORMAT_VERSION, runId, title, rows: lines.length };
	return [JSON.stringify(head), ...lines];
}

/** The runs of a file, one after the other. What stands before the first of them is given as a run that cannot be imported. */
export function* runsIn(file: Buffer): Generator<ExportedRun> {
	let lines: string[] = [];
	for (let from = 0, to = 0; from < file.length; from = to + 1) {
		const end = file.indexOf('\n', from);
		to = end < 0 ? file.length : end;
		const line = file.toString('utf8', from, to).trim();
		if (line.startsWith(`{"format":"${FORMAT}"`) && lines.length > 0) {
			yield labelled(lines);
			lines = [];
		}
		if (line !== '') lines.push(line);
	}
	if (lines.length > 0) yield labelled(lines);
}

function labelled(lines: string[]): ExportedRun {
	const text = (value: unknown): string => (typeof value === 'string' ? value : '');
	try {
		const head: unknown = JSON.parse(lines[0] ?? '');
		return { runId: text(Object(head).runId), title: text(Object(head).title), lines };
	} catch {
		return { runId: '', title: '', lines };
	}
}

/** An export with the files of the run's work, one line for each. */
export function withMedia([head, ...rows]: readonly string[], files: MediaBytes): string[] {
	const media = [...files].map(([hash, bytes]) =>
		JSON.stringify({ media: hash, base64: Buffer.from(bytes).toString('base64') }),
	);
	const whole = { ...JSON.parse(head ?? '{}'), rows: rows.length + media.length };
	return [JSON.stringify(whole), ...rows, ...media];
}

/** An export that was looked at and is sound in form. */
export interface SoundExport {
	runId: string;
	runKey: string;
	rows: ReadonlyArray<{ table: string; row: Row }>;
	media: MediaBytes;
}

/** Refuses with `input_refused` what is no export. */
export function readExport(lines: readonly string[]): SoundExport {
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
	if (head.rows !== rest.length) throw damaged();
	const { runId } = head;
	const rows: Array<SoundExport['rows'][number]> = [];
	const media = new Map<string, Uint8Array>();
	const seen = new Set<string>();
	let runKey: string | undefined;
	for (const line of rest) {
		if (typeof line.media === 'string') {
			const bytes = Buffer.from(String(line.base64), 'base64');
			if (mediaHashOf(bytes) !== line.media) throw damaged();
			media.set(line.media, bytes);
			continue;
		}
		const table = String(line.table);
		const form = TABLES.get(table);
		const row = form?.row.safeParse(line.row).data;
		if (form === undefined || row === undefined || row.run_id !== runId) throw damaged();
		const name = JSON.stringify([table, ...keyOf(row, form.key)].map(asKept));
		if (seen.has(name)) throw damaged();
		seen.add(name);
		if (table === 'runs') runKey = String(row.run_key);
		rows.push({ table, row });
	}
	if (runKey === undefined) throw damaged();
	return { runId, runKey, rows, media };
}

/** Two names may be one in a database. */
function asKept(value: unknown): unknown {
	return typeof value === 'string' ? asStored(value) : value;
}

/** Adds what is not there yet: see `refuseKnownRun`. */
export async function importRun(tx: Transaction, { rows }: SoundExport): Promise<void> {
	for (const { table, row } of rows) {
		const columns = Object.keys(row);
		await tx.run(
			`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
			...Object.values(row),
		);
	}
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
	for (const table of ['links', 'media_bytes', ...[...TABLES.keys()].reverse()])
		await tx.run(`DELETE FROM ${table} WHERE run_id = ?`, runId);
}

/** Refuses with `input_refused` a run or key that is there already. */
export async function refuseKnownRun(tx: Transaction, { runId, runKey }: SoundExport): Promise<void> {
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
