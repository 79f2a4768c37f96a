/**
 * The schema of every backend, one step after the other; a step that was released is never edited. The number of steps is the schema's
 * version.
 *
 * `changes` is the truth: one row for each entry of a field that a version changed, with the hash of its new body (null:
 * gone). `live` is the same as of now, so that reading the latest state costs its size and not its history. Bodies are
 * stored once by hash. Tables have a row id on purpose: WITHOUT ROWID made the file 3.3 times larger, since bodies of a
 * kilobyte overflow its tree.
 */
export const MIGRATIONS: readonly string[] = [
	`
CREATE TABLE runs (
	run_id TEXT PRIMARY KEY,
	run_key TEXT NOT NULL UNIQUE,
	title TEXT NOT NULL,
	search_text TEXT NOT NULL,
	status TEXT NOT NULL,
	status_note TEXT NOT NULL,
	version INTEGER NOT NULL,
	unsnapshotted INTEGER NOT NULL,
	started_from TEXT NOT NULL,
	workflow_id TEXT NOT NULL,
	forked_from TEXT,
	head_hash TEXT NOT NULL,
	cost_usd DOUBLE PRECISION NOT NULL,
	unpriced_calls INTEGER NOT NULL,
	step_count INTEGER NOT NULL,
	ledger_count INTEGER NOT NULL,
	created_at TEXT NOT NULL,
	updated_at TEXT NOT NULL
);
CREATE INDEX runs_by_creation ON runs (created_at);
CREATE TABLE links (
	ref TEXT NOT NULL,
	run_id TEXT NOT NULL,
	round INTEGER NOT NULL,
	PRIMARY KEY (ref, run_id)
);
CREATE TABLE fields (
	run_id TEXT NOT NULL,
	name TEXT NOT NULL,
	position INTEGER NOT NULL,
	declaration TEXT NOT NULL,
	PRIMARY KEY (run_id, name)
);
CREATE TABLE bodies (
	run_id TEXT NOT NULL,
	hash TEXT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (run_id, hash)
);
CREATE TABLE versions (
	run_id TEXT NOT NULL,
	version INTEGER NOT NULL,
	at TEXT NOT NULL,
	written_by TEXT NOT NULL,
	kind TEXT NOT NULL,
	row_hash TEXT NOT NULL,
	PRIMARY KEY (run_id, version)
);
CREATE TABLE changes (
	run_id TEXT NOT NULL,
	version INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	field TEXT NOT NULL,
	entry TEXT NOT NULL,
	position INTEGER NOT NULL,
	hash TEXT,
	PRIMARY KEY (run_id, version, seq)
);
CREATE TABLE live (
	run_id TEXT NOT NULL,
	field TEXT NOT NULL,
	entry TEXT NOT NULL,
	position INTEGER NOT NULL,
	hash TEXT NOT NULL,
	version INTEGER NOT NULL,
	PRIMARY KEY (run_id, field, entry)
);
CREATE INDEX live_by_position ON live (run_id, field, position);
CREATE TABLE snapshots (
	run_id TEXT NOT NULL,
	version INTEGER NOT NULL,
	entries TEXT NOT NULL,
	PRIMARY KEY (run_id, version)
);
CREATE TABLE checkpoints (
	run_id TEXT NOT NULL,
	name TEXT NOT NULL,
	version INTEGER NOT NULL,
	PRIMARY KEY (run_id, name)
);
CREATE TABLE commands (
	run_id TEXT NOT NULL,
	command_id TEXT NOT NULL,
	version INTEGER NOT NULL,
	outcome TEXT,
	PRIMARY KEY (run_id, command_id)
);
CREATE TABLE steps (
	run_id TEXT NOT NULL,
	step_key TEXT NOT NULL,
	seq INTEGER NOT NULL,
	kind TEXT NOT NULL,
	state TEXT NOT NULL,
	node TEXT NOT NULL,
	round INTEGER NOT NULL,
	slot TEXT NOT NULL,
	owner TEXT,
	answer TEXT,
	failure TEXT,
	cost_usd DOUBLE PRECISION,
	unpriced INTEGER NOT NULL,
	started_at TEXT NOT NULL,
	updated_at TEXT NOT NULL,
	PRIMARY KEY (run_id, step_key)
);
CREATE TABLE ledger (
	run_id TEXT NOT NULL,
	seq INTEGER NOT NULL,
	at TEXT NOT NULL,
	entry TEXT NOT NULL,
	PRIMARY KEY (run_id, seq)
);
`,
	// PostgreSQL's name for bytes; SQLite takes any name for a type and keeps the bytes as they are.
	`
CREATE TABLE media (
	run_id TEXT NOT NULL,
	hash TEXT NOT NULL,
	mime_type TEXT NOT NULL,
	bytes INTEGER NOT NULL,
	file_name TEXT,
	PRIMARY KEY (run_id, hash)
);
CREATE TABLE media_bytes (
	run_id TEXT NOT NULL,
	hash TEXT NOT NULL,
	body BYTEA NOT NULL,
	PRIMARY KEY (run_id, hash)
);
`,
	`
ALTER TABLE runs ADD COLUMN spend_cap_usd DOUBLE PRECISION;
ALTER TABLE runs ADD COLUMN held_usd DOUBLE PRECISION NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN estimate_usd DOUBLE PRECISION;
`,
	// Of no run, so that it is in no export.
	`
CREATE TABLE processes (
	process_id TEXT PRIMARY KEY,
	facts TEXT NOT NULL,
	clock_ahead_ms DOUBLE PRECISION NOT NULL,
	heard_at TEXT NOT NULL
);
`,
];
