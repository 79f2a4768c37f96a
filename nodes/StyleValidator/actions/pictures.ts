import type { INodeExecutionData } from 'n8n-workflow';
import type { Artefact, MediaFile } from '../../shared/state';
import type { Guide, Picture } from '../../shared/style';

/**
 * The pictures of a piece of work, as its run keeps them. Those on the item that are not kept (too large, or gone) are there
 * without their bytes, so that nobody passes by them. Nothing where no rule is about pictures.
 */
export async function picturesOf(
	guide: Guide,
	{ media = [] }: Artefact,
	{ binary = {} }: INodeExecutionData,
	read: (hash: string) => Promise<MediaFile>,
): Promise<Picture[]> {
	if (!guide.rules.some(({ kind }) => kind === 'picture')) return [];
	const { MAX_PICTURE_HEAD } = await import('../../shared/style');
	const pictures: Picture[] = [];
	for (const { hash, mimeType, fileName } of media) {
		if (!mimeType.startsWith('image/')) continue;
		const head = await read(hash).then(
			// A copy: a part of the file would keep all of it in memory.
			({ bytes }) => bytes.slice(0, MAX_PICTURE_HEAD),
			() => undefined,
		);
		pictures.push({ name: fileName ?? 'picture', head });
	}
	const onItem = Object.entries(binary).filter(([, { mimeType }]) => mimeType.startsWith('image/'));
	const isComplete = new Set(onItem.map(([, { id, data }]) => id ?? data)).size <= pictures.length;
	if (isComplete) return pictures;
	const kept = new Set(pictures.map(({ name }) => name));
	const missing = onItem.filter(([property, { fileName = property }]) => !kept.has(fileName));
	return [
		...pictures,
		...missing.map(([property, { fileName = property }]) => ({ name: fileName, head: undefined })),
	];
}
