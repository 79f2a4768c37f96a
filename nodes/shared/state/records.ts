/** Step records and the ledger: tables beside the document, which make no version. Called inside transactions. */
import type { Row, Transaction } from './backends/database';
import type { LedgerEntry, RecordedLedgerEntry, RecordedStep, Step } from './stateStore';

/** First writing of a key fixes its place in the order; later ones replace what is known of it. */
export async function saveStep(tx: Transaction, runId: string, step: Step, at: string): Promise<void> {
	const unpriced = step.costUsd === null ? 1 : 0;
	const seq = await count(tx, runId, 'step_count', 1);
	if (unpriced > 0 || typeof step.costUsd === 'number') {
		await tx.run(
			'UPDATE runs SET cost_usd = cost_usd + ?, unpriced_calls = unpriced_calls + ? WHERE run_id = ?',
			step.costUsd ?? 0,
			unpriced,
			runId,
		);
	}
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
		unpriced,
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

export async function listSteps(
	tx: Transaction,
	runId: string,
	filter: { kind?: Step['kind']; node?: string; round?: number },
): Promise<RecordedStep[]> {
	const rows = await tx.all(
		`SELECT * FROM steps WHERE run_id = ? AND (? = '' OR kind = ?) AND (? = '' OR node = ?) AND (? < 0 OR round = ?)
ORDER BY seq`,
		runId,
		filter.kind ?? '',
		filter.kind ?? '',
		filter.node ?? '',
		filter.node ?? '',
		filter.round ?? -1,
		filter.round ?? -1,
	);
	return rows.map(toStep);
}

export async function addToLedger(
	tx: Transaction,
	runId: string,
	at: string,
	entries: readonly LedgerEntry[],
): Promise<void> {
	if (entries.length === 0) return;
	const last = await count(tx, runId, 'ledger_count', entries.length);
	for (const [index, entry] of entries.entries()) {
		await tx.run(
			'INSERT INTO ledger (run_id, seq, at, entry) VALUES (?, ?, ?, ?)',
			runId,
			last - entries.length + index + 1,
			at,
			JSON.stringify(entry),
		);
	}
}

export async function readLedger(tx: Transaction, runId: string): Promise<RecordedLedgerEntry[]> {
	const rows = await tx.all('SELECT seq, at, entry FROM ledger WHERE run_id = ? ORDER BY seq', runId);
	return rows.map((row) => ({ ...JSON.parse(String(row.entry)), seq: Number(row.seq), at: String(row.at) }));
}

/** Counts a run's rows up and gives back the new number, so that no row has to be looked at for it. */
async function count(
	tx: Transaction,
	runId: string,
	counter: 'step_count' | 'ledger_count',
	by: number,
): Promise<number> {
	const row = (
		await tx.all(
			`UPDATE runs SET ${counter} = ${counter} + ? WHERE run_id = ? RETURNING ${counter}`,
			by,
			runId,
		)
	)[0];
	return Number(row?.[counter] ?? by);
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
