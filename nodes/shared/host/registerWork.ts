import type { IDataObject } from 'n8n-workflow';
import { PipelineError } from '../errors';
import { ITEM_KEYS, artefactsOf, hashOf, type Artefact, type Json, type JsonObject } from '../state';
import type { RunScope } from './runScope';

const OWN_KEYS = new Set<string>(ITEM_KEYS.filter((key) => key !== 'title'));

/**
 * The artefact that an item stands for. Work that no Greenlight node made is registered, its id taken from the item's `id`
 * or from its content; work that another node changed on the way becomes a new version of its artefact.
 */
export async function registerWork(
	scope: RunScope,
	found: { runId: string; round: number },
	json: IDataObject,
	options: { idField: string; slot: number },
): Promise<Artefact> {
	const document = await scope.store.read(found.runId);
	const artefacts = artefactsOf(document);
	const known = artefacts.find(({ id }) => id === json.artefactId);
	const content = contentOf(json, known);
	const contentHash = hashOf(content);
	if (known !== undefined && known.contentHash === contentHash) return known;
	const ownId = json[options.idField];
	const id = known?.id ?? (ownId === undefined || ownId === '' ? `work-${contentHash.slice(0, 8)}` : String(ownId));
	const before = artefacts.find((artefact) => artefact.id === id);
	if (before !== undefined && before.contentHash === contentHash) return before;
	const artefact: Artefact = {
		id,
		kind: before?.kind ?? (typeof json.kind === 'string' && json.kind !== '' ? json.kind : 'work'),
		title: titleOf(content, id),
		slot: before?.slot ?? freeSlot(artefacts, options.slot),
		round: found.round,
		status: 'new',
		why: '',
		locked: false,
		stale: false,
		contentHash,
		content,
		madeFrom: before?.madeFrom ?? [],
		by: before?.by ?? scope.nodeName,
	};
	const isForeign = before === undefined;
	const [result] = await scope.store.write(found.runId, [
		{
			by: scope.nodeName,
			asRecordKeeper: true,
			commands: [
				{ op: 'mergeById', field: 'artefacts', items: [artefact] },
				...(isForeign
					? [
							{
								op: 'mergeById' as const,
								field: 'requested',
								items: [{ id: scope.node, count: ownCount(document.fields.requested, scope.node) + 1 }],
							},
						]
					: []),
			],
		},
	]);
	if (result?.ok === false) throw new PipelineError(result.failure.code, result.failure.message);
	return artefact;
}

/** The work itself: what the artefact has, as the item has it now, or everything on the item that is not Greenlight's. */
function contentOf(json: IDataObject, known: Artefact | undefined): Record<string, Json> {
	const names =
		known === undefined ? Object.keys(json).filter((key) => !OWN_KEYS.has(key)) : Object.keys(known.content);
	const present = known === undefined ? names : names.filter((name) => json[name] !== undefined);
	const copy: JsonObject = JSON.parse(JSON.stringify(Object.fromEntries(present.map((name) => [name, json[name]]))));
	const content: Record<string, Json> = { ...known?.content };
	for (const [name, value] of Object.entries(copy)) if (value !== undefined) content[name] = value;
	return content;
}

function titleOf(content: Readonly<Record<string, Json>>, id: string): string {
	const title = content.title ?? content.name ?? content.headline;
	return typeof title === 'string' && title !== '' ? title : id;
}

function freeSlot(artefacts: readonly Artefact[], wanted: number): number {
	const taken = new Set(artefacts.map(({ slot }) => slot));
	let slot = wanted;
	while (taken.has(slot)) slot += 1;
	return slot;
}

function ownCount(requested: Json | undefined, node: string): number {
	if (!Array.isArray(requested)) return 0;
	const own = requested.find((entry) => Object(entry).id === node);
	const count: unknown = Object(own).count;
	return typeof count === 'number' ? count : 0;
}

