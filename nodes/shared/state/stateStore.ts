/**
 * The shared state of a run: one typed, versioned document with records beside it. Every sentence here has a clause in
 * `test/conformance/`, which every backend passes unmodified.
 */
import type { Failure } from '../errors';
import type { Media, RunStatus } from './fields';
import type { Json, JsonObject } from './json';
import type { LedgerEntry, RecordedLedgerEntry } from './ledger';
import type { ProcessFacts, SeenProcess } from './processes';

export type { LedgerEntry, LedgerPiece, RecordedLedgerEntry } from './ledger';
export type { ProcessFacts, SeenProcess } from './processes';

/** How writes to a field combine. A field has exactly one rule, given when it is declared. */
export type MergeRule = 'set' | 'append' | 'mergeById' | 'increment' | 'writeOnce';

/** The part of JSON Schema that a field's values are checked against. `{}` accepts everything that JSON can carry. */
export interface FieldType {
	type?: 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array';
	items?: FieldType;
	properties?: Readonly<Record<string, FieldType>>;
	required?: readonly string[];
	enum?: readonly (string | number)[];
	minimum?: number;
	maximum?: number;
	maxLength?: number;
}

export interface FieldDeclaration {
	name: string;
	/** What the value, or for `append` and `mergeById` each entry, must look like with what is written. */
	type: FieldType;
	rule: MergeRule;
	/** Content can be rolled back; records only grow and are written only by their own step. */
	part: 'content' | 'record';
}

/** One change to one field. `mergeById` entries are objects with an `id`; given members replace, others stay. */
export type Command =
	| { op: 'set'; field: string; value: Json }
	| { op: 'append'; field: string; values: readonly Json[] }
	| { op: 'mergeById'; field: string; items: ReadonlyArray<JsonObject & { id: string }> }
	| { op: 'increment'; field: string; by: number }
	| { op: 'writeOnce'; field: string; value: Json }
	| { op: 'lock' | 'unlock'; artefactId: string };

export interface Run {
	runId: string;
	runKey: string;
	title: string;
	status: RunStatus;
	/** Who has to act and why, when the run is with a person. */
	statusNote: string;
	/** Latest version of the document, 0 before the first write. */
	version: number;
	/** `editor` when started by the button in the editor. Shown, never used for logic. */
	startedFrom: 'editor' | 'production';
	workflowId: string;
	/** `<runId>@<version>` of the run that this one began as a copy of. */
	forkedFrom?: string;
	/** ISO 8601, UTC. */
	createdAt: string;
	updatedAt: string;
	/** Money recorded for the run's answered calls; calls of unknown price are counted in `unpricedCalls`. */
	costUsd: number;
	unpricedCalls: number;
	/** What the run may spend in all; null: as much as it needs. */
	spendCapUsd: number | null;
	/**
	 * Money that is set aside under a cap: for calls in flight, and for calls of which nobody knows whether they were billed.
	 * `costUsd` and this together never pass the cap.
	 */
	heldUsd: number;
	/** What the run was expected to cost before its first paid call; null when nobody said, or a price is unknown. */
	estimateUsd: number | null;
}

export interface RunFilter {
	status?: RunStatus;
	/** Words of the name, the key or the id. */
	search?: string;
	hasReview?: boolean;
	limit?: number;
}

export interface StartRunRequest {
	/** The caller's own name for the run. The same key gives the same run, never two. */
	runKey: string;
	title: string;
	/** The brief as typed; written to the content field `brief`. */
	brief?: string;
	/** What to do when the key's run has another brief. */
	ifBriefChanged?: 'stop' | 'keep' | 'newVersion' | 'startAnother';
	startedFrom: 'editor' | 'production';
	workflowId: string;
	/** The user's own fields, beside the built-in ones. */
	fields?: readonly FieldDeclaration[];
	/** For a new run. That of a known one is changed by `WriteRequest.spendCapUsd`. */
	spendCapUsd?: number | null;
	/** A new run is reachable under these names of executions at once: whoever asks after a crash finds it. */
	linkedAs?: readonly string[];
}

export interface StartedRun {
	run: Run;
	/** False when the key already had a run. */
	created: boolean;
}

/** A run's document at one version. */
export interface StateDocument {
	runId: string;
	version: number;
	/** Every field that has a value. Fields of entries (`append`, `mergeById`) are always there, as lists in the order of writing. */
	fields: JsonObject;
}

/** An entry with the run that it is of, as the run is now. */
export interface LedgerRow {
	run: Run;
	entry: RecordedLedgerEntry;
}

export interface LedgerPageRequest {
	/** Only of this run. */
	runId?: string;
	/** Only of runs that began at this time or later; ISO 8601, UTC. */
	begunSince?: string;
	/** Goes on after this row, the last one of the page before. */
	after?: LedgerRow;
	/** Rows at most, from 1. */
	limit: number;
}

/**
 * What a step was asked and what it answered, under its key. `started` is written before a paid call is sent, `answered`
 * before its answer is passed on.
 */
export interface Step {
	key: string;
	kind: 'call' | 'arrival' | 'decision';
	state: 'started' | 'answered' | 'failed';
	/** `workflowId/node name`. */
	node: string;
	round: number;
	slot: string;
	/** Answer, arrival or decision. */
	answer?: Json;
	failure?: Failure;
	/** Money: a number, or null when the price is unknown. */
	costUsd?: number | null;
	/** The process that works on it, so that a step in flight here is told from one whose process died. */
	owner?: string;
	/** By how much the run's held money changes with this record; negative when what was held is settled. */
	holdUsd?: number;
}

/** Money that a call may need, to be set aside before it is sent. */
export interface Hold {
	/** At most, US dollars; null when nobody can say. */
	usd: number | null;
	/** The model that is asked, and the step that asks, for the sentence about a refusal. */
	model: string;
	by: string;
	/** Asked for again when the cap refuses it: then nothing is noted. */
	isTrial?: boolean;
}

export interface RecordedStep extends Step {
	startedAt: string;
	updatedAt: string;
}

/** What one item of a node call wants written, all or nothing. */
export interface WriteRequest {
	commands: readonly Command[];
	/** The writing step's name, for history and conflicts. */
	by: string;
	/** Same id: nothing happens a second time and the recorded `outcome` comes back. */
	commandId?: string;
	/** The version that the writer read. If a field that is being written changed since: `conflict`. */
	expectedVersion?: number;
	/** Record fields are writable only with this, which no user-facing operation sets. */
	asRecordKeeper?: boolean;
	/** Declares fields that the run does not know yet, in the same transaction. */
	declare?: readonly FieldDeclaration[];
	/** Kept with `commandId` and returned on replay. */
	outcome?: Json;
	steps?: readonly Step[];
	ledger?: readonly LedgerEntry[];
	/** Set together with the write. */
	status?: { status: RunStatus; note?: string };
	/** The run's name from now on. */
	title?: string;
	/** What the run may spend from now on; null: as much as it needs. */
	spendCapUsd?: number | null;
	estimateUsd?: number | null;
}

export type WriteResult =
	| { ok: true; version: number; replayed: boolean; outcome?: Json }
	| { ok: false; failure: Failure; details: Readonly<Record<string, unknown>> };

/** One version of the document: who made it and which fields it changed. */
export interface Version {
	version: number;
	at: string;
	by: string;
	kind: 'start' | 'write' | 'rollback';
	fields: string[];
	checkpoints: string[];
}

/** One difference between two versions, small enough for a table row. */
export interface Difference {
	field: string;
	/** Id or position of the entry within the field; empty for a field with one value. */
	entry: string;
	/** Member within the entry, with dots; empty when the whole entry came or went. */
	path: string;
	change: 'added' | 'removed' | 'changed';
	before: Json;
	after: Json;
}

/** What a change of one piece of work, or of the intent, would make out of date. */
export interface Impact {
	/** Ids in the order in which they would have to be made again. */
	stale: string[];
	/** What making them cost, as an estimate of making them again; null when a price is unknown. */
	costUsd: number | null;
}

/** Whether the run's versions are what they were when they were written. */
export type Verification =
	{ ok: true; versions: number } | { ok: false; firstBadVersion: number; problem: string };

/** Where in n8n a run is being worked on. */
export interface ExecutionLink {
	/** A name that is unique among executions: the execution id, or a token that survives a retry. */
	ref: string;
	/** The round that this execution has reached; items without a round belong to it. */
	round: number;
}

/** A file of a run's work, whole. */
export interface MediaFile {
	bytes: Uint8Array;
	mimeType: string;
	fileName?: string;
}

/** Which step records are wanted; all where nothing is said. */
export interface StepFilter {
	kind?: Step['kind'];
	node?: string;
	round?: number;
	/** Only so many of the latest. */
	last?: number;
}

export interface StateStore {
	/**
	 * Begins the run of a key, or gives back the one it has. Another brief under a known key is refused as `brief_changed`
	 * with both briefs in `details`, unless `ifBriefChanged` says otherwise; with a new version of the brief, all work that was
	 * made from the old one is marked stale. A stopped run is given back as it is.
	 */
	startRun(request: StartRunRequest): Promise<StartedRun>;
	/** Fails with `run_not_found`. */
	getRun(runId: string): Promise<Run>;
	/** Newest first. `hasReview`: only those with a review that the run was not seen to go on from. */
	listRuns(filter?: RunFilter): Promise<Run[]>;
	/** The run is reachable under the link's name from now on; the link's round never goes back unless `reset` is set. */
	linkExecution(runId: string, link: ExecutionLink, options?: { reset?: boolean }): Promise<void>;
	/** Runs linked under any of the names, with the round of the first name that has a link. */
	findLinkedRuns(refs: readonly string[]): Promise<Array<{ run: Run; ref: string; round: number }>>;
	/** The latest document, or the one at a version or a checkpoint (`checkpoint_not_found`). */
	read(runId: string, at?: number | string): Promise<StateDocument>;
	/** The fields that the run knows, built-in ones first. */
	declaredFields(runId: string): Promise<FieldDeclaration[]>;
	/**
	 * Applies all requests in one transaction, each of them wholly or not at all: a refused one changes nothing and does not
	 * stop the others. If anything changed, the document has exactly one new version. Names of more than `MAX_NAME` characters are
	 * refused (`input_refused`), here as everywhere, and names of fields that every JavaScript object has. A stopped run refuses
	 * every change of its document (`run_closed`) and keeps its status; steps and ledger are still written, since what was
	 * asked was paid.
	 */
	write(runId: string, requests: readonly WriteRequest[]): Promise<WriteResult[]>;
	/**
	 * Names the latest version. The same name again moves it, but not under the same command id. A number alone is refused
	 * (`input_refused`), since it is a version.
	 */
	checkpoint(runId: string, name: string, by: string, commandId?: string): Promise<number>;
	/**
	 * Makes a NEW version whose content is that of an earlier version or checkpoint; none if it is that already. Records
	 * stay; artefacts that are locked, or named in `keep`, stay as they are. Of other artefacts comes back what was made, not
	 * what was thought of it: that is what the records say of their content, and nothing comes back locked.
	 */
	rollBack(
		runId: string,
		to: number | string,
		options: { by: string; keep?: readonly string[]; commandId?: string },
	): Promise<WriteResult>;
	/** Every version, oldest first. */
	history(runId: string): Promise<Version[]>;
	/** By name, each with the version that it names. */
	listCheckpoints(runId: string): Promise<Array<{ name: string; version: number }>>;
	/** What differs between two versions or checkpoints, field by field. Equal versions: nothing. */
	compare(runId: string, from: number | string, to: number | string): Promise<Difference[]>;
	/**
	 * Begins a new run as a copy of another's content, at its latest or a given version or checkpoint. Its media come along. Records,
	 * steps and spend start empty; nothing is locked. The same fork again gives back the copy that is there. Refused
	 * (`input_refused`): a key that another run has, or a copy of another version than the given one.
	 */
	fork(
		runId: string,
		request: { runKey: string; title?: string; at?: number | string; by: string },
	): Promise<StartedRun>;
	/** What depends, directly or through other work, on an artefact or on `intent`. */
	impact(runId: string, changed: string): Promise<Impact>;
	/**
	 * Recomputes the chain of row hashes. Finds a version that was changed, deleted or reordered through SQL, a changed body,
	 * a tail that was cut off, a present state or a snapshot that is not what the versions add up to, a checkpoint of a
	 * version that does not exist, a declaration that is missing, unreadable or not that of the built-in field, and media that
	 * are missing or have changed; not what somebody did who rebuilt the whole
	 * chain. Names the first version that is wrong.
	 */
	verify(runId: string): Promise<Verification>;
	/**
	 * The whole run as lines of JSON, media included, to keep or to import elsewhere; the same run is the same lines in
	 * every backend.
	 */
	exportRun(runId: string): Promise<string[]>;
	/**
	 * Adds an exported run, exactly as it was. Refused (`input_refused`): a run or key that is there already, lines that are cut
	 * off or of another kind, rows that no store has made.
	 */
	importRun(lines: readonly string[]): Promise<Run>;
	/**
	 * Deletes runs that nobody has touched (written to, or begun a step or an execution on) since `before`. Runs with
	 * approved (locked) work are kept unless asked. Media go with their run, and media of no run that are as old. Gives back
	 * the ids; fails, when all is done, if media could not be removed.
	 */
	deleteRuns(request: { before: string; alsoApproved?: boolean }): Promise<string[]>;
	/** Writes the step and, if given, ledger entries. Makes no version. */
	recordStep(runId: string, step: Step, ledger?: readonly LedgerEntry[]): Promise<void>;
	/**
	 * Writes the step as `started` if its key has none or a `failed` one. Otherwise gives back what is recorded. Two
	 * callers at once: exactly one gets `claimed`.
	 *
	 * With `hold`, a claim on a run with a spend cap sets the money aside in the same transaction, and says so in `heldUsd`.
	 * Where that would pass the cap, nothing is claimed: `budget_exhausted`, or `price_unknown` for an amount that nobody
	 * knows; the refusal stands in the ledger, unless the cap refused a trial.
	 */
	claimStep(
		runId: string,
		step: Step,
		hold?: Hold,
	): Promise<{ claimed: boolean; step: RecordedStep; heldUsd?: number }>;
	/** Sets more money aside for a claimed step. Refused as `claimStep` does. Nothing to do on a run without a cap. */
	hold(runId: string, hold: Hold): Promise<void>;
	findStep(runId: string, key: string): Promise<RecordedStep | undefined>;
	/** In the order in which they were recorded first, which is no order of the work: questions asked side by side come as it happens. */
	listSteps(runId: string, filter?: StepFilter): Promise<RecordedStep[]>;
	/**
	 * Keeps a file and gives back what an artefact names under `media`. The same bytes again are stored once, under the name
	 * that they had first. Makes no version. Refused: more than `MAX_MEDIA_BYTES` (`value_too_large`), an unknown run.
	 */
	keepMedia(runId: string, file: MediaFile): Promise<Media>;
	/**
	 * The file as it was kept. Fails with `input_refused` when the run has none of that hash, with `store_unavailable` when
	 * its bytes are missing or have changed.
	 */
	readMedia(runId: string, hash: string): Promise<MediaFile>;
	/** The append-only list of what happened, oldest first. */
	/** `last`: only so many of the latest, in the same order. */
	ledger(runId: string, last?: number): Promise<RecordedLedgerEntry[]>;
	/**
	 * The same of one run or of many, a page at a time, so that a ledger of any length can be read. Runs come one after the
	 * other, each run's entries oldest first. A page with fewer rows than its limit is the last.
	 */
	ledgerPage(request: LedgerPageRequest): Promise<LedgerRow[]>;
	/** Puts down that a process uses this store, once more each time; one that is not heard of for a day is forgotten. */
	noteProcess(processId: string, facts: ProcessFacts): Promise<void>;
	/** The processes of which this store has heard within a day, the last one first. */
	listProcesses(): Promise<SeenProcess[]>;
	close(): Promise<void>;
}
