/** How runs begin and go on under their key. Called inside the store's transactions. */
import { PipelineError } from '../errors';
import type { Transaction } from './backends/database';
import { BUILT_IN_FIELDS } from './builtInFields';
import { Draft } from './draft';
import { findEntry, liveEntries } from './entries';
import { isObject, type Json } from './json';
import * as runs from './runs';
import type { Run, StartRunRequest, StartedRun } from './stateStore';

/** What a new run is named by, and when it begins. */
export interface Beginning {
	runId: string;
	/** ISO 8601, UTC. */
	at: string;
}

/** A run that has its fields and nothing in them yet. */
export async function beginRun(
	tx: Transaction,
	{ runId, at }: Beginning,
	request: StartRunRequest & { forkedFrom?: string },
): Promise<Draft> {
	await runs.create(tx, runId, request, at);
	const draft = await Draft.open(tx, runId, at);
	await draft.declare([...BUILT_IN_FIELDS, ...(request.fields ?? [])]);
	draft.addToLedger({ layer: 'state', event: 'start', note: `Run '${request.title}' began.`, by: 'start' });
	return draft;
}

export async function createRun(
	tx: Transaction,
	beginning: Beginning,
	request: StartRunRequest,
): Promise<StartedRun> {
	const draft = await beginRun(tx, beginning, request);
	if (request.brief !== undefined) {
		await draft.command({ op: 'set', field: 'brief', value: request.brief }, 'start', true);
	}
	await draft.save('start');
	for (const ref of request.linkedAs ?? []) await runs.link(tx, beginning.runId, { ref, round: 0 }, false);
	return { run: await runs.get(tx, beginning.runId), created: true };
}

/** Goes on with the run of a key. Nothing, and nothing is written, when the request wants another run for its brief. */
export async function continueRun(
	tx: Transaction,
	run: Run,
	request: StartRunRequest,
	at: string,
): Promise<StartedRun | undefined> {
	const { brief, ifBriefChanged = 'stop' } = request;
	const now = await briefOf(tx, run.runId);
	const isOther = brief !== undefined && now !== undefined && brief !== now;
	if (isOther && ifBriefChanged === 'startAnother') return undefined;
	if (run.status === 'stopped') return { run, created: false };
	const draft = await Draft.open(tx, run.runId, at);
	await draft.declare(request.fields ?? []);
	if (isOther && ifBriefChanged === 'stop') {
		throw new PipelineError(
			'brief_changed',
			`The run '${run.title}' was started with another brief: "${shorten(now)}". Now it is: "${shorten(brief)}".`,
			{ details: { runKey: request.runKey, recorded: now, now: brief } },
		);
	}
	if (brief !== undefined && brief !== now && !(isOther && ifBriefChanged === 'keep')) {
		await draft.command({ op: 'set', field: 'brief', value: brief }, 'start', true);
		if (isOther) {
			const items = (await currentWork(tx, run.runId)).map((id) => ({ id, stale: true }));
			await draft.command({ op: 'mergeById', field: 'artefacts', items }, 'start', true);
		}
	}
	await draft.save();
	return { run: await runs.get(tx, run.runId), created: false };
}

/** The run of a key, if it has this brief; a new one, if the key has none. */
export async function startWithBrief(
	tx: Transaction,
	beginning: Beginning,
	request: StartRunRequest,
): Promise<StartedRun | undefined> {
	const known = await runs.findByKey(tx, request.runKey);
	if (known === undefined) return createRun(tx, beginning, request);
	return (await briefOf(tx, known.runId)) === request.brief ? { run: known, created: false } : undefined;
}

/** Ids of all work but what was replaced. */
async function currentWork(tx: Transaction, runId: string): Promise<string[]> {
	const entries = await liveEntries(tx, runId);
	return entries.flatMap(({ field, entry, value }) =>
		field === 'artefacts' && isObject(value) && value.status !== 'replaced' ? [entry] : [],
	);
}

async function briefOf(tx: Transaction, runId: string): Promise<Json | undefined> {
	return (await findEntry(tx, runId, 'brief', ''))?.value;
}

function shorten(value: Json): string {
	const characters = typeof value === 'string' ? [...value] : [];
	return characters.length > 160 ? `${characters.slice(0, 160).join('')}…` : characters.join('');
}
