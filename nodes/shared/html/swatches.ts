import { html, type Html } from './html';

const COLOUR = /#[0-9a-f]{6}\b/gi;
/** In longer texts the squares would be in the way. */
const MAX_LENGTH = 28;

/** The colours that a short text names, as small squares to stand beside it. Their fill is an attribute, which needs no style. */
export function swatches(text: string): Html[] {
	if (text.length > MAX_LENGTH) return [];
	return (text.match(COLOUR) ?? []).map(
		(colour) => html`<svg aria-hidden=true><rect fill="${colour}" /></svg>`,
	);
}
