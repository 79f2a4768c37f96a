const LONGEST = 60;

/** The name of a run before its intent gives it a better one: the first words of its brief, else its workflow's name. */
export function runTitle(brief: string | undefined, workflowName: string | undefined): string {
	// Cut between characters as a person sees them, so that no emoji is left in halves.
	const words = [...(brief ?? '').trim().replace(/\s+/g, ' ')];
	if (words.length === 0) return workflowName ?? 'Untitled run';
	return words.length > LONGEST ? `${words.slice(0, LONGEST).join('')}…` : words.join('');
}
