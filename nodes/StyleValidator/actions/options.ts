import type { IExecuteFunctions } from 'n8n-workflow';

/** A setting of the Options collection, where it has the type of `otherwise`. */
export function readOption<T extends string | number>(
	context: IExecuteFunctions,
	itemIndex: number,
	name: string,
	otherwise: T,
): T {
	const value = context.getNodeParameter(`options.${name}`, itemIndex, otherwise);
	return typeof value === typeof otherwise ? (value as T) : otherwise;
}
