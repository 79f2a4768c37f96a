/** Colours in text, and how different they look: CIEDE2000. */
import { differenceCiede2000, parse, type Color } from 'culori';

export type Colour = Color;

/** Longer entries are no colours, whatever stands in them. */
const MAX_ENTRY_LENGTH = 300;
const IN_TEXT = /#[0-9\p{L}]+|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\([^()]{1,100}\)/giu;

/** What an entry of a palette says. */
export type ReadEntry =
	| { state: 'colours'; colours: Colour[] }
	/** It has the form of a colour and is none. */
	| { state: 'malformed'; text: string }
	/** A word that no standard gives a colour to, or one that can be seen through. */
	| { state: 'unclear' };

/** How different two colours look, from 0 to about 100; near 1 is the least that a trained eye sees. */
export const colourDifference: (one: Colour, other: Colour) => number = differenceCiede2000();

/** A colour written as CSS does: `#0b0c10`, `#fa0`, `rgb(255 138 0)`, `dark slate gray`. Without its transparency. */
export function readColour(text: string): Colour | undefined {
	const written = text.trim();
	// Six letters from a to f are a colour for the library, and for people a facade.
	if (/^[0-9a-f]{3,8}$/i.test(written)) return undefined;
	return tryToParse(written) ?? tryToParse(written.replace(/[\s_-]+/gu, ''));
}

/** The library fails on some texts that only begin like a colour. */
function tryToParse(text: string): Colour | undefined {
	try {
		return parse(text);
	} catch {
		return undefined;
	}
}

/** The colours that an entry names: itself, or those that stand in it, as in `sodium orange (#FF8A00)`. */
export function readEntry(entry: string): ReadEntry {
	if (entry.length > MAX_ENTRY_LENGTH) return { state: 'unclear' };
	const text = entry.normalize('NFKC').trim();
	const whole = readColour(text);
	const written = whole === undefined ? (text.match(IN_TEXT) ?? []) : [text];
	const colours: Colour[] = [];
	for (const each of written) {
		const colour = readColour(each);
		if (colour === undefined) return { state: 'malformed', text: each };
		if ((colour.alpha ?? 1) < 1) return { state: 'unclear' };
		colours.push(colour);
	}
	return colours.length === 0 ? { state: 'unclear' } : { state: 'colours', colours };
}

/** How far `colour` is from the nearest of `palette`; NaN where that cannot be said. */
export function distanceToPalette(colour: Colour, palette: readonly Colour[]): number {
	return Math.min(...palette.map((each) => colourDifference(colour, each)));
}
