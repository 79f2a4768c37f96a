/** The versioned document of a run, as it is and as it was. Called inside the store's transactions. */
import { PipelineError } from '../errors';
import { chain, type ChainedVersion } from './audit';
import type { Transaction } from './backends/database';
import { assembleField } from './commands';
import type { EntryPair } from './compare';
import { listDeclarations } from './declarations';
import { compare, entriesAt, keyOf, liveEntries, withValues, type EntryRef } from './entries';
import type { Json, JsonObject } from './json';
import type { FieldDeclaration, Run, Version } from './stateStore';

/** Fails with `checkpoint_not_found` when the run has no such version or checkpoint. */
export async function resolveVersion(tx: Transaction, run: Run, at: number | string): Promise<number> {
	if (typeof at === 'number') {
		if (Number.isInteger(at) && at >= Math.min(1, run.version) && at <= run.version) return at;
		throw new PipelineError('checkpoint_not_found', `This run has versions 1 to ${run.version}, not ${at}.`);
	}
	const row = (
		await tx.all('SELECT version FROM checkpoints WHERE run_id = ? AND name = ?', run.runId, at)
	)[0];
	if (row !== undefined) return Number(row.version);
	throw new PipelineError('checkpoint_not_found', `This run has no checkpoint '${at}'.`);
}

/** Every declared field that has a value at that version. */
export async function readFields(tx: Transaction, run: Run, version: number): Promise<JsonObject> {
	const [declared, entries] = await Promise.all([
		listDeclarations(tx, run.runId),
		version === run.version ? liveEntries(tx, run.runId) : valuesAt(tx, run.runId, version),
	]);
	return assembleFields(declared, entries);
}

/** Every declared field that has a value among the entries. */
export function assembleFields(
	declared: readonly FieldDeclaration[],
	entries: ReadonlyArray<{ field: string; value: Json }>,
): JsonObject {
	const values = new Map<string, Array<{ value: Json }>>();
	for (const entry of entries) {
		const known = values.get(entry.field);
		if (known === undefined) values.set(entry.field, [entry]);
		else known.push(entry);
	}
	const fields: JsonObject = {};
	for (const { name, rule } of declared) {
		const value = assembleField(rule, values.get(name) ?? []);
		if (value !== undefined) fields[name] = value;
	}
	return fields;
}

export async function history(tx: Transaction, runId: string): Promise<Version[]> {
	const changed = new Map<number, string[]>();
	for (const row of await tx.all('SELECT DISTINCT version, field FROM changes WHERE run_id = ?', runId)) {
		const version = Number(row.version);
		changed.set(version, [...(changed.get(version) ?? []), String(row.field)]);
	}
	const named = await listCheckpoints(tx, runId);
	const rows = await tx.all('SELECT * FROM versions WHERE run_id = ? ORDER BY version', runId);
	return rows.map((row) => ({
		version: Number(row.version),
		at: String(row.at),
		by: String(row.written_by),
		kind: row.kind === 'start' || row.kind === 'rollback' ? row.kind : 'write',
		fields: (changed.get(Number(row.version)) ?? []).sort(compare),
		checkpoints: named.filter(({ version }) => version === row.version).map(({ name }) => name),
	}));
}

/** In one order everywhere: databases sort text each in their own way. */
export async function listCheckpoints(
	tx: Transaction,
	runId: string,
): Promise<Array<{ name: string; version: number }>> {
	const rows = await tx.all('SELECT name, version FROM checkpoints WHERE run_id = ?', runId);
	return rows
		.map((row) => ({ name: String(row.name), version: Number(row.version) }))
		.sort((a, b) => compare(a.name, b.name));
}

/** The entries of both versions, side by side. */
export async function pairEntries(
	tx: Transaction,
	runId: string,
	from: number,
	to: number,
): Promise<EntryPair[]> {
	const byName = async (version: number): Promise<Map<string, EntryRef & { value: Json }>> =>
		new Map((await valuesAt(tx, runId, version)).map((entry) => [keyOf(entry), entry]));
	const [before, after] = [await byName(from), await byName(to)];
	return [...new Map([...before, ...after])].map(([name, { field, entry }]) => ({
		field,
		entry,
		before: before.get(name)?.value,
		after: after.get(name)?.value,
	}));
}

async function valuesAt(
	tx: Transaction,
	runId: string,
	version: number,
): Promise<Array<EntryRef & { value: Json }>> {
	return withValues(tx, runId, await entriesAt(tx, runId, version));
}

/** Who wrote a version, and when. */
export async function findWriter(
	tx: Transaction,
	runId: string,
	version: number,
): Promise<{ by: string; at: string }> {
	const rows = await tx.all(
		'SELECT at, written_by FROM versions WHERE run_id = ? AND version = ?',
		runId,
		version,
	);
	return { by: String(rows[0]?.written_by ?? 'Another step'), at: String(rows[0]?.at ?? '') };
}

/** Adds a version to the chain and gives back the chain's new head. */
export async function saveVersion(
	tx: Transaction,
	run: { runId: string; headHash: string },
	version: ChainedVersion,
): Promise<string> {
	const head = chain(run.headHash, version);
	await tx.run(
		'INSERT INTO versions (run_id, version, at, written_by, kind, row_hash) VALUES (?, ?, ?, ?, ?, ?)',
		run.runId,
		version.version,
		version.at,
		version.writtenBy,
		version.kind,
		head,
	);
	return head;
}
