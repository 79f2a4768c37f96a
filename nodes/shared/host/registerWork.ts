import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { PipelineError, isPipelineError } from '../errors';
import { identifyWork, piecesOf, requestsOf, type Artefact, type Command, type JsonObject } from '../state';
import { readItemMedia, type ItemMedia } from './itemMedia';
import type { RunScope } from './runScope';
import { writeOrThrow } from './writeOrThrow';

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
	const files = await readItemMedia(context, item);
	for (;;) {
		try {
			return await register(scope, found, item.json, files, options);
		} catch (error) {
			// Another execution registered something meanwhile: places and counts are to be found anew.
			if (!isPipelineError(error) || error.code !== 'conflict') throw error;
		}
	}
}

async function register(
	scope: RunScope,
	found: { runId: string; round: number },
	json: IDataObject,
	files: readonly ItemMedia[],
	options: { idField: string; slot: number; steps: ReadonlySet<string> | undefined },
): Promise<Artefact> {
	const document = await scope.store.read(found.runId);
	const work: JsonObject = JSON.parse(JSON.stringify(json));
	const identified = identifyWork(document, work, {
		...options,
		round: found.round,
		step: scope.nodeName,
		media: files.map(({ media }) => media),
	});
	switch (identified.kind) {
		case 'empty':
			throw new PipelineError('input_missing', 'This item has nothing on it that could be checked.', {
				hint: 'Look at the step before: it gave out an empty item.',
			});
		case 'gone':
			throw new PipelineError(
				'rolled_back',
				`'${String(json.title ?? json.artefactId)}' is no longer in this run.`,
			);
		case 'known':
			refuseTwin(scope, identified.artefact, json);
			return identified.artefact;
		case 'changed':
			refuseTwin(scope, identified.artefact, json);
			await save([{ op: 'mergeById', field: 'artefacts', items: [identified.artefact] }], 'changed');
			return identified.artefact;
		case 'foreign': {
			const { artefact, order } = identified;
			refuseTwin(scope, artefact, json);
			const replaced = order?.artefactId === undefined ? [] : [{ id: order.artefactId, status: 'replaced' }];
			const count = requestsOf(document).find(({ id }) => id === scope.node)?.count ?? 0;
			const commands: Command[] = [
				{ op: 'mergeById', field: 'artefacts', items: [...replaced, artefact] },
				...(order === undefined
					? [{ op: 'mergeById' as const, field: 'requested', items: [{ id: scope.node, count: count + 1 }] }]
					: []),
			];
			await save(commands, 'registered');
			return artefact;
		}
	}

	/** The files first: an artefact never names one that is not there. */
	async function save(commands: Command[], outcome: 'changed' | 'registered'): Promise<void> {
		for (const { file } of files) await scope.store.keepMedia(found.runId, file);
		await writeOrThrow(scope.store, found.runId, {
			by: scope.nodeName,
			asRecordKeeper: true,
			commands,
			expectedVersion: document.version,
			ledger: piecesOf(commands).map((piece) => ({
				layer: 'handoff',
				event: 'work',
				note: `'${piece.artefactId}' came from a step that is not Greenlight's, ${outcome}.`,
				by: scope.nodeName,
				node: scope.node,
				round: found.round,
				outcome,
				pieces: [piece],
			})),
		});
	}
}

/** Two rows with one id would be one piece of work, and one of them lost. */
function refuseTwin(scope: RunScope, artefact: Artefact, json: IDataObject): void {
	if (typeof json.artefactId === 'string') return;
	const before = scope.registered.get(artefact.id);
	const now = artefact.contentHash;
	if (before !== undefined && before !== now) {
		throw new PipelineError('input_refused', `Two pieces of work have the same id '${artefact.id}'.`, {
			hint: "Give each row an id of its own, or choose another 'ID Field'.",
		});
	}
	scope.registered.set(artefact.id, now);
}
