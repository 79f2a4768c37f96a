import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { noticePage, sendPage, setHeaders } from './answer';
import type { GateRequest } from './request';

/**
 * Sends a file of a piece, by its place in the review and never by a name or address from the data; a part of it where the
 * browser asks for one (RFC 9110, section 14).
 */
export async function sendMedia(
	context: IWebhookFunctions,
	{ store, data }: GateRequest,
	place: string,
): Promise<IWebhookResponseData> {
	const { artefactsOf } = await import('../../shared/state');
	const { mediaHeaders } = await import('../page');
	const [, piece, number] = /^(\d{1,4})-(\d{1,4})$/.exec(place) ?? [];
	const artefactId = data.review.pieces[Number(piece)]?.artefactId;
	const artefact = artefactsOf(data.document).find(({ id }) => id === artefactId);
	const media = artefact?.media?.[Number(number)];
	if (media === undefined) return sendPage(context, await noticePage({ kind: 'notValid' }));
	const {
		bytes,
		mimeType,
		fileName = `file-${Number(number) + 1}`,
	} = await store.readMedia(data.run.runId, media.hash);
	const file = Buffer.from(bytes);
	const headers = mediaHeaders({ mimeType, fileName });
	const response = setHeaders(context, { headers });
	response.setHeader('Accept-Ranges', 'bytes');
	const range = rangeOf(context.getRequestObject().headers.range, file.length);
	if (range === 'unsatisfiable') {
		response.status(416).setHeader('Content-Range', `bytes */${file.length}`);
		response.end();
	} else if (range === undefined) {
		response.status(200).setHeader('Content-Length', file.length);
		response.end(file);
	} else {
		const [first, last] = range;
		response.status(206).setHeader('Content-Range', `bytes ${first}-${last}/${file.length}`);
		response.setHeader('Content-Length', last + 1 - first);
		// n8n compresses what can be: the bytes would be others than those that are named.
		response.setHeader('Cache-Control', `${headers['Cache-Control'] ?? ''}, no-transform`);
		response.end(file.subarray(first, last + 1));
	}
	return { noWebhookResponse: true };
}

/** First and last byte that are asked for. Several ranges, or another unit, are answered with the whole file. */
export function rangeOf(
	header: string | undefined,
	length: number,
): readonly [first: number, last: number] | 'unsatisfiable' | undefined {
	const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
	if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
	const first = from === '' ? Math.max(0, length - Number(to)) : Number(from);
	const last = from === '' || to === '' ? length - 1 : Math.min(Number(to), length - 1);
	return first > last || first >= length ? 'unsatisfiable' : [first, last];
}
