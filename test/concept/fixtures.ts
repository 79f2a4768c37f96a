/** Shared pieces of the concept room's tests. */
import type { Concept, Intent } from '../../nodes/shared/concept';

export const INTENT: Intent = {
	title: 'Night Ferry',
	logline: 'A woman crosses a dark bay to return a coat.',
	genre: 'short film',
	tone: ['quiet', 'gritty'],
	sceneGoals: ['Show the bay', 'Show the coat'],
	audience: 'Adults who like slow cinema',
	mustHave: ['a red coat'],
	mustAvoid: [],
	palette: ['#102030'],
	format: '90 second film',
};

export const CONCEPT: Concept = {
	title: 'Salt Light',
	logline: 'The coat is the only colour on the water.',
	visualApproach: 'Hand-held, available light, long lenses.',
	keyFrames: ['The coat on a hook', 'The empty deck'],
	palette: ['#102030', '#C02020'],
	tone: ['quiet'],
};

export const MODEL = { model: 'gemini-3.8-flash' };

/** The code of a failure that a function throws at once. */
export function codeOf(run: () => unknown): unknown {
	try {
		run();
	} catch (error) {
		return error instanceof Error && 'code' in error ? error.code : error;
	}
	return 'no failure';
}
