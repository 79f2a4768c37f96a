import { contentHashOf } from './contentHash';
import { firstWords } from './firstWords';
import { ITEM_KEYS, artefactSchema, type Artefact, type Media, type RetryOrder } from './fields';
import type { Json, JsonObject } from './json';
import type { StateDocument } from './stateStore';
import { artefactsOf, roundsOf, requestsOf } from './views';

/** Begins the id of work that has none of its own. */
const OF_CONTENT = 'work-';

const OWN_KEYS = new Set<string>(ITEM_KEYS.filter((key) => key !== 'title'));

/** What an item is to its run. */
export type Identified =
	/** As state has it, or as state had it before: nothing is to be written. */
	| { kind: 'known'; artefact: Artefact }
	/** Another step changed it on the way: a new version of the same artefact. */
	| { kind: 'changed'; artefact: Artefact }
	/** Made by no Greenlight step; with `order` it takes the place of what was sent back. */
	| { kind: 'foreign'; artefact: Artefact; order: RetryOrder | undefined }
	/** It was an artefact, and a rollback took it back. */
	| { kind: 'gone' }
	/** There is nothing on it. */
	| { kind: 'empty' };

/** Where an item came, and the files on it. */
interface Arrived {
	round: number;
	idField: string;
	slot: number;
	step: string;
	steps?: ReadonlySet<string> | undefined;
	media?: readonly Media[];
}

/**
 * Says what an item is, from its JSON, its files and the run's state. Work without an id of its own is known by its content. What a step
 * in between dropped, a field or a file, still belongs to the work.
 */
export function identifyWork(document: StateDocument, json: JsonObject, at: Arrived): Identified {
	const { media = [] } = at;
	const artefacts = artefactsOf(document);
	const carried = typeof json.artefactId === 'string' && json.artefactId !== '' ? json.artefactId : undefined;
	const own = carried === undefined ? ownIdOf(json, at.idField) : undefined;
	const known =
		carried === undefined ? ownWork(artefacts, own, at) : artefacts.find(({ id }) => id === carried);
	if (carried !== undefined && known === undefined) return { kind: 'gone' };
	if (known !== undefined) return identifyKnown(document, json, known, at);
	const content = contentOf(
		json,
		Object.keys(json).filter((key) => !OWN_KEYS.has(key)),
	);
	if (Object.keys(content).length === 0 && media.length === 0) return { kind: 'empty' };
	const contentHash = contentHashOf(content, media);
	const same =
		own === undefined
			? artefacts.find((artefact) => artefact.contentHash === contentHash && artefact.by === at.step)
			: undefined;
	if (same !== undefined) return { kind: 'known', artefact: same };
	const order = openOrder(document, artefacts, at.round);
	const isTaken = artefacts.some(({ id }) => id === own);
	const id =
		own === undefined ? `${OF_CONTENT}${contentHash.slice(0, 8)}` : isTaken ? `${at.step}: ${own}` : own;
	const artefact: Artefact = {
		id,
		kind: typeof json.kind === 'string' && json.kind !== '' ? json.kind : 'work',
		title: titleOf(content, id, media[0]?.fileName),
		slot: order?.slot ?? freeSlot(document, artefacts),
		round: at.round,
		status: 'new',
		why: '',
		locked: false,
		stale: false,
		contentHash,
		content,
		...(media.length === 0 ? {} : { media: [...media] }),
		madeFrom: [],
		...(order?.artefactId === undefined ? {} : { replaces: order.artefactId }),
		by: at.step,
	};
	return { kind: 'foreign', artefact, order };
}

/** Rows of two sheets may have the same numbers: an own id counts among the work of the steps that lead here. */
function ownWork(
	artefacts: readonly Artefact[],
	own: string | undefined,
	{ step, steps }: { step: string; steps?: ReadonlySet<string> | undefined },
): Artefact | undefined {
	return artefacts.find(
		({ id, by }) =>
			(id === own && (steps === undefined || by === step || steps.has(by))) || id === `${step}: ${own ?? ''}`,
	);
}

function identifyKnown(
	document: StateDocument,
	json: JsonObject,
	known: Artefact,
	{ round, media: came = [] }: Arrived,
): Identified {
	const content = { ...known.content, ...contentOf(json, Object.keys(known.content)) };
	const own = new Set((known.media ?? []).map(({ hash }) => hash));
	const media = came.every(({ hash }) => own.has(hash)) ? known.media : [...came];
	const contentHash = contentHashOf(content, media);
	if (contentHash === known.contentHash) return { kind: 'known', artefact: known };
	const changed = {
		...known,
		title: titleOf(content, known.id, media?.[0]?.fileName),
		content,
		contentHash,
		...(media === undefined ? {} : { media }),
	};
	// An execution that is played again brings work as it was once: that was judged then, and must not undo what came after.
	const isEarlier = known.round > round || wasJudged(document, known.id, contentHash);
	if (isEarlier) return { kind: 'known', artefact: changed };
	return { kind: 'changed', artefact: { ...changed, round, status: 'new', why: '' } };
}

function wasJudged(document: StateDocument, id: string, contentHash: string): boolean {
	const verdicts = Array.isArray(document.fields.verdicts) ? document.fields.verdicts : [];
	return verdicts.some(
		(verdict) => Object(verdict).artefactId === id && Object(verdict).contentHash === contentHash,
	);
}

/** The first place of the round before that is to be made anew and that nothing has filled yet. */
function openOrder(
	document: StateDocument,
	artefacts: readonly Artefact[],
	round: number,
): RetryOrder | undefined {
	const filled = new Set(artefacts.filter((artefact) => artefact.round === round).map(({ slot }) => slot));
	const orders = roundsOf(document)
		.filter((decision) => decision.round === round - 1)
		.flatMap(({ retry }) => retry);
	return orders.find(({ next, slot, maker }) => next !== 'check' && maker === undefined && !filled.has(slot));
}

function ownIdOf(json: JsonObject, idField: string): string | undefined {
	const value = idField === '' ? undefined : json[idField];
	return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined;
}

function contentOf(json: JsonObject, names: readonly string[]): Record<string, Json> {
	const content: Record<string, Json> = {};
	for (const name of names) {
		const value = json[name];
		if (value !== undefined) content[name] = value;
	}
	return artefactSchema.shape.content.parse(JSON.parse(JSON.stringify(content)));
}

/** What the work calls itself, else the name of its file or row, else the first words of its text. */
function titleOf(content: Readonly<Record<string, Json>>, id: string, fileName: string | undefined): string {
	const title = content.title ?? content.name ?? content.headline;
	if (typeof title === 'string' && title !== '') return title;
	if (fileName !== undefined || !id.startsWith(OF_CONTENT)) return fileName ?? id;
	const texts = Object.values(content).filter((value) => typeof value === 'string');
	return texts.map(firstWords).find((words) => words !== '') ?? id;
}

function freeSlot(document: StateDocument, artefacts: readonly Artefact[]): number {
	const asked = requestsOf(document).reduce((sum, { count }) => sum + count, 0);
	return artefacts.reduce((highest, { slot }) => Math.max(highest, slot), asked) + 1;
}
