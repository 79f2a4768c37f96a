/** The rows about runs and where they are being worked on. Called inside the store's transactions. */
import { PipelineError } from '../errors';
import type { Row, Transaction } from './backends/database';
import { CHAIN_START } from './audit';
import { RUN_STATUSES } from './fields';
import { checkName } from './names';
import type { ExecutionLink, Run, RunFilter, StartRunRequest } from './stateStore';

const MANY = 100;

const SELECT_RUNS = 'SELECT * FROM runs';

/** A run with what only the store counts. */
export interface OpenRun extends Run {
	/** The row hash of the latest version. */
	headHash: string;
	/** Changes since the last snapshot. */
	unsnapshotted: number;
	stepCount: number;
	ledgerCount: number;
}

/** Fails with `run_not_found`. */
export async function get(tx: Transaction, runId: string): Promise<Run> {
	return toRun(await getRow(tx, runId));
}

/** Fails with `run_not_found`. */
export async function open(tx: Transaction, runId: string): Promise<OpenRun> {
	const row = await getRow(tx, runId);
	return {
		...toRun(row),
		headHash: String(row.head_hash),
		unsnapshotted: Number(row.unsnapshotted),
		stepCount: Number(row.step_count),
		ledgerCount: Number(row.ledger_count),
	};
}

async function getRow(tx: Transaction, runId: string): Promise<Row> {
	const row = (await tx.all(`${SELECT_RUNS} WHERE run_id = ?`, runId))[0];
	if (row === undefined)
		throw new PipelineError('run_not_found', `There is no run '${runId}' in this store.`);
	return row;
}

export async function findByKey(tx: Transaction, runKey: string): Promise<Run | undefined> {
	const row = (await tx.all(`${SELECT_RUNS} WHERE run_key = ?`, runKey))[0];
	return row === undefined ? undefined : toRun(row);
}

export async function list(tx: Transaction, filter: RunFilter): Promise<Run[]> {
	const rows = await tx.all(
		`${SELECT_RUNS}
WHERE (? = '' OR status = ?) AND search_text LIKE ? ESCAPE '!' AND (? = 0 OR EXISTS (
	SELECT 1 FROM live JOIN bodies ON bodies.run_id = live.run_id AND bodies.hash = live.hash
	WHERE live.run_id = runs.run_id AND live.field = 'reviews' AND bodies.body NOT LIKE '%"continuedAt":"%'))
ORDER BY created_at DESC, run_id LIMIT ?`,
		filter.status ?? '',
		filter.status ?? '',
		`%${fold(filter.search ?? '').replace(/[!%_]/g, '!$&')}%`,
		filter.hasReview === true ? 1 : 0,
		filter.limit ?? MANY,
	);
	return rows.map(toRun);
}

function searchTextOf({ title, runKey, runId }: Pick<Run, 'title' | 'runKey' | 'runId'>): string {
	return fold(`${title} ${runKey} ${runId}`);
}

/** Text as it is searched: databases differ in what they know of upper and lower case. */
function fold(text: string): string {
	return text.normalize('NFKC').toLowerCase();
}

export async function create(
	tx: Transaction,
	runId: string,
	request: StartRunRequest & { forkedFrom?: string },
	at: string,
): Promise<void> {
	checkName('The run key', request.runKey);
	await tx.run(
		`INSERT INTO runs (run_id, run_key, title, search_text, status, status_note, version, unsnapshotted, started_from,
workflow_id, forked_from, head_hash, cost_usd, unpriced_calls, step_count, ledger_count, created_at, updated_at,
spend_cap_usd)
VALUES (?, ?, ?, ?, 'open', '', 0, 0, ?, ?, ?, ?, 0, 0, 0, 0, ?, ?, ?)`,
		runId,
		request.runKey,
		request.title,
		searchTextOf({ ...request, runId }),
		request.startedFrom,
		request.workflowId,
		request.forkedFrom ?? null,
		CHAIN_START,
		at,
		at,
		request.spendCapUsd ?? null,
	);
}

/** Writes all of a run that changes. */
export async function save(tx: Transaction, run: OpenRun): Promise<void> {
	await tx.run(
		`UPDATE runs SET title = ?, search_text = ?, status = ?, status_note = ?, version = ?, unsnapshotted = ?,
head_hash = ?, cost_usd = ?, unpriced_calls = ?, step_count = ?, ledger_count = ?, updated_at = ?,
spend_cap_usd = ?, held_usd = ?, estimate_usd = ? WHERE run_id = ?`,
		run.title,
		searchTextOf(run),
		run.status,
		run.statusNote,
		run.version,
		run.unsnapshotted,
		run.headHash,
		run.costUsd,
		run.unpricedCalls,
		run.stepCount,
		run.ledgerCount,
		run.updatedAt,
		run.spendCapUsd,
		run.heldUsd,
		run.estimateUsd,
		run.runId,
	);
}

export async function touch(tx: Transaction, runId: string, at: string): Promise<void> {
	await tx.run('UPDATE runs SET updated_at = ? WHERE run_id = ?', at, runId);
}

export async function link(tx: Transaction, runId: string, to: ExecutionLink, reset: boolean): Promise<void> {
	await get(tx, runId);
	const row = (await tx.all('SELECT round FROM links WHERE ref = ? AND run_id = ?', to.ref, runId))[0];
	if (row === undefined) {
		await tx.run('INSERT INTO links (ref, run_id, round) VALUES (?, ?, ?)', to.ref, runId, to.round);
	} else if (reset || to.round > Number(row.round)) {
		await tx.run('UPDATE links SET round = ? WHERE ref = ? AND run_id = ?', to.round, to.ref, runId);
	}
}

export async function findLinked(
	tx: Transaction,
	refs: readonly string[],
): Promise<Array<{ run: Run; ref: string; round: number }>> {
	const found = new Map<string, { run: Run; ref: string; round: number }>();
	for (const ref of refs) {
		for (const row of await tx.all('SELECT run_id, round FROM links WHERE ref = ?', ref)) {
			const runId = String(row.run_id);
			if (!found.has(runId)) found.set(runId, { run: await get(tx, runId), ref, round: Number(row.round) });
		}
	}
	return [...found.values()];
}

/** Ids of runs untouched since `before`, or of the one that is asked about; those with locked work only if asked. */
export async function findOld(
	tx: Transaction,
	before: string,
	alsoApproved: boolean,
	runId?: string,
): Promise<string[]> {
	const rows = await tx.all(
		`SELECT run_id FROM runs WHERE ${runId === undefined ? '' : 'run_id = ? AND '}updated_at < ? AND (? = 1 OR NOT EXISTS (
	SELECT 1 FROM live JOIN bodies ON bodies.run_id = live.run_id AND bodies.hash = live.hash
	WHERE live.run_id = runs.run_id AND live.field = 'artefacts' AND bodies.body LIKE '%"locked":true%'))`,
		...(runId === undefined ? [] : [runId]),
		before,
		alsoApproved ? 1 : 0,
	);
	return rows.map((row) => String(row.run_id)).sort();
}

export function toRun(row: Row): Run {
	const status = RUN_STATUSES.find((known) => known === row.status) ?? 'open';
	return {
		runId: String(row.run_id),
		runKey: String(row.run_key),
		title: String(row.title),
		status,
		statusNote: String(row.status_note),
		version: Number(row.version),
		startedFrom: row.started_from === 'editor' ? 'editor' : 'production',
		workflowId: String(row.workflow_id),
		...(row.forked_from === null ? {} : { forkedFrom: String(row.forked_from) }),
		createdAt: String(row.created_at),
		updatedAt: String(row.updated_at),
		costUsd: Number(row.cost_usd),
		unpricedCalls: Number(row.unpriced_calls),
		spendCapUsd: row.spend_cap_usd === null ? null : Number(row.spend_cap_usd),
		heldUsd: Number(row.held_usd),
		estimateUsd: row.estimate_usd === null ? null : Number(row.estimate_usd),
	};
}
