import { PipelineError, isPipelineError } from '../errors';
import type { Transaction } from './backends/database';
import { ARTEFACTS } from './builtInFields';
import { applyCommand, fieldOf, findConflict, type LiveEntry } from './commands';
import { listDeclarations, newDeclarations, saveDeclaration } from './declarations';
import { findWriter, readFields, saveVersion } from './document';
import * as entries from './entries';
import { checkValueSize } from './fieldTypes';
import { judgedAnew, judgementOf, type Judgement } from './judgement';
import { hashOf, isObject, type Json } from './json';
import { MAX_KEY, checkName } from './names';
import * as records from './records';
import * as runs from './runs';
import { RunView } from './runView';
import { checkSpendCap, roundUsd } from './spend';
import type {
	Command,
	FieldDeclaration,
	LedgerEntry,
	Run,
	Step,
	Version,
	WriteRequest,
	WriteResult,
} from './stateStore';

/**
 * What one transaction writes to one run: changed in memory, request by request, and saved in one go. So a refused request
 * leaves no trace, and a database whose round trips cost time makes few of them.
 */
export class Draft {
	private readonly bodies = new Map<string, string>();
	private readonly changes: Array<entries.Change & { by: string }> = [];
	private readonly fields: Array<{ field: FieldDeclaration; position: number }> = [];
	private readonly commands: Array<records.RecordedCommand & { commandId: string }> = [];
	private readonly steps: Step[] = [];
	private readonly ledger: LedgerEntry[] = [];
	private status: WriteRequest['status'];
	private title: string | undefined;
	private budget: Pick<WriteRequest, 'spendCapUsd' | 'estimateUsd'> = {};
	private held = 0;
	/** How to take back what the present request did so far. */
	private undo: Array<() => void> = [];

	private constructor(
		private readonly tx: Transaction,
		private readonly run: runs.OpenRun,
		private readonly view: RunView,
		/** ISO 8601, UTC. */
		private readonly at: string,
	) {}

	/** Fails with `run_not_found`. */
	static async open(
		tx: Transaction,
		runId: string,
		at: string,
		requests: readonly WriteRequest[] = [],
	): Promise<Draft> {
		const view = new RunView(tx, runId);
		const [run] = await Promise.all([runs.open(tx, runId), view.warm(requests)]);
		return new Draft(tx, run, view, at);
	}

	/** The run as it was when the draft was opened. */
	get origin(): Run {
		return this.run;
	}

	/** The number that the document has, or will have if something changed. */
	get version(): number {
		return this.changes.length === 0 ? this.run.version : this.run.version + 1;
	}

	/** All of the request or, when something of it is refused, nothing. */
	async write(request: WriteRequest): Promise<WriteResult> {
		this.undo = [];
		try {
			return (await this.findRecorded(request.commandId)) ?? (await this.apply(request));
		} catch (error) {
			if (!isPipelineError(error) || error.code === 'store_unavailable') throw error;
			for (const takeBack of this.undo.reverse()) takeBack();
			return { ok: false, failure: error.toFailure(), details: error.details };
		}
	}

	/** What came of a command id before. */
	async findRecorded(commandId: string | undefined): Promise<(WriteResult & { ok: true }) | undefined> {
		const recorded = commandId === undefined ? undefined : await this.view.command(commandId);
		return recorded === undefined ? undefined : toResult(recorded, true);
	}

	/** Notes that a command id has led to the version of now. */
	recordCommand(commandId: string | undefined, outcome?: Json): WriteResult {
		const recorded = { version: this.version, outcome };
		if (commandId !== undefined) {
			this.commands.push({ commandId, ...recorded });
			this.view.setCommand(commandId, recorded);
		}
		return toResult(recorded, false);
	}

	/** Fields that the run does not know yet. Fails with `rule_mismatch` where it knows them otherwise. */
	async declare(fields: readonly FieldDeclaration[]): Promise<void> {
		if (fields.length === 0) return;
		const known = await listDeclarations(this.tx, this.run.runId);
		known.push(...this.fields.map(({ field }) => field));
		for (const [index, field] of newDeclarations(known, fields).entries()) {
			this.fields.push({ field, position: known.length + index });
			this.undo.push(() => this.fields.pop(), this.view.setDeclaration(field));
		}
	}

	/** Fails as `applyCommand` does, with `input_refused` for an unknown field, with `value_too_large`. */
	async command(command: Command, by: string, asRecordKeeper: boolean): Promise<void> {
		const declaration = await this.view.declaration(fieldOf(command));
		if (declaration === undefined) throw unknownField(fieldOf(command));
		for (const change of await applyCommand(command, declaration, this.view, asRecordKeeper)) {
			const { field, entry, position, value } = change;
			if (declaration.rule === 'append' || declaration.rule === 'mergeById') {
				const next = await this.view.nextPosition(field);
				this.undo.push(this.view.setNextPosition(field, Math.max(next, position + 1)));
			}
			// In the order in which it was written, which is the order in which people see it; the hash does not depend on it.
			const body = JSON.stringify(value);
			checkValueSize(field, body);
			const hash = hashOf(value);
			if (!this.bodies.has(hash)) {
				this.bodies.set(hash, body);
				this.undo.push(() => this.bodies.delete(hash));
			}
			this.put({ field, entry, position, hash }, by);
			const live = { field, entry, position, hash, value, version: this.run.version + 1 };
			this.undo.push(this.view.setEntry(live));
		}
	}

	/**
	 * Makes the content of an earlier version that of now. Records stay, and so do artefacts that are locked or named in
	 * `keep`. How work is judged is what the records say of its content.
	 */
	async rollBack(target: number, by: string, keep: ReadonlySet<string>): Promise<void> {
		const { tx, run } = this;
		const declared = await listDeclarations(tx, run.runId);
		const content = new Set(declared.filter(({ part }) => part === 'content').map(({ name }) => name));
		const isContent = ({ field }: { field: string }): boolean => content.has(field);
		const wanted = (await entries.entriesAt(tx, run.runId, target)).filter(isContent);
		const now = (await entries.liveEntries(tx, run.runId)).filter(isContent);
		const staying = new Set(now.filter((entry) => stays(entry, keep)).map(entries.keyOf));
		const wantedNames = new Set(wanted.map(entries.keyOf));
		for (const { field, entry, position } of now) {
			const name = entries.keyOf({ field, entry });
			if (!wantedNames.has(name) && !staying.has(name)) this.put({ field, entry, position, hash: null }, by);
		}
		const hashNow = new Map(now.map((entry) => [entries.keyOf(entry), entry.hash]));
		const judge = await this.judge();
		for (const ref of await entries.withValues(tx, run.runId, wanted)) {
			const name = entries.keyOf(ref);
			if (hashNow.get(name) === ref.hash || staying.has(name)) continue;
			// What was thought of the work then is not content.
			const value = ref.field === ARTEFACTS ? judgedAnew(ref.value, judge) : ref.value;
			const hash = hashOf(value);
			if (hash !== ref.hash) this.bodies.set(hash, JSON.stringify(value));
			if (hashNow.get(name) !== hash)
				this.put({ field: ref.field, entry: ref.entry, position: ref.position, hash }, by);
		}
	}

	/** What the records of now say of a piece of work. */
	private async judge(): Promise<(work: { id: string; contentHash: string }) => Judgement> {
		const fields = await readFields(this.tx, this.run, this.run.version);
		const document = { runId: this.run.runId, version: this.run.version, fields };
		return (work) => judgementOf(document, work);
	}

	/** Fails with `input_refused` where the step's key is too long. */
	addStep(step: Step): void {
		checkName('The key of a step', step.key, MAX_KEY);
		this.steps.push(step);
	}

	/** Sets money aside without a step. */
	addHold(usd: number): void {
		this.held += usd;
	}

	addToLedger(...added: readonly LedgerEntry[]): void {
		this.ledger.push(...added);
	}

	/** Writes everything, if there is anything. If the document changed, it has one version more. */
	async save(kind: Version['kind'] = 'write'): Promise<void> {
		if (this.isEmpty()) return;
		const { tx, run, version, at } = this;
		for (const { field, position } of this.fields) await saveDeclaration(tx, run.runId, field, position);
		for (const [hash, body] of this.bodies) await entries.saveBody(tx, run.runId, hash, body);
		for (const [seq, change] of this.changes.entries()) {
			await entries.saveChange(tx, run.runId, version, seq, change);
		}
		const latest = new Map(this.changes.map((change) => [entries.keyOf(change), change]));
		for (const change of latest.values()) await entries.saveLive(tx, run.runId, version, change);
		for (const command of this.commands) await records.saveCommand(tx, run.runId, command);
		for (const [index, step] of this.steps.entries()) {
			await records.saveStep(tx, run.runId, run.stepCount + index + 1, step, at);
		}
		for (const [index, entry] of this.ledger.entries()) {
			await records.saveLedgerEntry(tx, run.runId, run.ledgerCount + index + 1, entry, at);
		}
		const headHash = this.changes.length === 0 ? run.headHash : await this.saveVersion(kind);
		const unsnapshotted = await entries.snapshotIfDue(tx, run, version, this.changes.length);
		const prices = this.steps.map(({ costUsd }) => costUsd);
		await runs.save(tx, {
			...run,
			version,
			headHash,
			unsnapshotted,
			title: this.title ?? run.title,
			status: this.status?.status ?? run.status,
			statusNote: this.status === undefined ? run.statusNote : (this.status.note ?? ''),
			costUsd: prices.reduce<number>((sum, price) => sum + (price ?? 0), run.costUsd),
			unpricedCalls: run.unpricedCalls + prices.filter((price) => price === null).length,
			...this.budget,
			heldUsd: roundUsd(this.steps.reduce((sum, { holdUsd = 0 }) => sum + holdUsd, run.heldUsd + this.held)),
			stepCount: run.stepCount + this.steps.length,
			ledgerCount: run.ledgerCount + this.ledger.length,
			updatedAt: at,
		});
	}

	private async apply(request: WriteRequest): Promise<WriteResult> {
		const { commands, by, expectedVersion, asRecordKeeper = false, steps = [] } = request;
		checkName('The ID of a command', request.commandId ?? '', MAX_KEY);
		for (const { key } of steps) checkName('The key of a step', key, MAX_KEY);
		checkSpendCap(request.spendCapUsd);
		const isStopped = this.run.status === 'stopped';
		if (isStopped && commands.length > 0)
			throw new PipelineError('run_closed', `The run '${this.run.title}' was stopped.`);
		await this.declare(request.declare ?? []);
		if (expectedVersion !== undefined) {
			for (const command of commands) await this.refuseConflict(command, expectedVersion);
		}
		for (const command of commands) await this.command(command, by, asRecordKeeper);
		// From here on nothing is refused.
		this.steps.push(...steps);
		this.addToLedger(...(request.ledger ?? []));
		if (!isStopped) this.status = request.status ?? this.status;
		this.title = request.title ?? this.title;
		const { spendCapUsd, estimateUsd } = request;
		if (spendCapUsd !== undefined) this.budget.spendCapUsd = spendCapUsd;
		if (estimateUsd !== undefined) this.budget.estimateUsd = estimateUsd;
		return this.recordCommand(request.commandId, request.outcome);
	}

	private isEmpty(): boolean {
		const pending = [this.changes, this.fields, this.commands, this.steps, this.ledger];
		return (
			pending.every((list) => list.length === 0) &&
			this.status === undefined &&
			this.title === undefined &&
			this.held === 0 &&
			Object.keys(this.budget).length === 0
		);
	}

	private put(change: entries.Change, by: string): void {
		this.changes.push({ ...change, by });
		this.undo.push(() => this.changes.pop());
	}

	/** Fails with `conflict` that says who wrote what meanwhile. */
	private async refuseConflict(command: Command, expectedVersion: number): Promise<void> {
		const found = await findConflict(command, expectedVersion, this.view);
		if (found === undefined) return;
		const field = fieldOf(command);
		const { by, at } = await this.writerOf(found);
		throw new PipelineError(
			'conflict',
			`Another step saved '${field}' first: ${by} wrote version ${found.version} at ${at}.`,
			{ details: { field, entry: found.entry, version: found.version, by, at, now: found.value } },
		);
	}

	/** Who wrote an entry, and when; what this write did itself has no version in the database yet. */
	private async writerOf(entry: LiveEntry): Promise<{ by: string; at: string }> {
		const name = entries.keyOf(entry);
		const own = this.changes.findLast((change) => entries.keyOf(change) === name);
		return own === undefined
			? findWriter(this.tx, this.run.runId, entry.version)
			: { by: own.by, at: this.at };
	}

	private saveVersion(kind: Version['kind']): Promise<string> {
		const { tx, run, version, at, changes } = this;
		const writtenBy = [...new Set(changes.map(({ by }) => by))].join(', ');
		return saveVersion(tx, run, {
			version,
			at,
			writtenBy,
			kind,
			changes: changes.map(({ field, entry, position, hash }) => [field, entry, position, hash]),
		});
	}
}

function toResult(
	{ version, outcome }: records.RecordedCommand,
	replayed: boolean,
): WriteResult & { ok: true } {
	return { ok: true, version, replayed, ...(outcome === undefined ? {} : { outcome }) };
}

/** Whether a rollback leaves this entry alone. */
function stays({ field, entry, value }: LiveEntry, keep: ReadonlySet<string>): boolean {
	return field === ARTEFACTS && (keep.has(entry) || (isObject(value) && value.locked === true));
}

function unknownField(field: string): PipelineError {
	return new PipelineError('input_refused', `This run has no field '${field}'.`, {
		hint: "Declare the field first, with 'State: Write' or in 'Run: Start'.",
	});
}
