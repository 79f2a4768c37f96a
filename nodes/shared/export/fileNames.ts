/** Names for files that leave the house: readable, safe on every system, in any script. */
const LONGEST = 60;

const EXTENSIONS: Readonly<Record<string, string>> = {
	'audio/mpeg': 'mp3',
	'image/jpeg': 'jpg',
	'image/svg+xml': 'svg',
	'text/plain': 'txt',
	'video/quicktime': 'mov',
};

/** A title as part of a file's name: its letters and digits, with hyphens between the words. */
export function slugOf(title: string, otherwise: string): string {
	const words =
		title
			.normalize('NFC')
			.toLowerCase()
			.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
	const slug = [...words.join('-')].slice(0, LONGEST).join('').replace(/-$/, '');
	return slug === '' ? otherwise : slug;
}

/** Without the dot: what the file was called by, else what its type is usually called. */
export function extensionOf({
	fileName,
	mimeType,
}: {
	fileName?: string | undefined;
	mimeType: string;
}): string {
	const own = /\.([a-z0-9]{1,8})$/i.exec(fileName ?? '')?.[1];
	const usual = EXTENSIONS[mimeType] ?? /\/([a-z0-9]{1,8})$/.exec(mimeType)?.[1];
	return (own ?? usual ?? 'bin').toLowerCase();
}
