/** Size and shape of pictures, read from the beginning of their files. Nothing is decoded. */
import { disableTypes, imageSize } from 'image-size';

/** As much of a file as is looked at, in bytes. */
export const MAX_PICTURE_HEAD = 1_048_576;
/** Two shapes that differ by no more than this are one: 1920 x 804 is 2.39:1. */
const SHAPE_TOLERANCE = 0.01;

// A drawing has the size that a page gives it; and its text would be read with regular expressions.
disableTypes(['svg']);

/** A picture of the work: the first `MAX_PICTURE_HEAD` bytes of its file, or nothing where they could not be read. */
export interface Picture {
	name: string;
	head: Uint8Array | undefined;
}

export interface PictureSize {
	width: number;
	height: number;
}

/** Width and height in pixels as it is shown upright; undefined where the file does not say. */
export function sizeOfPicture({ head }: Picture): PictureSize | undefined {
	if (head === undefined) return undefined;
	try {
		const { width, height, orientation = 1 } = imageSize(head.subarray(0, MAX_PICTURE_HEAD));
		if (!(width > 0 && height > 0)) return undefined;
		// From 5 on, a camera was held sideways.
		return orientation >= 5 ? { width: height, height: width } : { width, height };
	} catch {
		return undefined;
	}
}

/** Width divided by height of `16:9`, `16x9`, `2.39:1` or `1.85`; undefined for anything else. */
export function readAspect(text: string): number | undefined {
	const parts = /^(\d{1,6}(?:\.\d{1,6})?)(?:\s*[:x×/]\s*(\d{1,6}(?:\.\d{1,6})?))?$/iu.exec(text.trim());
	const ratio = Number(parts?.[1]) / Number(parts?.[2] ?? 1);
	return Number.isFinite(ratio) && ratio > 0 ? ratio : undefined;
}

export function hasAspect({ width, height }: PictureSize, ratio: number): boolean {
	return Math.abs(width / height / ratio - 1) <= SHAPE_TOLERANCE;
}
