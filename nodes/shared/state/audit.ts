/** The chain of row hashes over a run's versions. Called inside the store's transactions. */
import type { Row, Transaction } from './backends/database';
import { BUILT_IN_FIELDS, REVIEWS } from './builtInFields';
import { isReserved, readDeclaration } from './declarations';
import { readSnapshot, type EntryRef } from './entries';
import { asStored, hashOf } from './json';
import type { Run, Verification } from './stateStore';

/** What the first version's row hash is chained to. */
export const CHAIN_START = '';

export interface ChainedVersion {
	version: number;
	at: string;
	writtenBy: string;
	kind: string;
	changes: ReadonlyArray<readonly [field: string, entry: string, position: number, hash: string | null]>;
}

/** A version's row hash: of everything in it and of the row hash before it, with names as every database gives them back. */
export function chain(previous: string, { version, at, writtenBy, kind, changes }: ChainedVersion): string {
	const stored = changes.map(([field, entry, ...rest]) => [asStored(field), asStored(entry), ...rest]);
	return hashOf([previous, version, at, asStored(writtenBy), kind, stored]);
}

/** What the changes up to some version add up to: by entry, its place and hash, and the version that wrote it. */
type Entries = Map<string, { place: string; version: number }>;

interface Problem {
	version: number;
	problem: string;
}

export async function verifyRun(tx: Transaction, run: Run): Promise<Verification> {
	const { runId } = run;
	const head = (await tx.all('SELECT head_hash FROM runs WHERE run_id = ?', runId))[0];
	const versions = await tx.all('SELECT * FROM versions WHERE run_id = ? ORDER BY version', runId);
	const changes = groupByVersion(
		await tx.all('SELECT * FROM changes WHERE run_id = ? ORDER BY version, seq', runId),
	);
	const snapshots = groupByVersion(await tx.all('SELECT * FROM snapshots WHERE run_id = ?', runId));
	const badBodies = await findBadBodies(tx, runId);
	const entries: Entries = new Map();
	let previous = CHAIN_START;
	for (const [index, row] of versions.entries()) {
		const version = index + 1;
		const own = changes.get(version) ?? [];
		if (Number(row.version) !== version) return badVersion(version, 'is missing');
		const expected = chain(previous, {
			version,
			at: String(row.at),
			writtenBy: String(row.written_by),
			kind: String(row.kind),
			changes: own.map((change) => [
				String(change.field),
				String(change.entry),
				Number(change.position),
				change.hash === null ? null : String(change.hash),
			]),
		});
		if (expected !== row.row_hash) return badVersion(version, 'is not as it was written');
		if (own.some(({ hash }) => hash !== null && badBodies(String(hash))))
			return badVersion(version, 'has a changed or missing value');
		previous = expected;
		for (const change of own) {
			if (change.hash === null) entries.delete(nameOf(change));
			else entries.set(nameOf(change), { place: placeOf(change), version });
		}
		if (snapshots.get(version)?.every((snapshot) => isSnapshotOf(snapshot, entries)) === false)
			return badVersion(version, 'has a changed snapshot');
	}
	if (versions.length !== run.version)
		return badVersion(Math.min(versions.length, run.version) + 1, 'is missing or too many');
	if (previous !== head?.head_hash)
		return badVersion(run.version + 1, 'is missing, but the head of the run knows it');
	const first = [
		...(await findWrongPresent(tx, runId, entries)),
		...(await findUnknownVersions(tx, run, [...changes.keys(), ...snapshots.keys()])),
		...(await findWrongDeclarations(tx, runId, [...changes.values()].flat())),
	].sort((a, b) => a.version - b.version)[0];
	return first === undefined
		? { ok: true, versions: versions.length }
		: badVersion(first.version, first.problem);
}

/** What is read as the present state has to be what the changes add up to. */
async function findWrongPresent(tx: Transaction, runId: string, entries: Entries): Promise<Problem[]> {
	const rows = await tx.all('SELECT * FROM live WHERE run_id = ?', runId);
	const live = new Map(rows.map((row) => [nameOf(row), `${placeOf(row)} ${Number(row.version)}`]));
	return [...new Set([...entries.keys(), ...live.keys()])].flatMap((name) => {
		const entry = entries.get(name);
		if (entry !== undefined && live.get(name) === `${entry.place} ${entry.version}`) return [];
		return [{ version: entry?.version ?? 1, problem: 'is not what the present state shows' }];
	});
}

/** Rows that name a version which the run does not have. A checkpoint of version 0 is of a run that nobody had written to. */
async function findUnknownVersions(tx: Transaction, run: Run, named: readonly number[]): Promise<Problem[]> {
	const rows = await tx.all('SELECT version FROM checkpoints WHERE run_id = ?', run.runId);
	const checkpoints = rows.map((row) => Number(row.version));
	return [
		...named.filter((version) => version < 1),
		...checkpoints.filter((version) => version < 0),
		...[...named, ...checkpoints].filter((version) => version > run.version),
	].map((version) => ({ version, problem: 'does not exist, but a change, snapshot or checkpoint names it' }));
}

/** Fields that are not declared, or not as they can be: built-in ones have one rule and part for ever. */
async function findWrongDeclarations(
	tx: Transaction,
	runId: string,
	changes: readonly Row[],
): Promise<Problem[]> {
	const rows = await tx.all('SELECT name, declaration FROM fields WHERE run_id = ?', runId);
	const declared = new Map(rows.map((row) => [String(row.name), readDeclaration(row)]));
	const firstWritten = new Map(changes.toReversed().map((row) => [String(row.field), Number(row.version)]));
	// Runs begun by an earlier Greenlight declare `reviews` when it is written.
	const needed = BUILT_IN_FIELDS.filter((field) => field !== REVIEWS).map(({ name }) => name);
	return [...new Set([...needed, ...declared.keys(), ...firstWritten.keys()])].flatMap((name) => {
		const field = declared.get(name);
		const builtIn = BUILT_IN_FIELDS.find((known) => known.name === name);
		const isRight =
			field?.name === name &&
			!isReserved(name) &&
			(builtIn === undefined || (field.rule === builtIn.rule && field.part === builtIn.part));
		if (isRight) return [];
		const problem = `has the field '${name}', whose declaration is missing or was changed`;
		return [{ version: firstWritten.get(name) ?? 1, problem }];
	});
}

/** Whether a snapshot says what the changes up to its version add up to. */
function isSnapshotOf(snapshot: Row, entries: Entries): boolean {
	try {
		const refs = readSnapshot(snapshot);
		return (
			refs.length === entries.size && refs.every((ref) => entries.get(nameOf(ref))?.place === placeOf(ref))
		);
	} catch {
		return false;
	}
}

function nameOf({ field, entry }: Row | EntryRef): string {
	return JSON.stringify([String(field), String(entry)]);
}

function placeOf({ position, hash }: Row | EntryRef): string {
	return JSON.stringify([Number(position), String(hash)]);
}

/** The answer that names the first version that is not as it was. */
export function badVersion(firstBadVersion: number, problem: string): Verification {
	return { ok: false, firstBadVersion, problem: `Version ${firstBadVersion} ${problem}.` };
}

function groupByVersion(rows: readonly Row[]): Map<number, Row[]> {
	const groups = new Map<number, Row[]>();
	for (const row of rows) {
		const version = Number(row.version);
		const group = groups.get(version);
		if (group === undefined) groups.set(version, [row]);
		else group.push(row);
	}
	return groups;
}

/** A body is named by its hash, so a changed one is seen, and a missing one too. */
async function findBadBodies(tx: Transaction, runId: string): Promise<(hash: string) => boolean> {
	const good = new Set<string>();
	for (const { hash, body } of await tx.all('SELECT hash, body FROM bodies WHERE run_id = ?', runId)) {
		if (isBodyOf(String(hash), String(body))) good.add(String(hash));
	}
	return (hash) => !good.has(hash);
}

function isBodyOf(hash: string, body: string): boolean {
	try {
		return hashOf(JSON.parse(body)) === hash;
	} catch {
		return false;
	}
}
