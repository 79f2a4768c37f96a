/** What holds when an AI Agent calls this step as a tool. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { PipelineError } from '../../shared/errors';

/** The others need a piece of work on the item, or say what the whole run is about. */
const OPEN_TO_AGENTS = ['concept/generate', 'custom/generate'];
const CHOSEN_IN_STEP = {
	resource: 'Resource',
	operation: 'Operation',
	run: 'Run',
	keepStateIn: 'State Is Kept In',
	authentication: 'Gemini Credential',
	'options.runKey': 'Run Key',
	'options.ifBriefChanged': 'If the Brief Changed',
};

/** Refuses what is not open to agents, and settings that the model could fill in. */
export async function refuseAsTool(context: IExecuteFunctions, itemIndex: number): Promise<void> {
	const { refuseChosenByModel } = await import('../../shared/host');
	refuseChosenByModel(context, itemIndex, CHOSEN_IN_STEP);
	const part = (name: string): string => String(context.getNodeParameter(name, itemIndex));
	const operation = `${part('resource')}/${part('operation')}`;
	if (OPEN_TO_AGENTS.includes(operation)) return;
	throw new PipelineError('input_refused', `An AI Agent may not use '${operation.replace('/', ': ')}'.`, {
		hint: 'Choose Concept: Generate or Custom: Generate, or put a Gemini Concept step into the flow.',
	});
}
