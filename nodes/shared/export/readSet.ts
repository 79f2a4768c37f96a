import type { Run, StateStore } from '../state';
import { selectSet, type ApprovedSet, type Include } from './approvedSet';
import { contactSheet } from './contactSheet';
import { slugOf } from './fileNames';
import { zipOf } from './zip';

/** A run's accepted work with all that becomes of it. */
export interface ReadySet {
	set: ApprovedSet;
	/** Files of the work, by the names that the set gives them. */
	media: ReadonlyMap<string, Uint8Array>;
	/** What files about the set are called, without their ending. */
	name: string;
}

export async function readSet(store: StateStore, run: Run, include: Include): Promise<ReadySet> {
	const { runId, title, createdAt } = run;
	const document = await store.read(runId);
	const asOf = (await store.history(runId)).at(-1)?.at ?? createdAt;
	const { set, hashes } = selectSet(document, { runId, title, asOf }, include);
	const media = new Map<string, Uint8Array>();
	for (const [name, hash] of hashes) media.set(name, (await store.readMedia(runId, hash)).bytes);
	return { set, media, name: `${slugOf(title, 'run')}-approved` };
}

/** The set as data. */
export function dataOf({ set }: ReadySet): string {
	return `${JSON.stringify(set, null, '\t')}\n`;
}

/** One ZIP with the contact sheet, the data and the media. */
export function zipOfAll(ready: ReadySet): Uint8Array {
	const { set, media, name } = ready;
	const files = new Map<string, Uint8Array>([
		[`${name}.html`, Buffer.from(contactSheet(set, media))],
		[`${name}.json`, Buffer.from(dataOf(ready))],
		...media,
	]);
	return zipOf(files, set.asOf);
}
