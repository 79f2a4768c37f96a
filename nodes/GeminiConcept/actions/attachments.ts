/** The files on an item, as part of what a model is asked. */
import type { IBinaryData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { PipelineError } from '../../shared/errors';
import type { RunScope } from '../../shared/host';
import type { Attachment } from '../../shared/model';
import type { MediaFile } from '../../shared/state';
import type { Question } from './question';

const SUBTYPES_READ: Readonly<Record<string, RegExp>> = {
	image: /^(png|jpe?g|webp|heic|heif)$/,
	audio:
		/^(mp3|mpe?g|mpga|mp4|m4a|x-m4a|aac|x-aac|wav|x-wav|wave|vnd\.wave|aiff|x-aiff|ogg|flac|x-flac|webm)$/,
	video: /^(mp4|mpe?g|mov|quicktime|avi|x-msvideo|x-flv|mpg|webm|wmv|x-ms-wmv|3gpp)$/,
	text: /./,
	application: /^(pdf|json)$/,
};
const MAX_BYTES = 15_000_000;

/**
 * The files on an item, whole. Refuses with `input_refused` a kind that Gemini cannot read, an empty file and too much
 * together, and with `input_missing` a file that n8n has no longer.
 */
export async function readAttachments(
	context: IExecuteFunctions,
	item: INodeExecutionData,
	itemIndex: number,
): Promise<MediaFile[]> {
	if (context.getNodeParameter('options.leaveFilesOut', itemIndex, false) === true) return [];
	const files: MediaFile[] = [];
	let total = 0;
	for (const [property, file] of Object.entries(item.binary ?? {})) {
		const name = file.fileName ?? property;
		const mimeType = readableType(name, file.mimeType);
		const bytes = await readBytes(context, file, name, MAX_BYTES - total);
		total += bytes.length;
		files.push({ bytes, mimeType, ...(file.fileName === undefined ? {} : { fileName: file.fileName }) });
	}
	return files;
}

export function toAttachment({ bytes, mimeType }: MediaFile): Attachment {
	return { mimeType, data: Buffer.from(bytes).toString('base64') };
}

/**
 * The files that came with the request for a place. They are kept in the run, so that a place that is to be made anew has
 * them too: the item that comes back is the work, with files of its own.
 */
export async function attachmentsOf(
	context: IExecuteFunctions,
	scope: RunScope,
	question: Question,
	item: INodeExecutionData,
	itemIndex: number,
): Promise<{ attachments: Attachment[]; hashes: string[] }> {
	const { requestsOf } = await import('../../shared/state');
	const { runId } = question.found.run;
	const { order } = question;
	if (order === undefined) {
		const files = await readAttachments(context, item, itemIndex);
		const kept = [];
		for (const file of files) kept.push(await scope.store.keepMedia(runId, file));
		return { attachments: files.map(toAttachment), hashes: kept.map(({ hash }) => hash) };
	}
	const request = requestsOf(question.document).find(
		({ step, firstSlot, count }) =>
			step === scope.nodeName && order.slot >= firstSlot && order.slot < firstSlot + count,
	);
	const hashes = request?.files ?? [];
	const files = await Promise.all(hashes.map((hash) => scope.store.readMedia(runId, hash)));
	return { attachments: files.map(toAttachment), hashes };
}

function readableType(name: string, typed: string): string {
	const [mimeType = ''] = typed.toLowerCase().split(';');
	const [kind = '', subtype = ''] = mimeType.trim().split('/');
	if (SUBTYPES_READ[kind]?.test(subtype)) return mimeType.trim();
	throw new PipelineError('input_refused', `Gemini cannot read '${name}' (${typed || 'unknown type'}).`, {
		hint: "Attach a PDF, a text file, a picture (PNG, JPEG, WebP, HEIC), sound or video. Save Word and PowerPoint files as PDF first. For files that do not belong to the brief, switch on 'Leave Files Out' under Options.",
	});
}

async function readBytes(
	context: IExecuteFunctions,
	file: IBinaryData,
	name: string,
	left: number,
): Promise<Buffer> {
	// Asked for first, so that a film does not fill the memory before it is refused.
	const size = file.id === undefined ? 0 : (await metadataOf(context, file.id, name)).fileSize;
	if (size > left) throw tooMuch();
	const bytes = await context.helpers.getBinaryDataBuffer(0, file).catch(() => {
		throw lost(name);
	});
	if (bytes.length > left) throw tooMuch();
	if (bytes.length === 0) {
		throw new PipelineError('input_refused', `'${name}' is empty.`, { hint: 'Attach the file again.' });
	}
	return bytes;
}

function metadataOf(context: IExecuteFunctions, id: string, name: string) {
	return context.helpers.getBinaryMetadata(id).catch(() => {
		throw lost(name);
	});
}

function lost(name: string): PipelineError {
	return new PipelineError('input_missing', `n8n has the attached file '${name}' no longer.`, {
		hint: 'Run the step that brought it once more, or attach it again.',
	});
}

function tooMuch(): PipelineError {
	return new PipelineError(
		'input_refused',
		`The attached files have more than ${MAX_BYTES / 1e6} MB together.`,
		{ hint: 'Attach smaller files, or fewer.' },
	);
}
