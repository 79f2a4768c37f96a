/** The versioned document of a run: entries, versions, snapshots. Called inside the store's transactions. */
import { PipelineError } from '../errors';
import { chain, type ChainedVersion } from './audit';
import type { Transaction } from './backends/database';
import { ARTEFACTS } from './builtInFields';
import {
	applyCommand,
	assembleField,
	fieldOf,
	findConflict,
	type EntryChange,
	type FieldReader,
	type LiveEntry,
} from './commands';
import type { EntryPair } from './compare';
import {
	byPlace,
	entriesAt,
	findEntry,
	keyOf,
	liveRefs,
	snapshotIfDue,
	withBodies,
	type EntryRef,
} from './entries';
import { checkValueSize } from './fieldTypes';
import { asStored, hashOf, isObject, type Json, type JsonObject } from './json';
import type { Command, FieldDeclaration, Run, Version } from './stateStore';

interface VersionMark {
	changed: number;
	writers: readonly string[];
}

/** A version in the making: nothing is numbered until something changes. */
export interface OpenVersion {
	apply(command: Command, by: string, asRecordKeeper: boolean): Promise<void>;
	/** Fails with `conflict` that says who wrote what meanwhile. */
	refuseConflict(command: Command, expectedVersion: number): Promise<void>;
	rollBack(target: number, by: string, keep: ReadonlySet<string>): Promise<void>;
	/** The number that the document has, or will have if something changed. */
	number(): number;
	/** Undoes the count of what a refused request changed; its rows are undone by the savepoint. */
	forget(mark: VersionMark): void;
	mark(): VersionMark;
	finish(kind?: Version['kind']): Promise<number>;
}

/** Declares fields that the run does not have yet. A known name with another rule or part is refused. */
export async function declare(
	tx: Transaction,
	runId: string,
	fields: readonly FieldDeclaration[],
): Promise<void> {
	const known = await declarations(tx, runId);
	let position = known.size;
	for (const field of fields) {
		const declared = known.get(field.name);
		if (declared === undefined) {
			// A name that the database changes would hide what is written under it.
			if (field.name === '' || asStored(field.name) !== field.name) {
				throw new PipelineError('input_refused', 'A field needs a name of ordinary characters.');
			}
			await tx.run(
				'INSERT INTO fields (run_id, name, position, declaration) VALUES (?, ?, ?, ?)',
				runId,
				field.name,
				position++,
				JSON.stringify(field),
			);
			known.set(field.name, field);
		} else if (declared.rule !== field.rule || declared.part !== field.part) {
			throw new PipelineError('rule_mismatch', `'${field.name}' is already declared as '${declared.rule}'.`, {
				details: { field: field.name, expected: declared.rule, came: field.rule },
			});
		}
	}
}

export async function declarations(tx: Transaction, runId: string): Promise<Map<string, FieldDeclaration>> {
	const rows = await tx.all('SELECT declaration FROM fields WHERE run_id = ? ORDER BY position', runId);
	const fields: FieldDeclaration[] = rows.map((row) => JSON.parse(String(row.declaration)));
	return new Map(fields.map((field) => [field.name, field]));
}

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
	const rows =
		version === run.version
			? await tx.all(
					`SELECT field, entry, position, bodies.body AS body FROM live
JOIN bodies ON bodies.run_id = live.run_id AND bodies.hash = live.hash
WHERE live.run_id = ?`,
					run.runId,
				)
			: await withBodies(tx, run.runId, await entriesAt(tx, run.runId, version));
	const values = new Map<string, Array<{ value: Json }>>();
	// Places can be taken twice, after a rollback that kept newer work; databases differ in how they sort names.
	for (const row of [...rows].sort(byPlace)) {
		const field = String(row.field);
		const entries = values.get(field) ?? [];
		entries.push({ value: JSON.parse(String(row.body)) });
		values.set(field, entries);
	}
	const fields: JsonObject = {};
	for (const declaration of (await declarations(tx, run.runId)).values()) {
		const value = assembleField(declaration.rule, values.get(declaration.name) ?? []);
		if (value !== undefined) fields[declaration.name] = value;
	}
	return fields;
}

export async function history(tx: Transaction, runId: string): Promise<Version[]> {
	const changed = new Map<number, string[]>();
	const fields = await tx.all(
		'SELECT DISTINCT version, field FROM changes WHERE run_id = ? ORDER BY version, field',
		runId,
	);
	for (const row of fields) {
		const version = Number(row.version);
		changed.set(version, [...(changed.get(version) ?? []), String(row.field)]);
	}
	const named = await tx.all('SELECT name, version FROM checkpoints WHERE run_id = ? ORDER BY name', runId);
	const rows = await tx.all('SELECT * FROM versions WHERE run_id = ? ORDER BY version', runId);
	return rows.map((row) => ({
		version: Number(row.version),
		at: String(row.at),
		by: String(row.written_by),
		kind: row.kind === 'start' || row.kind === 'rollback' ? row.kind : 'write',
		fields: changed.get(Number(row.version)) ?? [],
		checkpoints: named.filter((name) => name.version === row.version).map((name) => String(name.name)),
	}));
}

/** The entries of both versions, side by side. */
export async function pairEntries(
	tx: Transaction,
	runId: string,
	from: number,
	to: number,
): Promise<EntryPair[]> {
	const [before, after] = [await valuesAt(tx, runId, from), await valuesAt(tx, runId, to)];
	const names = new Map([...before, ...after].map(([key, { field, entry }]) => [key, { field, entry }]));
	return [...names].map(([key, name]) => ({
		...name,
		before: before.get(key)?.value,
		after: after.get(key)?.value,
	}));
}

async function valuesAt(
	tx: Transaction,
	runId: string,
	version: number,
): Promise<Map<string, { field: string; entry: string; value: Json }>> {
	const rows = await withBodies(tx, runId, await entriesAt(tx, runId, version));
	return new Map(
		rows.map((row) => {
			const name = { field: String(row.field), entry: String(row.entry) };
			return [keyOf(name), { ...name, value: JSON.parse(String(row.body)) }];
		}),
	);
}

export function openVersion(tx: Transaction, run: Run, at: string): OpenVersion {
	const { runId } = run;
	const next = run.version + 1;
	let writers = new Set<string>();
	let changes: Array<ChainedVersion['changes'][number]> = [];
	let kind: Version['kind'] = 'write';

	const reader: FieldReader = {
		entry: (field, entry) => findEntry(tx, runId, field, entry),
		nextPosition: async (field) => {
			const row = (
				await tx.all(
					'SELECT coalesce(max(position), -1) + 1 AS next FROM live WHERE run_id = ? AND field = ?',
					runId,
					field,
				)
			)[0];
			return Number(row?.next ?? 0);
		},
	};

	async function save(change: EntryChange, by: string): Promise<void> {
		// In the order in which it was written, which is the order in which people see it; the hash does not depend on it.
		const body = JSON.stringify(change.value);
		checkValueSize(change.field, body);
		const hash = hashOf(change.value);
		await tx.run(
			'INSERT INTO bodies (run_id, hash, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
			runId,
			hash,
			body,
		);
		await put({ ...change, hash });
		writers.add(by);
	}

	async function put(ref: EntryRef): Promise<void> {
		await log(ref.field, ref.entry, ref.position, ref.hash);
		await tx.run(
			`INSERT INTO live (run_id, field, entry, position, hash, version) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (run_id, field, entry) DO UPDATE SET position = excluded.position, hash = excluded.hash,
version = excluded.version`,
			runId,
			ref.field,
			ref.entry,
			ref.position,
			ref.hash,
			next,
		);
	}

	async function log(field: string, entry: string, position: number, hash: string | null): Promise<void> {
		await tx.run(
			'INSERT INTO changes (run_id, version, seq, field, entry, position, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
			runId,
			next,
			changes.length,
			field,
			entry,
			position,
			hash,
		);
		changes.push([field, entry, position, hash]);
	}

	return {
		async apply(command, by, asRecordKeeper) {
			const declaration = (await declarations(tx, runId)).get(fieldOf(command));
			if (declaration === undefined) throw unknownField(fieldOf(command));
			const changes = await applyCommand(command, declaration, reader, asRecordKeeper);
			for (const change of changes) await save(change, by);
		},

		async refuseConflict(command, expectedVersion) {
			const found = await findConflict(command, expectedVersion, reader);
			if (found !== undefined) throw await conflict(tx, runId, fieldOf(command), found);
		},

		async rollBack(target, by, keep) {
			kind = 'rollback';
			writers.add(by);
			const content = new Set(
				[...(await declarations(tx, runId)).values()]
					.filter((field) => field.part === 'content')
					.map((field) => field.name),
			);
			const before = await entriesAt(tx, runId, target);
			const wanted = new Map(before.map((ref) => [keyOf(ref), ref]));
			const now = await liveRefs(tx, runId);
			const nowByKey = new Map(now.map((ref) => [keyOf(ref), ref]));
			for (const ref of now) {
				if (!content.has(ref.field) || wanted.has(keyOf(ref))) continue;
				if (await stays(tx, runId, ref, keep)) continue;
				await log(ref.field, ref.entry, ref.position, null);
				await tx.run(
					'DELETE FROM live WHERE run_id = ? AND field = ? AND entry = ?',
					runId,
					ref.field,
					ref.entry,
				);
			}
			for (const ref of before) {
				const current = nowByKey.get(keyOf(ref));
				if (!content.has(ref.field) || current?.hash === ref.hash) continue;
				if (current !== undefined && (await stays(tx, runId, current, keep))) continue;
				await put(ref);
			}
		},

		number: () => (changes.length === 0 ? run.version : next),

		mark: () => ({ changed: changes.length, writers: [...writers] }),

		forget(mark) {
			changes = changes.slice(0, mark.changed);
			writers = new Set(mark.writers);
		},

		async finish(as) {
			if (changes.length === 0) return run.version;
			const writtenBy = [...writers].join(', ');
			const kindNow = as ?? kind;
			const before = (await tx.all('SELECT head_hash FROM runs WHERE run_id = ?', runId))[0];
			const head = chain(String(before?.head_hash ?? ''), {
				version: next,
				at,
				writtenBy,
				kind: kindNow,
				changes,
			});
			await tx.run(
				'INSERT INTO versions (run_id, version, at, written_by, kind, row_hash) VALUES (?, ?, ?, ?, ?, ?)',
				runId,
				next,
				at,
				writtenBy,
				kindNow,
				head,
			);
			await tx.run(
				`UPDATE runs SET version = ?, unsnapshotted = unsnapshotted + ?, head_hash = ?, updated_at = ?
WHERE run_id = ?`,
				next,
				changes.length,
				head,
				at,
				runId,
			);
			await snapshotIfDue(tx, runId, next);
			return next;
		},
	};
}

/** Whether a rollback leaves this entry alone: a locked artefact, or one that the caller asked to keep. */
async function stays(
	tx: Transaction,
	runId: string,
	ref: EntryRef,
	keep: ReadonlySet<string>,
): Promise<boolean> {
	if (ref.field !== ARTEFACTS) return false;
	if (keep.has(ref.entry)) return true;
	const found = await findEntry(tx, runId, ref.field, ref.entry);
	return isObject(found?.value) && found.value.locked === true;
}

async function conflict(
	tx: Transaction,
	runId: string,
	field: string,
	found: LiveEntry,
): Promise<PipelineError> {
	const row = (
		await tx.all('SELECT at, written_by FROM versions WHERE run_id = ? AND version = ?', runId, found.version)
	)[0];
	const by = String(row?.written_by ?? 'Another step');
	return new PipelineError(
		'conflict',
		`Another step saved '${field}' first: ${by} wrote version ${found.version} at ${String(row?.at ?? '')}.`,
		{
			details: {
				field,
				entry: found.entry,
				version: found.version,
				by,
				at: row?.at ?? null,
				now: found.value,
			},
		},
	);
}

function unknownField(field: string): PipelineError {
	return new PipelineError('input_refused', `This run has no field '${field}'.`, {
		hint: "Declare the field first, with 'State: Write' or in 'Run: Start'.",
	});
}
