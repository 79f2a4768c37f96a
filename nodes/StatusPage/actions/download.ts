import type { Headers } from '../../shared/page';
import type { StatusRequest } from './answer';

/** What `get` of a link may ask for. */
export const FILES = { contactSheet: 'contact-sheet', everything: 'zip' } as const;

/** A file of the approved set as it is now; nothing where nothing is approved, or for another name. */
export async function download(
	{ store, run }: StatusRequest,
	get: unknown,
): Promise<{ headers: Headers; body: Buffer } | undefined> {
	const { contactSheet, readSet, zipOfAll } = await import('../../shared/export');
	const { downloadHeaders } = await import('../../shared/page');
	if (get !== FILES.contactSheet && get !== FILES.everything) return undefined;
	const ready = await readSet(store, run, 'approved');
	if (ready.set.count === 0) return undefined;
	const isSheet = get === FILES.contactSheet;
	return {
		headers: downloadHeaders(`${ready.name}.${isSheet ? 'html' : 'zip'}`),
		body: Buffer.from(isSheet ? contactSheet(ready.set, ready.media) : zipOfAll(ready)),
	};
}
