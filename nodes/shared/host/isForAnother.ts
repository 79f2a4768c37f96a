import type { IDataObject } from 'n8n-workflow';

/** What another step made, that step makes anew: where Retry leads to several, one answers. */
export function isForAnother(
	{ maker, next }: IDataObject,
	own: string,
	before: ReadonlySet<string> | undefined,
): boolean {
	if (typeof maker !== 'string' || maker === own || next === 'check') return false;
	return before?.has(maker) ?? false;
}
