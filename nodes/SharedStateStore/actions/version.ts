/** What a person typed for a version: a number, or the name of a checkpoint; nothing for the newest one. */
export function readVersion(text: unknown): number | string | undefined {
	const typed = String(text ?? '').trim();
	if (typed === '') return undefined;
	return /^\d+$/.test(typed) ? Number(typed) : typed;
}
