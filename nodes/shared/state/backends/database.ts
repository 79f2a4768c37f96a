/** The little that a backend has to offer. Everything else about the store is written once, above it. */

export type SqlValue = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, SqlValue>>;

export interface Transaction {
	all(sql: string, ...values: SqlValue[]): Promise<Row[]>;
	/** May return before the statement is done; what fails then fails the transaction. */
	run(sql: string, ...values: SqlValue[]): Promise<void>;
	/** Waits for other writers of another topic too, until the transaction ends. Keys are locked before runs. */
	lock(topic: string): Promise<void>;
	/** The database's own clock, ms since the epoch; undefined where it is that of this machine. */
	now(): Promise<number | undefined>;
}

export interface Database {
	/** Where the bytes of media lie as files; without it they lie in the table `media_bytes`. */
	readonly mediaFolder: string | undefined;
	/**
	 * One at a time for each `topic` (a run's id or key) over all processes, from the first read on. Undone if `work` throws.
	 * `work` may be called again when the connection was lost before anything was saved.
	 */
	write<T>(topic: string, work: (tx: Transaction) => Promise<T>): Promise<T>;
	/** A consistent view. */
	read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
	close(): Promise<void>;
}
