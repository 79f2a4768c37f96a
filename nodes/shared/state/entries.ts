/** The entries that a document consists of, as of now and as of any version. Called inside the store's transactions. */
import type { Row, SqlValue, Transaction } from './backends/database';
import type { LiveEntry } from './commands';

/** A snapshot is taken once this many entries changed since the last one, or as many as the state has, if more. */
const SNAPSHOT_AFTER_CHANGES = 64;

export interface EntryRef {
	field: string;
	entry: string;
	position: number;
	hash: string;
}

export async function findEntry(
	tx: Transaction,
	runId: string,
	field: string,
	entry: string,
): Promise<LiveEntry | undefined> {
	const row = (
		await tx.all(
			`SELECT entry, position, live.hash AS hash, version, body FROM live
JOIN bodies ON bodies.run_id = live.run_id AND bodies.hash = live.hash
WHERE live.run_id = ? AND field = ? AND entry = ?`,
			runId,
			field,
			entry,
		)
	)[0];
	if (row === undefined) return undefined;
	return {
		entry: String(row.entry),
		position: Number(row.position),
		hash: String(row.hash),
		version: Number(row.version),
		value: JSON.parse(String(row.body)),
	};
}

export async function liveRefs(tx: Transaction, runId: string): Promise<EntryRef[]> {
	const rows = await tx.all('SELECT * FROM live WHERE run_id = ? ORDER BY field, position', runId);
	return rows.map(toRef);
}

/** The nearest snapshot at or before the version, and the changes since: bounded by the size of the state. */
export async function entriesAt(tx: Transaction, runId: string, version: number): Promise<EntryRef[]> {
	const snapshot = (
		await tx.all(
			'SELECT version, entries FROM snapshots WHERE run_id = ? AND version <= ? ORDER BY version DESC LIMIT 1',
			runId,
			version,
		)
	)[0];
	const start = snapshot === undefined ? [] : readSnapshot(snapshot);
	const entries = new Map(start.map((ref) => [keyOf(ref), ref]));
	const changes = await tx.all(
		'SELECT * FROM changes WHERE run_id = ? AND version > ? AND version <= ? ORDER BY version, seq',
		runId,
		Number(snapshot?.version ?? 0),
		version,
	);
	for (const row of changes) {
		const ref = toRef(row);
		if (row.hash === null) entries.delete(keyOf(ref));
		else entries.set(keyOf(ref), ref);
	}
	return [...entries.values()].sort(byPlace);
}

/** What a row of `snapshots` says was there. */
export function readSnapshot(row: Row): EntryRef[] {
	return JSON.parse(String(row.entries));
}

export async function snapshotIfDue(tx: Transaction, runId: string, version: number): Promise<void> {
	const row = (
		await tx.all(
			`SELECT unsnapshotted, (SELECT count(*) FROM live WHERE live.run_id = runs.run_id) AS entries
FROM runs WHERE run_id = ?`,
			runId,
		)
	)[0];
	if (Number(row?.unsnapshotted ?? 0) < Math.max(SNAPSHOT_AFTER_CHANGES, Number(row?.entries ?? 0))) return;
	const entries = JSON.stringify(await liveRefs(tx, runId));
	await tx.run('INSERT INTO snapshots (run_id, version, entries) VALUES (?, ?, ?)', runId, version, entries);
	await tx.run('UPDATE runs SET unsnapshotted = 0 WHERE run_id = ?', runId);
}

export async function withBodies(tx: Transaction, runId: string, refs: readonly EntryRef[]): Promise<Row[]> {
	const rows: Row[] = [];
	for (const ref of refs) {
		const body = (await tx.all('SELECT body FROM bodies WHERE run_id = ? AND hash = ?', runId, ref.hash))[0];
		const row: Record<string, SqlValue> = { ...ref, body: body?.body ?? 'null' };
		rows.push(row);
	}
	return rows;
}

function toRef(row: Row): EntryRef {
	return {
		field: String(row.field),
		entry: String(row.entry),
		position: Number(row.position),
		hash: String(row.hash),
	};
}

export function keyOf(ref: { field: string; entry: string }): string {
	return `${ref.field}\n${ref.entry}`;
}

/** Fields by name, the entries of each in their places. */
export function byPlace(a: Row | EntryRef, b: Row | EntryRef): number {
	return (
		compare(String(a.field), String(b.field)) ||
		Number(a.position) - Number(b.position) ||
		compare(String(a.entry), String(b.entry))
	);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
