/** What holds when an AI Agent calls a step as a tool. */
import { isResourceLocatorValue, type IExecuteFunctions } from 'n8n-workflow';
import { PipelineError } from '../errors';

/**
 * Refuses expressions in settings that a person has to choose in the step: an expression could take them from what the model
 * says. `chosen` names the parameters as the screen does.
 */
export function refuseChosenByModel(
	context: IExecuteFunctions,
	itemIndex: number,
	chosen: Readonly<Record<string, string>>,
): void {
	for (const [name, label] of Object.entries(chosen)) {
		const raw: unknown = context.getNodeParameter(name, itemIndex, '', { rawExpressions: true });
		const value: unknown = isResourceLocatorValue(raw) ? raw.value : raw;
		if (typeof value !== 'string' || !value.startsWith('=')) continue;
		throw new PipelineError('input_refused', `'${label}' of a tool is an expression.`, {
			hint: `Choose '${label}' in the step, so that no model can. An empty Run is the run of this execution.`,
		});
	}
}
