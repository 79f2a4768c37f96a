import { PipelineError, isPipelineError } from '../errors';
import type { Database, Row, Transaction } from './backends/database';
import { BUILT_IN_FIELDS } from './builtInFields';
import * as document from './document';
import type { Json } from './json';
import * as records from './records';
import * as runs from './runs';
import type {
	ExecutionLink,
	FieldDeclaration,
	LedgerEntry,
	RecordedLedgerEntry,
	RecordedStep,
	Run,
	StartRunRequest,
	StartedRun,
	StateDocument,
	StateStore,
	Step,
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

/** The store over any database that offers transactions and savepoints. */
export class SqlStateStore implements StateStore {
	constructor(
		private readonly database: Database,
		private readonly environment: StoreEnvironment,
	) {}

	startRun(request: StartRunRequest): Promise<StartedRun> {
		return this.database.write(`key ${request.runKey}`, async (tx) => {
			const known = await runs.findByKey(tx, request.runKey);
			if (known === undefined) return { run: await this.createRun(tx, request), created: true };
			return this.continueRun(tx, known, request);
		});
	}

	getRun(runId: string): Promise<Run> {
		return this.database.read((tx) => runs.get(tx, runId));
	}

	listRuns(filter: { status?: Run['status']; search?: string; limit?: number } = {}): Promise<Run[]> {
		return this.database.read((tx) => runs.list(tx, filter));
	}

	linkExecution(runId: string, link: ExecutionLink, options: { reset?: boolean } = {}): Promise<void> {
		return this.database.write(runId, (tx) => runs.link(tx, runId, link, options.reset ?? false));
	}

	findLinkedRuns(refs: readonly string[]): Promise<Array<{ run: Run; ref: string; round: number }>> {
		return this.database.read((tx) => runs.findLinked(tx, refs));
	}

	read(runId: string, at?: number | string): Promise<StateDocument> {
		return this.database.read(async (tx) => {
			const run = await runs.get(tx, runId);
			const version = at === undefined ? run.version : await document.resolveVersion(tx, run, at);
			return { runId, version, fields: await document.readFields(tx, run, version) };
		});
	}

	declaredFields(runId: string): Promise<FieldDeclaration[]> {
		return this.database.read(async (tx) => {
			await runs.get(tx, runId);
			return [...(await document.declarations(tx, runId)).values()];
		});
	}

	write(runId: string, requests: readonly WriteRequest[]): Promise<WriteResult[]> {
		return this.database.write(runId, async (tx) => {
			const run = await runs.get(tx, runId);
			const version = document.openVersion(tx, run, this.now());
			const results: WriteResult[] = [];
			for (const request of requests) {
				const mark = version.mark();
				const result = await refusalAsResult(tx, () => this.apply(tx, run, version, request));
				if (!result.ok) version.forget(mark);
				results.push(result);
			}
			await version.finish();
			await runs.touch(tx, runId, this.now());
			return results;
		});
	}

	checkpoint(runId: string, name: string, by: string): Promise<number> {
		return this.database.write(runId, async (tx) => {
			const run = await runs.get(tx, runId);
			if (name.trim() === '') throw new PipelineError('input_missing', "'Checkpoint Name' is empty.");
			await tx.run(
				'INSERT INTO checkpoints (run_id, name, version) VALUES (?, ?, ?) ' +
					'ON CONFLICT (run_id, name) DO UPDATE SET version = excluded.version',
				runId,
				name,
				run.version,
			);
			await records.addToLedger(tx, runId, this.now(), [
				{ layer: 'state', event: 'checkpoint', note: `Checkpoint '${name}' is version ${run.version}.`, by },
			]);
			return run.version;
		});
	}

	rollBack(
		runId: string,
		to: number | string,
		options: { by: string; keep?: readonly string[]; commandId?: string },
	): Promise<WriteResult> {
		return this.database.write(runId, async (tx) => {
			const run = await runs.get(tx, runId);
			if (options.commandId !== undefined) {
				const recorded = await findCommand(tx, runId, options.commandId);
				if (recorded !== undefined) return recorded;
			}
			const target = await document.resolveVersion(tx, run, to);
			const version = document.openVersion(tx, run, this.now());
			await version.rollBack(target, options.by, new Set(options.keep));
			const number = await version.finish();
			if (options.commandId !== undefined) await saveCommand(tx, runId, options.commandId, number, undefined);
			await records.addToLedger(tx, runId, this.now(), [
				{
					layer: 'recovery',
					event: 'rollback',
					note: `Content went back to version ${target}, as version ${number}.`,
					by: options.by,
				},
			]);
			return { ok: true, version: number, replayed: false };
		});
	}

	history(runId: string): Promise<Version[]> {
		return this.database.read(async (tx) => {
			await runs.get(tx, runId);
			return document.history(tx, runId);
		});
	}

	recordStep(runId: string, step: Step, ledger: readonly LedgerEntry[] = []): Promise<void> {
		return this.database.write(runId, async (tx) => {
			await runs.get(tx, runId);
			await records.saveStep(tx, runId, step, this.now());
			await records.addToLedger(tx, runId, this.now(), ledger);
		});
	}

	claimStep(runId: string, step: Step): Promise<{ claimed: boolean; step: RecordedStep }> {
		return this.database.write(runId, async (tx) => {
			await runs.get(tx, runId);
			const found = await records.findStep(tx, runId, step.key);
			if (found !== undefined && found.state !== 'failed') return { claimed: false, step: found };
			const started: Step = { ...step, state: 'started' };
			await records.saveStep(tx, runId, started, this.now());
			return { claimed: true, step: { ...started, startedAt: this.now(), updatedAt: this.now() } };
		});
	}

	findStep(runId: string, key: string): Promise<RecordedStep | undefined> {
		return this.database.read((tx) => records.findStep(tx, runId, key));
	}

	listSteps(
		runId: string,
		filter: { kind?: Step['kind']; node?: string; round?: number } = {},
	): Promise<RecordedStep[]> {
		return this.database.read((tx) => records.listSteps(tx, runId, filter));
	}

	ledger(runId: string): Promise<RecordedLedgerEntry[]> {
		return this.database.read((tx) => records.readLedger(tx, runId));
	}

	close(): Promise<void> {
		return this.database.close();
	}

	private now(): string {
		return new Date(this.environment.clock()).toISOString();
	}

	private async createRun(tx: Transaction, request: StartRunRequest): Promise<Run> {
		const runId = `run-${this.environment.newId()}`;
		const run = await runs.create(tx, runId, request, this.now());
		await document.declare(tx, runId, BUILT_IN_FIELDS);
		await document.declare(tx, runId, request.fields ?? []);
		const version = document.openVersion(tx, run, this.now());
		if (request.brief !== undefined) {
			await version.apply({ op: 'set', field: 'brief', value: request.brief }, 'start', true);
		}
		await version.finish('start');
		await records.addToLedger(tx, runId, this.now(), [
			{ layer: 'state', event: 'start', note: `Run '${run.title}' began.`, by: 'start' },
		]);
		return runs.get(tx, runId);
	}

	private async continueRun(tx: Transaction, run: Run, request: StartRunRequest): Promise<StartedRun> {
		await document.declare(tx, run.runId, request.fields ?? []);
		if (request.brief === undefined) return { run, created: false };
		const now = (await document.readFields(tx, run, run.version)).brief;
		if (now === request.brief) return { run, created: false };
		switch (now === undefined ? 'newVersion' : (request.ifBriefChanged ?? 'stop')) {
			case 'keep':
				return { run, created: false };
			case 'newVersion': {
				const version = document.openVersion(tx, run, this.now());
				await version.apply({ op: 'set', field: 'brief', value: request.brief }, 'start', true);
				await version.finish();
				return { run: await runs.get(tx, run.runId), created: false };
			}
			case 'startAnother': {
				const runKey = await runs.freeKey(tx, request.runKey);
				return { run: await this.createRun(tx, { ...request, runKey }), created: true };
			}
			case 'stop':
				throw new PipelineError(
					'brief_changed',
					`The run '${run.title}' was started with another brief: "${shorten(now)}". Now it is: "${shorten(request.brief)}".`,
					{ details: { runKey: request.runKey, recorded: now ?? null, now: request.brief } },
				);
		}
	}

	private async apply(
		tx: Transaction,
		run: Run,
		version: document.OpenVersion,
		request: WriteRequest,
	): Promise<WriteResult> {
		if (request.commandId !== undefined) {
			const recorded = await findCommand(tx, run.runId, request.commandId);
			if (recorded !== undefined) return recorded;
		}
		if (request.declare !== undefined) await document.declare(tx, run.runId, request.declare);
		for (const command of request.commands) {
			if (request.expectedVersion !== undefined) await version.refuseConflict(command, request.expectedVersion);
		}
		for (const command of request.commands) {
			await version.apply(command, request.by, request.asRecordKeeper ?? false);
		}
		for (const step of request.steps ?? []) await records.saveStep(tx, run.runId, step, this.now());
		await records.addToLedger(tx, run.runId, this.now(), request.ledger ?? []);
		if (request.status !== undefined) await runs.setStatus(tx, run.runId, request.status);
		if (request.title !== undefined) await runs.rename(tx, run.runId, request.title);
		if (request.commandId !== undefined) {
			await saveCommand(tx, run.runId, request.commandId, version.number(), request.outcome);
		}
		return {
			ok: true,
			version: version.number(),
			replayed: false,
			...(request.outcome === undefined ? {} : { outcome: request.outcome }),
		};
	}
}

async function refusalAsResult(tx: Transaction, work: () => Promise<WriteResult>): Promise<WriteResult> {
	try {
		return await tx.savepoint(work);
	} catch (error) {
		if (!isPipelineError(error) || error.code === 'store_unavailable') throw error;
		return { ok: false, failure: error.toFailure(), details: error.details };
	}
}

async function findCommand(tx: Transaction, runId: string, commandId: string): Promise<WriteResult | undefined> {
	const row: Row | undefined = (
		await tx.all('SELECT version, outcome FROM commands WHERE run_id = ? AND command_id = ?', runId, commandId)
	)[0];
	if (row === undefined) return undefined;
	const outcome: Json | undefined = typeof row.outcome === 'string' ? JSON.parse(row.outcome) : undefined;
	return {
		ok: true,
		version: Number(row.version),
		replayed: true,
		...(outcome === undefined ? {} : { outcome }),
	};
}

async function saveCommand(
	tx: Transaction,
	runId: string,
	commandId: string,
	version: number,
	outcome: Json | undefined,
): Promise<void> {
	await tx.run(
		'INSERT INTO commands (run_id, command_id, version, outcome) VALUES (?, ?, ?, ?)',
		runId,
		commandId,
		version,
		outcome === undefined ? null : JSON.stringify(outcome),
	);
}

function shorten(value: Json | undefined): string {
	const text = typeof value === 'string' ? value : '';
	return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
