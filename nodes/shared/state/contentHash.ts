import { hashOf, isObject } from './json';

/**
 * The fingerprint of a piece of work: of its content, and of its media where it has any. The order and the names of the files make no
 * difference.
 */
export function contentHashOf(content: unknown, media?: unknown): string {
	const files: unknown[] = Array.isArray(media) ? media : [];
	const hashes = new Set(files.map((file) => (isObject(file) ? String(file.hash) : '')));
	return hashes.size === 0 ? hashOf(content) : hashOf([content, [...hashes].sort()]);
}
