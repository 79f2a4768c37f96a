/** The entries that a document consists of, as of now and as of any version. Called inside the store's transactions. */
import type { Row, Transaction } from './backends/database';
import type { LiveEntry } from './commands';
import type { Json } from './json';

/** Every so many changes it is looked at whether a snapshot is due: when more changed since the last than the state has. */
const SNAPSHOT_STRIDE = 64;
/** Bodies that are asked for at once. */
const BODIES_AT_ONCE = 50;

export interface EntryRef {
	field: string;
	entry: string;
	position: number;
	hash: string;
}

/** What a version did to one entry; without a hash it is gone. */
export type Change = Omit<EntryRef, 'hash'> & { hash: string | null };

const SELECT_LIVE = `SELECT field, entry, position, live.hash AS hash, version, body FROM live
JOIN bodies ON bodies.run_id = live.run_id AND bodies.hash = live.hash
WHERE live.run_id = ?`;

export async function findEntry(
	tx: Transaction,
	runId: string,
	field: string,
	entry: string,
): Promise<LiveEntry | undefined> {
	const row = (await tx.all(`${SELECT_LIVE} AND field = ? AND entry = ?`, runId, field, entry))[0];
	return row === undefined ? undefined : toLiveEntry(row, new Map());
}

/** All of now, in the order in which people see them. Values whose hash is known already are taken as they are. */
export async function liveEntries(
	tx: Transaction,
	runId: string,
	known: ReadonlyMap<string, Json> = new Map(),
): Promise<LiveEntry[]> {
	const rows = await tx.all(SELECT_LIVE, runId);
	// Places can be taken twice, after a rollback that kept newer work; databases differ in how they sort names.
	return rows.map((row) => toLiveEntry(row, known)).sort(byPlace);
}

/** The place of the next new entry. */
export async function nextPosition(tx: Transaction, runId: string, field: string): Promise<number> {
	const rows = await tx.all(
		'SELECT coalesce(max(position), -1) + 1 AS next FROM live WHERE run_id = ? AND field = ?',
		runId,
		field,
	);
	return Number(rows[0]?.next ?? 0);
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

/** The values of entries, each with its name. */
export async function withValues(
	tx: Transaction,
	runId: string,
	refs: readonly EntryRef[],
): Promise<Array<EntryRef & { value: Json }>> {
	const hashes = [...new Set(refs.map(({ hash }) => hash))];
	const bodies = new Map<string, string>();
	const places = Array.from({ length: BODIES_AT_ONCE }, () => '?').join(', ');
	for (let start = 0; start < hashes.length; start += BODIES_AT_ONCE) {
		// Filled up, so that it is one statement whatever the number.
		const some = Array.from({ length: BODIES_AT_ONCE }, (_, index) => hashes[start + index] ?? null);
		const rows = await tx.all(
			`SELECT hash, body FROM bodies WHERE run_id = ? AND hash IN (${places})`,
			runId,
			...some,
		);
		for (const row of rows) bodies.set(String(row.hash), String(row.body));
	}
	return refs.map((ref) => ({ ...ref, value: JSON.parse(bodies.get(ref.hash) ?? 'null') }));
}

export async function saveBody(tx: Transaction, runId: string, hash: string, body: string): Promise<void> {
	await tx.run(
		'INSERT INTO bodies (run_id, hash, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
		runId,
		hash,
		body,
	);
}

export async function saveChange(
	tx: Transaction,
	runId: string,
	version: number,
	seq: number,
	{ field, entry, position, hash }: Change,
): Promise<void> {
	await tx.run(
		'INSERT INTO changes (run_id, version, seq, field, entry, position, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
		runId,
		version,
		seq,
		field,
		entry,
		position,
		hash,
	);
}

/** Makes an entry of now what the version made of it. */
export async function saveLive(
	tx: Transaction,
	runId: string,
	version: number,
	{ field, entry, position, hash }: Change,
): Promise<void> {
	if (hash === null) {
		await tx.run('DELETE FROM live WHERE run_id = ? AND field = ? AND entry = ?', runId, field, entry);
		return;
	}
	await tx.run(
		`INSERT INTO live (run_id, field, entry, position, hash, version) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (run_id, field, entry) DO UPDATE SET position = excluded.position, hash = excluded.hash,
version = excluded.version`,
		runId,
		field,
		entry,
		position,
		hash,
		version,
	);
}

/** Gives back how many changes there are since the last snapshot, this one included. */
export async function snapshotIfDue(
	tx: Transaction,
	run: { runId: string; unsnapshotted: number },
	version: number,
	added: number,
): Promise<number> {
	const changed = run.unsnapshotted + added;
	const strides = (count: number): number => Math.floor(count / SNAPSHOT_STRIDE);
	if (strides(changed) === strides(run.unsnapshotted)) return changed;
	const size = (await tx.all('SELECT count(*) AS size FROM live WHERE run_id = ?', run.runId))[0]?.size;
	if (changed < Number(size)) return changed;
	const refs = (await tx.all('SELECT * FROM live WHERE run_id = ?', run.runId)).map(toRef);
	await tx.run(
		'INSERT INTO snapshots (run_id, version, entries) VALUES (?, ?, ?)',
		run.runId,
		version,
		JSON.stringify(refs),
	);
	return 0;
}

function toRef(row: Row): EntryRef {
	return {
		field: String(row.field),
		entry: String(row.entry),
		position: Number(row.position),
		hash: String(row.hash),
	};
}

function toLiveEntry(row: Row, known: ReadonlyMap<string, Json>): LiveEntry {
	const ref = toRef(row);
	const value = known.get(ref.hash) ?? JSON.parse(String(row.body));
	return { ...ref, version: Number(row.version), value };
}

export function keyOf(ref: { field: string; entry: string }): string {
	return JSON.stringify([ref.field, ref.entry]);
}

/** Fields by name, the entries of each in their places. */
export function byPlace(a: Row | EntryRef, b: Row | EntryRef): number {
	return (
		compare(String(a.field), String(b.field)) ||
		Number(a.position) - Number(b.position) ||
		compare(String(a.entry), String(b.entry))
	);
}

/** By UTF-16 code units: databases sort text each in their own way. */
export function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
