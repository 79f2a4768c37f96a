const LONGEST = 60;

/** The beginning of a text as a name for it, on one line. Empty where the text is. */
export function firstWords(text: string): string {
	// Cut between characters as a person sees them, so that no emoji is left in halves.
	const characters = [...text.trim().replace(/\s+/g, ' ')];
	return characters.length > LONGEST ? `${characters.slice(0, LONGEST).join('')}…` : characters.join('');
}
