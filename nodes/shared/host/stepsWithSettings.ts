import type { IExecuteFunctions, INodeParameters } from 'n8n-workflow';

/** All steps after this one with what they are set to, as typed; none where n8n does not show them. */
export function stepsWithSettings(
	context: IExecuteFunctions,
): Array<{ type: string; disabled: boolean; parameters: INodeParameters }> {
	const offered: Partial<Pick<IExecuteFunctions, 'getChildNodes'>> = context;
	const steps =
		offered.getChildNodes?.call(context, context.getNode().name, { includeNodeParameters: true }) ?? [];
	return steps.map(({ type, disabled, parameters = {} }) => ({
		type,
		disabled: disabled === true,
		parameters,
	}));
}
