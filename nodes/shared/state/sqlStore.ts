import { PipelineError, isPipelineError } from '../errors';
import type { Database, Row, Transaction } from './backends/database';
import { BUILT_IN_FIELDS } from './builtInFields';
import * as document from './document';
import { verifyRun } from './audit';
import { compareEntry } from './compare';
import type { Json, JsonObject } from './json';
import { impactOf } from './lineage';
import * as records from './records';
import * as runs from './runs';
import { deleteRun, exportRun, importRun } from './transfer';
import { artefactsOf } from './views';
import type {
	Command,
	Difference,
	ExecutionLink,
	FieldDeclaration,
	Impact,
	LedgerEntry,
	RecordedLedgerEntry,
	RecordedStep,
	Run,
	StartRunRequest,
	StartedRun,
	StateDocument,
	StateStore,
	Step,
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
			await tx.lock(known.runId);
			return this.continueRun(tx, await runs.get(tx, known.runId), request);
		});
	}

	getRun(runId: string): Promise<Run> {
		return this.database.read((tx) => runs.get(tx, runId));
	}

	listRuns(filter: { status?: Run['status']; search?: string; limit?: number } = {}): Promise<Run[]> {
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

	checkpoint(runId: string, name: string, by: string, commandId?: string): Promise<number> {
		return this.database.write(runId, async (tx) => {
			const run = await runs.get(tx, runId);
			if (name.trim() === '') throw new PipelineError('input_missing', "'Checkpoint Name' is empty.");
			const recorded = commandId === undefined ? undefined : await findCommand(tx, runId, commandId);
			if (recorded?.ok === true) return recorded.version;
			if (commandId !== undefined) await saveCommand(tx, runId, commandId, run.version, undefined);
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
			await runs.touch(tx, runId, this.now());
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
			await runs.touch(tx, runId, this.now());
			return { ok: true, version: number, replayed: false };
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
			const rows = await tx.all(
				'SELECT name, version FROM checkpoints WHERE run_id = ? ORDER BY name',
				runId,
			);
			return rows.map((row) => ({ name: String(row.name), version: Number(row.version) }));
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
			const known = await runs.findByKey(tx, request.runKey);
			if (known?.forkedFrom?.startsWith(`${runId}@`) === true) return { run: known, created: false };
			if (known !== undefined) {
				throw new PipelineError('input_refused', `There is a run with the key '${request.runKey}' already.`);
			}
			const at =
				request.at === undefined ? origin.version : await document.resolveVersion(tx, origin, request.at);
			const declared = [...(await document.declarations(tx, runId)).values()];
			const run = await this.createRun(tx, {
				runKey: request.runKey,
				title: request.title ?? `${origin.title} (copy)`,
				startedFrom: origin.startedFrom,
				workflowId: origin.workflowId,
				fields: declared.filter(({ name }) => !BUILT_IN_FIELDS.some((field) => field.name === name)),
				forkedFrom: `${runId}@${at}`,
			});
			const version = document.openVersion(tx, run, this.now());
			for (const command of copyCommands(declared, await document.readFields(tx, origin, at))) {
				await version.apply(command, request.by, true);
			}
			await version.finish('start');
			return { run: await runs.get(tx, run.runId), created: true };
		});
	}

	impact(runId: string, changed: string): Promise<Impact> {
		return this.database.read(async (tx) => {
			const run = await runs.get(tx, runId);
			const fields = await document.readFields(tx, run, run.version);
			return impactOf(artefactsOf({ runId, version: run.version, fields }), changed);
		});
	}

	verify(runId: string): Promise<Verification> {
		return this.database.read(async (tx) => verifyRun(tx, await runs.get(tx, runId)));
	}

	exportRun(runId: string): Promise<string[]> {
		return this.database.read(async (tx) => {
			await runs.get(tx, runId);
			return exportRun(tx, runId);
		});
	}

	importRun(lines: readonly string[]): Promise<Run> {
		return this.database.write('import', async (tx) => runs.get(tx, await importRun(tx, lines)));
	}

	async deleteRuns(request: { before: string; alsoApproved?: boolean }): Promise<string[]> {
		const find = (tx: Transaction): Promise<string[]> =>
			runs.findOld(tx, request.before, request.alsoApproved ?? false);
		const deleted: string[] = [];
		for (const runId of await this.database.read(find)) {
			const isDeleted = await this.database.write(runId, async (tx) => {
				// Somebody may have gone on with it meanwhile.
				if (!(await find(tx)).includes(runId)) return false;
				await deleteRun(tx, runId);
				return true;
			});
			if (isDeleted) deleted.push(runId);
		}
		return deleted;
	}

	recordStep(runId: string, step: Step, ledger: readonly LedgerEntry[] = []): Promise<void> {
		return this.database.write(runId, async (tx) => {
			await runs.get(tx, runId);
			await records.saveStep(tx, runId, step, this.now());
			await records.addToLedger(tx, runId, this.now(), ledger);
			await runs.touch(tx, runId, this.now());
		});
	}

	claimStep(runId: string, step: Step): Promise<{ claimed: boolean; step: RecordedStep }> {
		return this.database.write(runId, async (tx) => {
			await runs.get(tx, runId);
			const found = await records.findStep(tx, runId, step.key);
			if (found !== undefined && found.state !== 'failed') return { claimed: false, step: found };
			const now = this.now();
			await records.saveStep(tx, runId, { ...step, state: 'started' }, now);
			await runs.touch(tx, runId, now);
			const recorded = await records.findStep(tx, runId, step.key);
			return {
				claimed: true,
				step: recorded ?? { ...step, state: 'started', startedAt: now, updatedAt: now },
			};
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

	private async createRun(tx: Transaction, request: StartRunRequest & { forkedFrom?: string }): Promise<Run> {
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
			case 'startAnother':
				return this.startAnother(tx, request);
			case 'stop':
				throw new PipelineError(
					'brief_changed',
					`The run '${run.title}' was started with another brief: "${shorten(now)}". Now it is: "${shorten(request.brief)}".`,
					{ details: { runKey: request.runKey, recorded: now ?? null, now: request.brief } },
				);
		}
	}

	/** The first of "<key> (2)", "<key> (3)", … that no run has, or whose run has this brief. */
	private async startAnother(tx: Transaction, request: StartRunRequest): Promise<StartedRun> {
		for (let number = 2; ; number++) {
			const runKey = `${request.runKey} (${number})`;
			await tx.lock(`key ${runKey}`);
			const known = await runs.findByKey(tx, runKey);
			if (known === undefined)
				return { run: await this.createRun(tx, { ...request, runKey }), created: true };
			const { brief } = await document.readFields(tx, known, known.version);
			if (brief === request.brief) return { run: known, created: false };
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
			if (request.expectedVersion !== undefined)
				await version.refuseConflict(command, request.expectedVersion);
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

/** What writes a run's content into another one: nothing of it is locked there. */
function copyCommands(declared: readonly FieldDeclaration[], fields: JsonObject): Command[] {
	return declared.flatMap(({ name: field, rule, part }): Command[] => {
		const value = fields[field];
		if (part !== 'content' || value === undefined) return [];
		switch (rule) {
			case 'set':
			case 'writeOnce':
				return [{ op: rule, field, value }];
			case 'increment':
				return [{ op: 'increment', field, by: Number(value) }];
			case 'append':
				return [{ op: 'append', field, values: Array.isArray(value) ? value : [] }];
			case 'mergeById': {
				const items = Array.isArray(value) ? value.map((entry) => ({ ...Object(entry) })) : [];
				const unlocked = items.map((item) =>
					item.locked === true ? { ...item, locked: false, status: 'passed' } : item,
				);
				return [{ op: 'mergeById', field, items: unlocked }];
			}
		}
	});
}

async function refusalAsResult(tx: Transaction, work: () => Promise<WriteResult>): Promise<WriteResult> {
	try {
		return await tx.savepoint(work);
	} catch (error) {
		if (!isPipelineError(error) || error.code === 'store_unavailable') throw error;
		return { ok: false, failure: error.toFailure(), details: error.details };
	}
}

async function findCommand(
	tx: Transaction,
	runId: string,
	commandId: string,
): Promise<WriteResult | undefined> {
	const row: Row | undefined = (
		await tx.all(
			'SELECT version, outcome FROM commands WHERE run_id = ? AND command_id = ?',
			runId,
			commandId,
		)
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
	const characters = typeof value === 'string' ? [...value] : [];
	return characters.length > 160 ? `${characters.slice(0, 160).join('')}…` : characters.join('');
}
