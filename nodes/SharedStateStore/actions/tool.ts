/** What holds when an AI Agent calls the store as a tool. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { PipelineError } from '../../shared/errors';

/** The rest stays with steps that a person put into the flow, whatever a workflow's file says. */
const OPEN_TO_AGENTS = ['artefact/getAll', 'history/getAll', 'ledger/getAll', 'state/merge', 'state/read'];
const CHOSEN_IN_STEP = {
	resource: 'Resource',
	operation: 'Operation',
	run: 'Run',
	keepStateIn: 'Where the State Is Kept',
	how: 'How',
};

/** Refuses what is not open to agents. Counting up is not: a model that repeats itself would count twice. */
export async function refuseAsTool(
	context: IExecuteFunctions,
	itemIndex: number,
	operation: string,
): Promise<void> {
	const { refuseChosenByModel } = await import('../../shared/host');
	refuseChosenByModel(context, itemIndex, CHOSEN_IN_STEP);
	const isCounting = context.getNodeParameter('how', itemIndex, '') === 'increment';
	if (OPEN_TO_AGENTS.includes(operation) && !isCounting) return;
	const what = isCounting ? 'Add Up' : operation.replace('/', ': ');
	throw new PipelineError('input_refused', `An AI Agent may not use '${what}'.`, {
		hint: 'Choose State: Read, State: Merge, or Get Many of Artefact, History or Ledger, or put a Shared State Store step into the flow.',
	});
}
