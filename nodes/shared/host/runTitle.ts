import { firstWords } from '../state/firstWords';

/** The name of a run before its intent gives it a better one: the first words of its brief, else its workflow's name. */
export function runTitle(brief: string | undefined, workflowName: string | undefined): string {
	return firstWords(brief ?? '') || (workflowName ?? 'Untitled run');
}
