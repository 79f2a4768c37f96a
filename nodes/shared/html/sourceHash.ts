import { createHash } from 'node:crypto';

/** How a Content-Security-Policy names the text of an inline style or script that it allows: `'sha256-…'`, with the quotes. */
export function sourceHash(text: string): string {
	return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
