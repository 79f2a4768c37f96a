import type { Transaction } from './backends/database';
import { listDeclarations } from './declarations';
import { assembleFields } from './document';
import { liveEntries } from './entries';
import { freeze, type Json } from './json';
import * as runs from './runs';
import type { FieldDeclaration, StateDocument } from './stateStore';

/** Documents that are kept in memory. */
const KEPT = 8;

interface Kept {
	/** What the document depends on: the head of the run's chain of versions, and its fields. */
	headHash: string;
	declared: readonly FieldDeclaration[];
	document: StateDocument;
	/** The values of its entries, by their hashes. */
	values: ReadonlyMap<string, Json>;
}

/**
 * The documents of the runs that were read last. A step reads the state for each of its items, mostly with nothing or little changed
 * in between: an unchanged document is given again, and of a changed one only the new entries are parsed. What is given
 * is frozen, because others have it too.
 */
export class LatestDocuments {
	/** The one that was read last comes last. */
	private readonly kept = new Map<string, Kept>();

	/** The document as it is now. Fails with `run_not_found`. */
	async read(tx: Transaction, runId: string): Promise<StateDocument> {
		const [run, declared] = await Promise.all([runs.open(tx, runId), listDeclarations(tx, runId)]);
		const before = this.kept.get(runId);
		if (before?.headHash === run.headHash && isSame(before.declared, declared)) {
			this.keep(runId, before);
			return before.document;
		}
		const entries = await liveEntries(tx, runId, before?.values);
		const document = freeze({ runId, version: run.version, fields: assembleFields(declared, entries) });
		const values = new Map(entries.map(({ hash, value }) => [hash, value]));
		this.keep(runId, { headHash: run.headHash, declared, document, values });
		return document;
	}

	/** Of a run that was deleted or brought in anew nothing stays. */
	forget(runId: string): void {
		this.kept.delete(runId);
	}

	private keep(runId: string, kept: Kept): void {
		this.kept.delete(runId);
		this.kept.set(runId, kept);
		const [oldest] = this.kept.keys();
		if (this.kept.size > KEPT && oldest !== undefined) this.kept.delete(oldest);
	}
}

/** Equal declarations are one object. */
function isSame(before: readonly FieldDeclaration[], now: readonly FieldDeclaration[]): boolean {
	return before.length === now.length && now.every((field, index) => field === before[index]);
}
