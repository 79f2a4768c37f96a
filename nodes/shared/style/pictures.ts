/** Size and shape of pictures, read from the beginning of their files. */
import { pixelsOf, type Pixels } from '../model';

/** As much of a file as is looked at, in bytes. */
export const MAX_PICTURE_HEAD = 1_048_576;
/** Two shapes that differ by no more than this are one: 1920 x 804 is 2.39:1. */
const SHAPE_TOLERANCE = 0.01;

/** A picture of the work: the first `MAX_PICTURE_HEAD` bytes of its file, or nothing where they could not be read. */
export interface Picture {
	name: string;
	head: Uint8Array | undefined;
}

/** Width and height in pixels as it is shown upright; undefined where the file does not say. */
export function sizeOfPicture({ head }: Picture): Pixels | undefined {
	return head === undefined ? undefined : pixelsOf(head.subarray(0, MAX_PICTURE_HEAD));
}

/** Width divided by height of `16:9`, `16x9`, `2.39:1` or `1.85`; undefined for anything else. */
export function readAspect(text: string): number | undefined {
	const parts = /^(\d{1,6}(?:\.\d{1,6})?)(?:\s*[:x×/]\s*(\d{1,6}(?:\.\d{1,6})?))?$/iu.exec(text.trim());
	const ratio = Number(parts?.[1]) / Number(parts?.[2] ?? 1);
	return Number.isFinite(ratio) && ratio > 0 ? ratio : undefined;
}

export function hasAspect({ width, height }: Pixels, ratio: number): boolean {
	return Math.abs(width / height / ratio - 1) <= SHAPE_TOLERANCE;
}
