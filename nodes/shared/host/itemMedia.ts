import type { IBinaryData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { PipelineError } from '../errors';
import { MAX_MEDIA_BYTES, mediaHashOf, type Media, type MediaFile } from '../state';
import { tell } from './hints';

const MOST = `${MAX_MEDIA_BYTES / 1024 / 1024} MB`;

/** A file of an item, whole, and what an artefact says of it. */
export interface ItemMedia {
	media: Media;
	file: MediaFile;
}

/**
 * The files on an item. One that is too large, or that n8n has no longer, does not hold up the work: it is left out, and a sentence above
 * the output says so. With `wholeOnly` it fails with `input_refused`, unless the item is work that the run knows already.
 */
export async function readItemMedia(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	wholeOnly = false,
): Promise<ItemMedia[]> {
	const isNew = typeof item.json.artefactId !== 'string';
	const found = new Map<string, ItemMedia>();
	for (const [property, binary] of Object.entries(item.binary ?? {})) {
		const name = binary.fileName ?? property;
		const bytes = await readBytes(context, binary).catch(() => undefined);
		if (wholeOnly && isNew && (bytes === undefined || bytes === 'too large')) {
			throw bytes === undefined
				? new PipelineError('input_refused', `'${name}' could not be read, so nobody could see it.`, {
						hint: 'Run the step that made it again.',
					})
				: new PipelineError('input_refused', `'${name}' is larger than ${MOST}, so nobody could see it.`, {
						hint: 'Make it smaller, or put a link to it on the item.',
					});
		}
		if (bytes === undefined) {
			tell(
				context,
				`'${name}' could not be read and was not kept. Run the step that made it again.`,
				'warning',
			);
		} else if (bytes === 'too large') {
			tell(
				context,
				`'${name}' is larger than ${MOST} and was not kept; the work goes on without it. Make it smaller, or put a link to it on the item.`,
				'warning',
			);
		} else {
			const fileName = binary.fileName === undefined ? {} : { fileName: binary.fileName };
			const { mimeType } = binary;
			const hash = mediaHashOf(bytes);
			found.set(hash, {
				media: { hash, mimeType, bytes: bytes.length, ...fileName },
				file: { bytes, mimeType, ...fileName },
			});
		}
	}
	return [...found.values()];
}

/** Asks for the size first, where the bytes are not in memory already. */
async function readBytes(context: IExecuteFunctions, binary: IBinaryData): Promise<Uint8Array | 'too large'> {
	if (binary.id !== undefined) {
		const { fileSize } = await context.helpers.getBinaryMetadata(binary.id);
		if (fileSize > MAX_MEDIA_BYTES) return 'too large';
	}
	// By the file itself, so that the item's position does not matter: n8n looks names up on the first input only.
	const bytes = await context.helpers.getBinaryDataBuffer(0, binary);
	return bytes.length > MAX_MEDIA_BYTES ? 'too large' : bytes;
}
