/** What Gemini's safety rules found, in words for people. */
import { z } from 'zod/v4';
import { readWord } from './providerError';

export const safetyRatingsSchema = z
	.array(
		z
			.looseObject({
				category: z.string().catch(''),
				probability: z.string().optional().catch(undefined),
				blocked: z.boolean().optional().catch(undefined),
			})
			.catch({ category: '' }),
	)
	.optional()
	.catch(undefined);
type SafetyRatings = z.infer<typeof safetyRatingsSchema>;

const WORDS: ReadonlyMap<string, string> = new Map([
	['HATE', 'hate speech'],
	['SEXUALLY_EXPLICIT', 'sexually explicit content'],
	['CIVIC_INTEGRITY', 'talk about elections'],
	['JAILBREAK', 'an attempt to get around the safety rules'],
	['UNSPECIFIED', 'something that it does not name'],
]);
const MAX_NAMED = 5;

/**
 * The kinds of harm that a block was about, such as `hate speech`: those that are marked as the cause, else those that Gemini
 * thinks likely. Empty where it says nothing.
 */
export function harmsOf(ratings: SafetyRatings): string[] {
	const all = (ratings ?? []).filter(({ category }) => readWord(category) !== undefined);
	const causes = all.filter(({ blocked }) => blocked === true);
	const likely = all.filter(({ probability }) => probability === 'HIGH' || probability === 'MEDIUM');
	const named = (causes.length > 0 ? causes : likely).map(({ category }) => inWords(category));
	return [...new Set(named)].slice(0, MAX_NAMED);
}

/** A kind that is not known yet keeps Google's own name, without its capitals. */
function inWords(category: string): string {
	const name = category.replace(/^HARM_CATEGORY_/, '').replace(/^IMAGE_/, '');
	return WORDS.get(name.replace(/_SPEECH$/, '')) ?? name.toLowerCase().replaceAll('_', ' ');
}
