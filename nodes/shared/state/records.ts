/** What stands beside the document and makes no version: commands, step records, the ledger. Called inside transactions. */
import type { Row, SqlValue, Transaction } from './backends/database';
import type { Json } from './json';
import { toRun } from './runs';
import type {
	LedgerEntry,
	LedgerPageRequest,
	LedgerRow,
	RecordedLedgerEntry,
	RecordedStep,
	Step,
	StepFilter,
} from './stateStore';

/** More rows than there are. */
const EVERY = 2 ** 31 - 1;

export interface RecordedCommand {
	/** The version that it led to. */
	version: number;
	outcome: Json | undefined;
}

export async function findCommand(
	tx: Transaction,
	runId: string,
	commandId: string,
): Promise<RecordedCommand | undefined> {
	const rows = await tx.all(
		'SELECT version, outcome FROM commands WHERE run_id = ? AND command_id = ?',
		runId,
		commandId,
	);
	if (rows[0] === undefined) return undefined;
	const { version, outcome } = rows[0];
	return {
		version: Number(version),
		outcome: typeof outcome === 'string' ? JSON.parse(outcome) : undefined,
	};
}

export async function saveCommand(
	tx: Transaction,
	runId: string,
	{ commandId, version, outcome }: RecordedCommand & { commandId: string },
): Promise<void> {
	await tx.run(
		'INSERT INTO commands (run_id, command_id, version, outcome) VALUES (?, ?, ?, ?)',
		runId,
		commandId,
		version,
		outcome === undefined ? null : JSON.stringify(outcome),
	);
}

/** First writing of a key fixes its place in the order; later ones replace what is known of it. */
export async function saveStep(
	tx: Transaction,
	runId: string,
	seq: number,
	step: Step,
	at: string,
): Promise<void> {
	await tx.run(
		`INSERT INTO steps (run_id, step_key, seq, kind, state, node, round, slot, owner, answer, failure, cost_usd,
unpriced, started_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run_id, step_key) DO UPDATE SET state = excluded.state, owner = excluded.owner, answer = excluded.answer,
failure = excluded.failure, updated_at = excluded.updated_at,
cost_usd = CASE WHEN excluded.cost_usd IS NULL THEN steps.cost_usd
	ELSE coalesce(steps.cost_usd, 0) + excluded.cost_usd END,
unpriced = steps.unpriced + excluded.unpriced`,
		runId,
		step.key,
		seq,
		step.kind,
		step.state,
		step.node,
		step.round,
		step.slot,
		step.owner ?? null,
		step.answer === undefined ? null : JSON.stringify(step.answer),
		step.failure === undefined ? null : JSON.stringify(step.failure),
		step.costUsd ?? null,
		step.costUsd === null ? 1 : 0,
		at,
		at,
	);
}

export async function findStep(
	tx: Transaction,
	runId: string,
	key: string,
): Promise<RecordedStep | undefined> {
	const row = (await tx.all('SELECT * FROM steps WHERE run_id = ? AND step_key = ?', runId, key))[0];
	return row === undefined ? undefined : toStep(row);
}

/** Without a limit SQLite sorts in memory, else in a table that it makes for it. */
export async function listSteps(tx: Transaction, runId: string, filter: StepFilter): Promise<RecordedStep[]> {
	const rows = await tx.all(
		`SELECT * FROM steps WHERE run_id = ? AND (? = '' OR kind = ?) AND (? = '' OR node = ?) AND (? < 0 OR round = ?)
ORDER BY seq DESC${filter.last === undefined ? '' : ' LIMIT ?'}`,
		runId,
		filter.kind ?? '',
		filter.kind ?? '',
		filter.node ?? '',
		filter.node ?? '',
		filter.round ?? -1,
		filter.round ?? -1,
		...(filter.last === undefined ? [] : [filter.last]),
	);
	return rows.reverse().map(toStep);
}

export async function saveLedgerEntry(
	tx: Transaction,
	runId: string,
	seq: number,
	entry: LedgerEntry,
	at: string,
): Promise<void> {
	await tx.run(
		'INSERT INTO ledger (run_id, seq, at, entry) VALUES (?, ?, ?, ?)',
		runId,
		seq,
		at,
		JSON.stringify(entry),
	);
}

export async function readLedger(
	tx: Transaction,
	runId: string,
	last = EVERY,
): Promise<RecordedLedgerEntry[]> {
	const rows = await tx.all(
		'SELECT seq, at, entry FROM ledger WHERE run_id = ? ORDER BY seq DESC LIMIT ?',
		runId,
		last,
	);
	return rows.reverse().map(toLedgerEntry);
}

/** Goes by the key of the table, so that a page costs its own size wherever it begins; CROSS JOIN keeps SQLite to that order. */
export async function readLedgerPage(tx: Transaction, request: LedgerPageRequest): Promise<LedgerRow[]> {
	const { runId, begunSince, after, limit } = request;
	const where: string[] = ['runs.run_id = ledger.run_id'];
	const values: SqlValue[] = [];
	const add = (condition: string, ...given: SqlValue[]): void => {
		where.push(condition);
		values.push(...given);
	};
	if (runId !== undefined) add('ledger.run_id = ?', runId);
	if (begunSince !== undefined) add('runs.created_at >= ?', begunSince);
	if (after !== undefined) add('(ledger.run_id, ledger.seq) > (?, ?)', after.run.runId, after.entry.seq);
	const rows = await tx.all(
		`SELECT runs.*, ledger.seq, ledger.at, ledger.entry FROM ledger CROSS JOIN runs
WHERE ${where.join(' AND ')} ORDER BY ledger.run_id, ledger.seq LIMIT ?`,
		...values,
		limit,
	);
	return rows.map((row) => ({ run: toRun(row), entry: toLedgerEntry(row) }));
}

function toLedgerEntry(row: Row): RecordedLedgerEntry {
	return { ...JSON.parse(String(row.entry)), seq: Number(row.seq), at: String(row.at) };
}

function toStep(row: Row): RecordedStep {
	const kind = row.kind === 'arrival' || row.kind === 'decision' ? row.kind : 'call';
	const state = row.state === 'answered' || row.state === 'failed' ? row.state : 'started';
	return {
		key: String(row.step_key),
		kind,
		state,
		node: String(row.node),
		round: Number(row.round),
		slot: String(row.slot),
		...(row.owner === null ? {} : { owner: String(row.owner) }),
		...(row.answer === null ? {} : { answer: JSON.parse(String(row.answer)) }),
		...(row.failure === null ? {} : { failure: JSON.parse(String(row.failure)) }),
		...(row.cost_usd === null
			? row.unpriced === 0
				? {}
				: { costUsd: null }
			: { costUsd: Number(row.cost_usd) }),
		startedAt: String(row.started_at),
		updatedAt: String(row.updated_at),
	};
}
