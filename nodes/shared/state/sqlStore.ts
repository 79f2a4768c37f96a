import { PipelineError } from '../errors';
import type { Database, Transaction } from './backends/database';
import { claimStep, holdMore, type Claim } from './claims';
import * as document from './document';
import { Draft } from './draft';
import { verifyRun } from './audit';
import { compareEntry } from './compare';
import { copyCommands } from './copyCommands';
import { listDeclarations } from './declarations';
import type { Media } from './fields';
import { LatestDocuments } from './latestDocuments';
import { impactOf } from './lineage';
import { RunMedia } from './media';
import { checkCheckpointName } from './names';
import * as processes from './processes';
import * as records from './records';
import * as runs from './runs';
import { checkSpendCap } from './spend';
import { beginRun, continueRun, createRun, startWithBrief, type Beginning } from './starting';
import { deleteRun, exportRun, importRun, readExport, refuseKnownRun, withMedia } from './transfer';
import { artefactsOf } from './views';
import type {
	Difference,
	ExecutionLink,
	FieldDeclaration,
	Hold,
	Impact,
	LedgerEntry,
	LedgerPageRequest,
	LedgerRow,
	MediaFile,
	ProcessFacts,
	RecordedLedgerEntry,
	RecordedStep,
	Run,
	RunFilter,
	SeenProcess,
	StartRunRequest,
	StartedRun,
	StateDocument,
	StateStore,
	Step,
	StepFilter,
	Verification,
	Version,
	WriteRequest,
	WriteResult,
} from './stateStore';

/** Time and identity, handed in so that nothing here depends on them. */
export interface StoreEnvironment {
	/** ms since the epoch. */
	clock: () => number;
	newId: () => string;
}

/** The store over any database that offers transactions. */
export class SqlStateStore implements StateStore {
	private readonly media: RunMedia;
	private readonly latest = new LatestDocuments();

	constructor(
		private readonly database: Database,
		private readonly environment: StoreEnvironment,
	) {
		this.media = new RunMedia(database);
	}

	async startRun(request: StartRunRequest): Promise<StartedRun> {
		checkSpendCap(request.spendCapUsd);
		const started = await this.database.write(`key ${request.runKey}`, async (tx) => {
			const known = await runs.findByKey(tx, request.runKey);
			if (known === undefined) return createRun(tx, this.beginning(), request);
			await tx.lock(known.runId);
			return continueRun(tx, await runs.get(tx, known.runId), request, this.now());
		});
		return started ?? this.startAnother(request);
	}

	/** Under the first of "<key> (2)", "<key> (3)", … that no run has, or whose run has this brief. */
	private async startAnother(request: StartRunRequest): Promise<StartedRun> {
		for (let number = 2; ; number++) {
			const runKey = `${request.runKey} (${number})`;
			// Each in a transaction of its own: keys are locked before runs, and here a run was locked already.
			const started = await this.database.write(`key ${runKey}`, (tx) =>
				startWithBrief(tx, this.beginning(), { ...request, runKey }),
			);
			if (started !== undefined) return started;
		}
	}

	getRun(runId: string): Promise<Run> {
		return this.database.read((tx) => runs.get(tx, runId));
	}

	listRuns(filter: RunFilter = {}): Promise<Run[]> {
		return this.database.read((tx) => runs.list(tx, filter));
	}

	linkExecution(runId: string, link: ExecutionLink, options: { reset?: boolean } = {}): Promise<void> {
		return this.database.write(runId, async (tx) => {
			await runs.link(tx, runId, link, options.reset ?? false);
			await runs.touch(tx, runId, this.now());
		});
	}

	findLinkedRuns(refs: readonly string[]): Promise<Array<{ run: Run; ref: string; round: number }>> {
		return this.database.read((tx) => runs.findLinked(tx, refs));
	}

	read(runId: string, at?: number | string): Promise<StateDocument> {
		return this.database.read(async (tx) => {
			if (at === undefined) return this.latest.read(tx, runId);
			const run = await runs.get(tx, runId);
			const version = await document.resolveVersion(tx, run, at);
			return { runId, version, fields: await document.readFields(tx, run, version) };
		});
	}

	declaredFields(runId: string): Promise<FieldDeclaration[]> {
		return this.database.read(async (tx) => {
			await runs.get(tx, runId);
			return listDeclarations(tx, runId);
		});
	}

	write(runId: string, requests: readonly WriteRequest[]): Promise<WriteResult[]> {
		return this.database.write(runId, async (tx) => {
			const draft = await Draft.open(tx, runId, this.now(), requests);
			const results: WriteResult[] = [];
			for (const request of requests) results.push(await draft.write(request));
			await draft.save();
			return results;
		});
	}

	checkpoint(runId: string, name: string, by: string, commandId?: string): Promise<number> {
		return this.database.write(runId, async (tx) => {
			checkCheckpointName(name);
			const draft = await Draft.open(tx, runId, this.now());
			const recorded = await draft.findRecorded(commandId);
			if (recorded !== undefined) return recorded.version;
			const { version } = draft;
			await tx.run(
				'INSERT INTO checkpoints (run_id, name, version) VALUES (?, ?, ?) ' +
					'ON CONFLICT (run_id, name) DO UPDATE SET version = excluded.version',
				runId,
				name,
				version,
			);
			draft.recordCommand(commandId);
			draft.addToLedger({
				layer: 'state',
				event: 'checkpoint',
				note: `Checkpoint '${name}' is version ${version}.`,
				by,
			});
			await draft.save();
			return version;
		});
	}

	rollBack(
		runId: string,
		to: number | string,
		options: { by: string; keep?: readonly string[]; commandId?: string },
	): Promise<WriteResult> {
		return this.database.write(runId, async (tx) => {
			const draft = await Draft.open(tx, runId, this.now());
			const recorded = await draft.findRecorded(options.commandId);
			if (recorded !== undefined) return recorded;
			const target = await document.resolveVersion(tx, draft.origin, to);
			await draft.rollBack(target, options.by, new Set(options.keep));
			draft.addToLedger({
				layer: 'recovery',
				event: 'rollback',
				note: `Content went back to version ${target}, as version ${draft.version}.`,
				by: options.by,
			});
			const result = draft.recordCommand(options.commandId);
			await draft.save('rollback');
			return result;
		});
	}

	history(runId: string): Promise<Version[]> {
		return this.database.read(async (tx) => {
			await runs.get(tx, runId);
			return document.history(tx, runId);
		});
	}

	listCheckpoints(runId: string): Promise<Array<{ name: string; version: number }>> {
		return this.database.read(async (tx) => {
			await runs.get(tx, runId);
			return document.listCheckpoints(tx, runId);
		});
	}

	compare(runId: string, from: number | string, to: number | string): Promise<Difference[]> {
		return this.database.read(async (tx) => {
			const run = await runs.get(tx, runId);
			const versions = [
				await document.resolveVersion(tx, run, from),
				await document.resolveVersion(tx, run, to),
			] as const;
			const pairs = await document.pairEntries(tx, runId, ...versions);
			return pairs.flatMap(compareEntry);
		});
	}

	fork(
		runId: string,
		request: { runKey: string; title?: string; at?: number | string; by: string },
	): Promise<StartedRun> {
		return this.database.write(`key ${request.runKey}`, async (tx) => {
			await tx.lock(runId);
			const origin = await runs.get(tx, runId);
			const at =
				request.at === undefined ? origin.version : await document.resolveVersion(tx, origin, request.at);
			const known = await runs.findByKey(tx, request.runKey);
			if (known !== undefined) {
				refuseOtherCopy(known, runId, request.at === undefined ? undefined : at);
				return { run: known, created: false };
			}
			const declared = await listDeclarations(tx, runId);
			const draft = await beginRun(tx, this.beginning(), {
				runKey: request.runKey,
				title: request.title ?? `${origin.title} (copy)`,
				startedFrom: origin.startedFrom,
				workflowId: origin.workflowId,
				fields: declared,
				forkedFrom: `${runId}@${at}`,
				spendCapUsd: origin.spendCapUsd,
			});
			for (const command of copyCommands(declared, await document.readFields(tx, origin, at))) {
				await draft.command(command, request.by, true);
			}
			await draft.save('start');
			await this.media.copy(tx, runId, draft.origin.runId);
			return { run: await runs.get(tx, draft.origin.runId), created: true };
		});
	}

	impact(runId: string, changed: string): Promise<Impact> {
		return this.database.read(async (tx) => {
			const run = await runs.get(tx, runId);
			const fields = await document.readFields(tx, run, run.version);
			return impactOf(artefactsOf({ runId, version: run.version, fields }), changed);
		});
	}

	async verify(runId: string): Promise<Verification> {
		const { run, versions } = await this.database.read(async (tx) => {
			const found = await runs.get(tx, runId);
			return { run: found, versions: await verifyRun(tx, found) };
		});
		return versions.ok ? ((await this.media.verify(run)) ?? versions) : versions;
	}

	async exportRun(runId: string): Promise<string[]> {
		const { lines, media } = await this.database.read(async (tx) => {
			const run = await runs.get(tx, runId);
			return { lines: await exportRun(tx, run), media: await this.media.list(tx, runId) };
		});
		return withMedia(lines, await this.media.readAll(runId, media));
	}

	async importRun(lines: readonly string[]): Promise<Run> {
		const exported = readExport(lines);
		const { runId, runKey, media } = exported;
		return this.database.write(`key ${runKey}`, async (tx) => {
			await tx.lock(runId);
			await refuseKnownRun(tx, exported);
			await this.media.stage(runId, media);
			await importRun(tx, exported);
			this.latest.forget(runId);
			await this.media.save(tx, runId, media);
			return runs.get(tx, runId);
		});
	}

	async deleteRuns(request: { before: string; alsoApproved?: boolean }): Promise<string[]> {
		const find = (tx: Transaction, runId?: string): Promise<string[]> =>
			runs.findOld(tx, request.before, request.alsoApproved ?? false, runId);
		const deleted: string[] = [];
		for (const runId of await this.database.read((tx) => find(tx))) {
			const isDeleted = await this.database.write(runId, async (tx) => {
				// Somebody may have gone on with it meanwhile.
				if ((await find(tx, runId)).length === 0) return false;
				await deleteRun(tx, runId);
				return true;
			});
			if (!isDeleted) continue;
			this.latest.forget(runId);
			deleted.push(runId);
		}
		await this.media.removeFiles(deleted, request.before);
		return deleted;
	}

	recordStep(runId: string, step: Step, ledger: readonly LedgerEntry[] = []): Promise<void> {
		return this.database.write(runId, async (tx) => {
			const draft = await Draft.open(tx, runId, this.now());
			draft.addStep(step);
			draft.addToLedger(...ledger);
			await draft.save();
		});
	}

	async claimStep(runId: string, step: Step, hold?: Hold): Promise<Claim> {
		return orThrow(await this.database.write(runId, (tx) => claimStep(tx, runId, this.now(), step, hold)));
	}

	async hold(runId: string, hold: Hold): Promise<void> {
		orThrow(await this.database.write(runId, (tx) => holdMore(tx, runId, this.now(), hold)));
	}

	findStep(runId: string, key: string): Promise<RecordedStep | undefined> {
		return this.database.read((tx) => records.findStep(tx, runId, key));
	}

	listSteps(runId: string, filter: StepFilter = {}): Promise<RecordedStep[]> {
		return this.database.read((tx) => records.listSteps(tx, runId, filter));
	}

	keepMedia(runId: string, file: MediaFile): Promise<Media> {
		return this.media.keep(runId, file, this.now());
	}

	readMedia(runId: string, hash: string): Promise<MediaFile> {
		return this.media.read(runId, hash);
	}

	ledger(runId: string, last?: number): Promise<RecordedLedgerEntry[]> {
		return this.database.read((tx) => records.readLedger(tx, runId, last));
	}

	ledgerPage(request: LedgerPageRequest): Promise<LedgerRow[]> {
		return this.database.read((tx) => records.readLedgerPage(tx, request));
	}

	noteProcess(processId: string, facts: ProcessFacts): Promise<void> {
		const { clock } = this.environment;
		return this.database.write(`process ${processId}`, (tx) =>
			processes.noteProcess(tx, processId, facts, clock),
		);
	}

	listProcesses(): Promise<SeenProcess[]> {
		return this.database.read((tx) => processes.listProcesses(tx, this.environment.clock));
	}

	close(): Promise<void> {
		return this.database.close();
	}

	private now(): string {
		return new Date(this.environment.clock()).toISOString();
	}

	private beginning(): Beginning {
		return { runId: `run-${this.environment.newId()}`, at: this.now() };
	}
}

/** A refusal that was kept is told. */
function orThrow<T>(result: T | PipelineError): T {
	if (result instanceof PipelineError) throw result;
	return result;
}

/** A key whose run is no copy of this one, or not of the version that is asked for. */
function refuseOtherCopy({ runKey, forkedFrom = '' }: Run, runId: string, at: number | undefined): void {
	if (!forkedFrom.startsWith(`${runId}@`)) {
		throw new PipelineError('input_refused', `There is a run with the key '${runKey}' already.`);
	}
	if (at === undefined || forkedFrom === `${runId}@${at}`) return;
	const copied = forkedFrom.slice(runId.length + 1);
	throw new PipelineError(
		'input_refused',
		`The run with the key '${runKey}' is a copy of version ${copied}, and not of version ${at}.`,
		{ hint: 'Use another key for a copy of another version.' },
	);
}
