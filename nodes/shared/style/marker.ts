/** Names for the lines between which untrusted text stands in a prompt. */
import { hashOf } from '../state';

/** A name that `text` does not contain; the same for the same text. */
export function markerFor(word: string, text: string): string {
	const candidate = (take: number): string => {
		const code = hashOf([take, text]).replace(/[^A-Za-z0-9]/g, '');
		return `${word}-${code.slice(0, 12)}`;
	};
	let take = 0;
	while (text.includes(candidate(take))) take += 1;
	return candidate(take);
}
