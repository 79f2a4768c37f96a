import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { PipelineError, isPipelineError } from '../errors';
import {
	identifyWork,
	piecesOf,
	requestsOf,
	type Artefact,
	type Command,
	type JsonObject,
	type LedgerEntry,
	type StateDocument,
} from '../state';
import { readItemMedia, type ItemMedia } from './itemMedia';
import type { RunScope } from './runScope';
import { writeOrThrow } from './writeOrThrow';

/** Which run and round the items belong to, and how foreign work is named. */
export interface RegisterOptions {
	runId: string;
	idField: string;
	steps: ReadonlySet<string> | undefined;
	/** Fails with `input_refused` where a file of new work cannot be kept. Otherwise the work goes on without it. */
	wholeOnly?: boolean | undefined;
}

/** One item, and the round and place that it has where state does not know better. */
export interface Piece {
	item: INodeExecutionData;
	round: number;
	slot: number;
}

/**
 * The artefact that an item stands for. Work that no Greenlight node made is registered, its id taken from the item's own
 * id or from its content; work that another node changed on the way becomes a new version of its artefact. Files on the item are
 * kept with it. Fails with
 * `input_missing` for an item with nothing on it, `input_refused` for a second piece with the same id in this call,
 * `rolled_back` for work that is no longer there, `locked` for a change of approved work.
 */
export async function registerWork(
	context: IExecuteFunctions,
	scope: RunScope,
	found: { runId: string; round: number },
	item: INodeExecutionData,
	options: { idField: string; slot: number; steps: ReadonlySet<string> | undefined },
): Promise<Artefact> {
	const piece = { item, round: found.round, slot: options.slot };
	const files = await readItemMedia(context, item);
	const [artefact] = await register(scope, [{ piece, files }], { ...options, runId: found.runId });
	if (artefact === undefined) throw new PipelineError('internal', 'The state store gave no artefact.');
	if (isPipelineError(artefact)) throw artefact;
	return artefact;
}

/**
 * `registerWork` for many items of one run, with one look at the state and one write for those without files: each gets its
 * artefact or its error. Files are large, so items that have some take their turn alone.
 */
export async function registerAll(
	context: IExecuteFunctions,
	scope: RunScope,
	pieces: readonly Piece[],
	options: RegisterOptions,
): Promise<Array<Artefact | PipelineError>> {
	const results: Array<Artefact | PipelineError> = [];
	let waiting: Taken[] = [];
	for (const piece of pieces) {
		const files = await readItemMedia(context, piece.item, options.wholeOnly);
		waiting.push({ piece, files });
		if (files.length > 0) await registerWaiting();
	}
	await registerWaiting();
	return results;

	async function registerWaiting(): Promise<void> {
		const taken = waiting;
		waiting = [];
		results.push(...(await registerTogether(scope, taken, options)));
	}
}

async function registerTogether(
	scope: RunScope,
	taken: readonly Taken[],
	options: RegisterOptions,
): Promise<Array<Artefact | PipelineError>> {
	if (taken.length === 0) return [];
	try {
		return await register(scope, taken, options);
	} catch (error) {
		if (!isPipelineError(error)) throw error;
		if (taken.length === 1) return [error];
	}
	// One of them was refused, and which one is to be found out.
	const results: Array<Artefact | PipelineError> = [];
	for (const one of taken) results.push(...(await registerTogether(scope, [one], options)));
	return results;
}

interface Taken {
	piece: Piece;
	files: readonly ItemMedia[];
}

async function register(
	scope: RunScope,
	taken: readonly Taken[],
	options: RegisterOptions,
): Promise<Array<Artefact | PipelineError>> {
	for (;;) {
		const before = new Map(scope.registered);
		try {
			return await tryToRegister(scope, taken, options);
		} catch (error) {
			scope.registered.clear();
			for (const [id, hash] of before) scope.registered.set(id, hash);
			// Another execution registered something meanwhile: places and counts are to be found anew.
			if (!isPipelineError(error) || error.code !== 'conflict') throw error;
		}
	}
}

async function tryToRegister(
	scope: RunScope,
	taken: readonly Taken[],
	{ runId, idField, steps }: RegisterOptions,
): Promise<Array<Artefact | PipelineError>> {
	const asRead = await scope.store.read(runId);
	let document: StateDocument = asRead;
	const commands: Command[] = [];
	const kept: ItemMedia[] = [];
	const ledger: LedgerEntry[] = [];
	const results = taken.map(({ piece, files }) => {
		try {
			return registerOne(piece, files);
		} catch (error) {
			if (isPipelineError(error)) return error;
			throw error;
		}
	});
	if (commands.length === 0) return results;
	// The files first: an artefact never names one that is not there.
	for (const { file } of kept) await scope.store.keepMedia(runId, file);
	await writeOrThrow(scope.store, runId, {
		by: scope.nodeName,
		asRecordKeeper: true,
		commands,
		expectedVersion: asRead.version,
		ledger,
	});
	return results;

	function registerOne({ item, round, slot }: Piece, files: readonly ItemMedia[]): Artefact {
		const work: JsonObject = JSON.parse(JSON.stringify(item.json));
		const identified = identifyWork(document, work, {
			idField,
			slot,
			steps,
			round,
			step: scope.nodeName,
			media: files.map(({ media }) => media),
		});
		switch (identified.kind) {
			case 'empty':
				throw new PipelineError('input_missing', 'There is nothing on this item.', {
					hint: 'Look at the step before: it gave out an empty item.',
				});
			case 'gone':
				throw new PipelineError(
					'rolled_back',
					`'${String(item.json.title ?? item.json.artefactId)}' is no longer in this run.`,
				);
			case 'known':
				refuseTwin(scope, identified.artefact, item.json);
				return identified.artefact;
			case 'changed':
				refuseTwin(scope, identified.artefact, item.json);
				add('artefacts', [identified.artefact], files);
				note('changed', round);
				return identified.artefact;
			case 'foreign': {
				const { artefact, order } = identified;
				refuseTwin(scope, artefact, item.json);
				const replaced =
					order?.artefactId === undefined ? [] : [{ id: order.artefactId, status: 'replaced' }];
				const count = requestsOf(document).find(({ id }) => id === scope.node)?.count ?? 0;
				add('artefacts', [...replaced, artefact], files);
				note('registered', round);
				if (order === undefined) add('requested', [{ id: scope.node, count: count + 1 }], []);
				return artefact;
			}
		}
	}

	/** Says in the ledger what the last command is about. */
	function note(outcome: 'changed' | 'registered', round: number): void {
		for (const piece of piecesOf(commands.slice(-1))) {
			ledger.push({
				layer: 'handoff',
				event: 'work',
				note: `'${piece.artefactId}' came from a step that is not Greenlight's, ${outcome}.`,
				by: scope.nodeName,
				node: scope.node,
				round,
				outcome,
				pieces: [piece],
			});
		}
	}

	/** The next piece is looked at as if this were written. */
	function add(field: string, items: readonly object[], files: readonly ItemMedia[]): void {
		const entries: Array<JsonObject & { id: string }> = JSON.parse(JSON.stringify(items));
		commands.push({ op: 'mergeById', field, items: entries });
		kept.push(...files);
		document = { ...document, fields: { ...document.fields, [field]: merged(document, field, entries) } };
	}
}

function merged(document: StateDocument, field: string, entries: ReadonlyArray<JsonObject & { id: string }>) {
	const before = document.fields[field];
	const list = Array.isArray(before) ? [...before] : [];
	for (const entry of entries) {
		const at = list.findIndex((each) => Object(each).id === entry.id);
		if (at === -1) list.push(entry);
		else list[at] = { ...Object(list[at]), ...entry };
	}
	return list;
}

/** Two rows with one id would be one piece of work, and one of them lost. */
function refuseTwin(scope: RunScope, artefact: Artefact, json: INodeExecutionData['json']): void {
	if (typeof json.artefactId === 'string') return;
	const before = scope.registered.get(artefact.id);
	const now = artefact.contentHash;
	if (before !== undefined && before !== now) {
		throw new PipelineError('input_refused', `Two pieces of work have the same id '${artefact.id}'.`, {
			hint: "Give each row an id of its own. The Style Validator can take it from another field: 'ID Field'.",
		});
	}
	scope.registered.set(artefact.id, now);
}
