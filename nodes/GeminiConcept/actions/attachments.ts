import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { PipelineError } from '../../shared/errors';
import type { Attachment } from '../../shared/model';

/** Kinds of files that Gemini reads. */
const READABLE = /^(image\/|audio\/|video\/|text\/|application\/pdf$|application\/json$)/;
const MAX_BYTES = 15_000_000;

/** The files on an item, for the request. Refuses with `input_refused` a kind that Gemini cannot read and too much. */
export async function readAttachments(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
): Promise<Attachment[]> {
	const attachments: Attachment[] = [];
	let total = 0;
	for (const [name, file] of Object.entries(item.binary ?? {})) {
		const label = file.fileName ?? name;
		if (!READABLE.test(file.mimeType)) {
			throw new PipelineError('input_refused', `Gemini cannot read '${label}' (${file.mimeType}).`, {
				hint: 'Attach a PDF, a text file, an image, sound or video.',
			});
		}
		const bytes = await context.helpers.getBinaryDataBuffer(itemIndex, name);
		total += bytes.length;
		if (total > MAX_BYTES) {
			throw new PipelineError(
				'input_refused',
				`The attached files have more than ${MAX_BYTES / 1e6} MB together.`,
				{
					hint: 'Attach smaller files, or fewer.',
				},
			);
		}
		attachments.push({ mimeType: file.mimeType, data: bytes.toString('base64') });
	}
	return attachments;
}
