/** Looks at the bytes of a picture: what it is, how large, and whether it is whole. Nothing is decoded. */

export const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

export interface PictureFacts {
	mimeType: PictureType;
	/** Pixels. */
	width: number;
	height: number;
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Some encoders put a few bytes after the end mark. */
const JPEG_TAIL_BYTES = 1024;

/** What the bytes are; `undefined` for anything that is not a whole JPEG, PNG or WebP picture. */
export function readPicture(bytes: Uint8Array): PictureFacts | undefined {
	const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const facts = readPng(file) ?? readJpeg(file) ?? readWebp(file);
	return facts !== undefined && facts.width > 0 && facts.height > 0 ? facts : undefined;
}

/** Chunk after chunk to the end mark. */
function readPng(file: Buffer): PictureFacts | undefined {
	if (!file.subarray(0, 8).equals(PNG_SIGNATURE)) return undefined;
	let size: { width: number; height: number } | undefined;
	let hasData = false;
	for (let at = 8; at + 12 <= file.length;) {
		const length = file.readUInt32BE(at);
		const type = file.toString('latin1', at + 4, at + 8);
		if (at + 12 + length > file.length) return undefined;
		if (type === 'IHDR' && length >= 8) {
			size = { width: file.readUInt32BE(at + 8), height: file.readUInt32BE(at + 12) };
		}
		if (type === 'IDAT') hasData = true;
		if (type === 'IEND') return size && hasData ? { mimeType: 'image/png', ...size } : undefined;
		at += 12 + length;
	}
	return undefined;
}

/** Marker after marker to the size and the picture's data, then the end mark. */
function readJpeg(file: Buffer): PictureFacts | undefined {
	if (file.length < 4 || file.readUInt16BE(0) !== 0xffd8) return undefined;
	let size: { width: number; height: number } | undefined;
	for (let at = 2; at + 4 <= file.length;) {
		if (file[at] !== 0xff) return undefined;
		const marker = file[at + 1] ?? 0;
		// Fill bytes.
		if (marker === 0xff) {
			at += 1;
			continue;
		}
		const length = file.readUInt16BE(at + 2);
		if (isFrame(marker) && at + 9 <= file.length) {
			size = { height: file.readUInt16BE(at + 5), width: file.readUInt16BE(at + 7) };
		}
		if (marker === 0xda) {
			const end = file.lastIndexOf(Buffer.from([0xff, 0xd9]));
			const isWhole = end > at + 2 + length && end >= file.length - JPEG_TAIL_BYTES;
			return size && isWhole ? { mimeType: 'image/jpeg', ...size } : undefined;
		}
		at += 2 + length;
	}
	return undefined;
}

/** The markers C0 to CF begin a frame, but for three that are tables. */
function isFrame(marker: number): boolean {
	return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** Three kinds, each with its size in another place. */
function readWebp(file: Buffer): PictureFacts | undefined {
	if (file.length < 30 || file.toString('latin1', 0, 4) !== 'RIFF') return undefined;
	if (file.toString('latin1', 8, 12) !== 'WEBP' || file.readUInt32LE(4) + 8 > file.length) return undefined;
	const mimeType = 'image/webp';
	switch (file.toString('latin1', 12, 16)) {
		case 'VP8 ':
			return { mimeType, width: file.readUInt16LE(26) & 0x3fff, height: file.readUInt16LE(28) & 0x3fff };
		case 'VP8L': {
			const bits = file.readUInt32LE(21);
			return { mimeType, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
		}
		case 'VP8X':
			return { mimeType, width: file.readUIntLE(24, 3) + 1, height: file.readUIntLE(27, 3) + 1 };
		default:
			return undefined;
	}
}
