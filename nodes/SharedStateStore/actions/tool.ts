/** What holds when an AI Agent calls the store as a tool. */
import { isResourceLocatorValue, type IExecuteFunctions } from 'n8n-workflow';
import { PipelineError } from '../../shared/errors';

/** The rest stays with steps that a person put into the flow, whatever a workflow's file says. */
const OPEN_TO_AGENTS = ['history/getAll', 'ledger/getAll', 'state/merge', 'state/read'];
/** Chosen by a person in the step: an expression could take them from what the model says. */
const CHOSEN_IN_STEP = {
	resource: 'Resource',
	operation: 'Operation',
	run: 'Run',
	keepStateIn: 'Where the State Is Kept',
	how: 'How',
};

/** Refuses what is not open to agents. Counting up is not: a model that repeats itself would count twice. */
export function refuseAsTool(context: IExecuteFunctions, itemIndex: number, operation: string): void {
	for (const [name, label] of Object.entries(CHOSEN_IN_STEP)) {
		const raw: unknown = context.getNodeParameter(name, itemIndex, '', { rawExpressions: true });
		const value: unknown = isResourceLocatorValue(raw) ? raw.value : raw;
		if (typeof value !== 'string' || !value.startsWith('=')) continue;
		throw new PipelineError('input_refused', `'${label}' of a tool is an expression.`, {
			hint: `Choose '${label}' in the step, so that no model can. An empty Run is the run of this execution.`,
		});
	}
	const isCounting = context.getNodeParameter('how', itemIndex, '') === 'increment';
	if (OPEN_TO_AGENTS.includes(operation) && !isCounting) return;
	const what = isCounting ? 'Add Up' : operation.replace('/', ': ');
	throw new PipelineError('input_refused', `An AI Agent may not use '${what}'.`, {
		hint: 'Choose State: Read, State: Merge, History: Get Many or Ledger: Get Many, or put a Shared State Store step into the flow.',
	});
}
