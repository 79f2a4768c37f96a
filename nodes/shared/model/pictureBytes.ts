/** Looks at the bytes of a picture: what it is, how large, and whether it is whole. Nothing is decoded. */
import { disableTypes, imageSize } from 'image-size';

// A drawing has the size that a page gives it; and its text would be read with regular expressions.
disableTypes(['svg']);

const MIME_TYPES: Readonly<Record<string, PictureType>> = {
	jpg: 'image/jpeg',
	png: 'image/png',
	webp: 'image/webp',
};
export type PictureType = 'image/jpeg' | 'image/png' | 'image/webp';

export interface Pixels {
	/** As it is shown upright. */
	width: number;
	height: number;
}

export interface PictureFacts extends Pixels {
	mimeType: PictureType;
}

/** Some programs put a few bytes after the end mark. */
const TAIL_BYTES = 1024;

/** Width and height of a picture of any usual kind, from the beginning of its file; undefined where it does not say. */
export function pixelsOf(head: Uint8Array): Pixels | undefined {
	const found = look(head);
	return found && { width: found.width, height: found.height };
}

/** What the bytes are; `undefined` for anything that is not a whole JPEG, PNG or WebP picture. */
export function readPicture(bytes: Uint8Array): PictureFacts | undefined {
	const found = look(bytes);
	const mimeType = MIME_TYPES[found?.type ?? ''];
	if (found === undefined || mimeType === undefined || !isWhole(bytes, mimeType)) return undefined;
	return { mimeType, width: found.width, height: found.height };
}

function look(bytes: Uint8Array): (Pixels & { type: string }) | undefined {
	try {
		const { width, height, orientation = 1, type = '' } = imageSize(bytes);
		if (!(width > 0 && height > 0)) return undefined;
		// From 5 on, a camera was held sideways.
		return orientation >= 5 ? { width: height, height: width, type } : { width, height, type };
	} catch {
		return undefined;
	}
}

/** Whether the end is there: an end mark, or as many bytes as the head says. */
function isWhole(bytes: Uint8Array, mimeType: PictureType): boolean {
	const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const tail = file.subarray(-TAIL_BYTES);
	switch (mimeType) {
		case 'image/png':
			return tail.includes(Buffer.from('\0\0\0\0IEND\xaeB`\x82', 'latin1'));
		case 'image/jpeg':
			return tail.includes(Buffer.from([0xff, 0xd9]));
		case 'image/webp':
			return file.readUInt32LE(4) + 8 <= file.length;
	}
}
