/** The chain of row hashes over a run's versions. Called inside the store's transactions. */
import type { Row, Transaction } from './backends/database';
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

export async function verifyRun(tx: Transaction, run: Run): Promise<Verification> {
	const { runId } = run;
	const head = (await tx.all('SELECT head_hash FROM runs WHERE run_id = ?', runId))[0];
	const versions = await tx.all('SELECT * FROM versions WHERE run_id = ? ORDER BY version', runId);
	const changes = groupByVersion(
		await tx.all('SELECT * FROM changes WHERE run_id = ? ORDER BY version, seq', runId),
	);
	const badBodies = await findBadBodies(tx, runId);
	let previous = CHAIN_START;
	for (const [index, row] of versions.entries()) {
		const version = index + 1;
		const own = changes.get(version) ?? [];
		if (Number(row.version) !== version) return bad(version, 'is missing');
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
		if (expected !== row.row_hash) return bad(version, 'is not as it was written');
		if (own.some(({ hash }) => hash !== null && badBodies(String(hash))))
			return bad(version, 'has a changed or missing value');
		previous = expected;
	}
	if (versions.length !== run.version)
		return bad(Math.min(versions.length, run.version) + 1, 'is missing or too many');
	const wrong = await findWrongPresent(tx, runId, changes);
	if (wrong !== undefined) return bad(wrong, 'is not what the present state shows');
	if (previous !== head?.head_hash) return bad(Math.max(run.version, 1), 'does not fit the head of the run');
	return { ok: true, versions: versions.length };
}

/** What is read as the present state has to be what the changes add up to. Gives the version of the first entry that is not. */
async function findWrongPresent(
	tx: Transaction,
	runId: string,
	changes: ReadonlyMap<number, readonly Row[]>,
): Promise<number | undefined> {
	const expected = new Map<string, string>();
	const versionOf = new Map<string, number>();
	for (const [version, rows] of changes) {
		for (const row of rows) {
			const name = JSON.stringify([row.field, row.entry]);
			versionOf.set(name, version);
			if (row.hash === null) expected.delete(name);
			else expected.set(name, JSON.stringify([row.position, row.hash]));
		}
	}
	const live = await tx.all('SELECT field, entry, position, hash FROM live WHERE run_id = ?', runId);
	const present = new Map(
		live.map((row) => [JSON.stringify([row.field, row.entry]), JSON.stringify([row.position, row.hash])]),
	);
	const wrong = [...new Set([...expected.keys(), ...present.keys()])].filter(
		(name) => expected.get(name) !== present.get(name),
	);
	return wrong.length === 0 ? undefined : Math.min(...wrong.map((name) => versionOf.get(name) ?? 1));
}

function bad(firstBadVersion: number, problem: string): Verification {
	return { ok: false, firstBadVersion, problem: `Version ${firstBadVersion} ${problem}.` };
}

function groupByVersion(rows: readonly Row[]): Map<number, Row[]> {
	const groups = new Map<number, Row[]>();
	for (const row of rows) {
		const version = Number(row.version);
		groups.set(version, [...(groups.get(version) ?? []), row]);
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
