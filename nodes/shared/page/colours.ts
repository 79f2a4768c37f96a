/** The accent colour in forms that can be read: whatever colour a brand has, text on it and in it has contrast. */

/** Backgrounds that text in the accent may stand on, the least favourable of each theme. */
export const PAPER = '#eeebe4';
export const NIGHT = '#2a2a2e';
export const DEFAULT_ACCENT = '#1f6f50';

/** WCAG AA for text. */
const MIN_CONTRAST = 4.5;
const STEPS = 40;

export interface AccentColours {
	/** The brand's colour as it is. */
	accent: string;
	/** Black or white, whichever reads better on it. */
	onAccent: string;
	/** The accent, darkened as far as it has to be for text on light paper. */
	onPaper: string;
	/** The accent, lightened as far as it has to be for text on a dark page. */
	onNight: string;
}

/** Readable forms of `accent`; of Greenlight's own colour when it is not `#rrggbb`. */
export function accentColours(accent: string): AccentColours {
	const colour = /^#[0-9a-f]{6}$/i.test(accent) ? accent.toLowerCase() : DEFAULT_ACCENT;
	return {
		accent: colour,
		onAccent: contrastOf(colour, '#ffffff') >= contrastOf(colour, '#000000') ? '#ffffff' : '#000000',
		onPaper: readable(colour, PAPER, '#000000'),
		onNight: readable(colour, NIGHT, '#ffffff'),
	};
}

/** Contrast of two colours `#rrggbb` as WCAG 2 counts it, 1 to 21. */
export function contrastOf(one: string, other: string): number {
	const [dark = 0, light = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
	return (light + 0.05) / (dark + 0.05);
}

function readable(colour: string, background: string, towards: string): string {
	for (let step = 0; step < STEPS; step++) {
		const mixed = mix(colour, towards, step / STEPS);
		if (contrastOf(mixed, background) >= MIN_CONTRAST) return mixed;
	}
	return towards;
}

function mix(one: string, other: string, share: number): string {
	const end = channelsOf(other);
	const channels = channelsOf(one).map((from, at) => Math.round(from + ((end[at] ?? from) - from) * share));
	return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function luminanceOf(colour: string): number {
	const [red = 0, green = 0, blue = 0] = channelsOf(colour).map((channel) => {
		const part = channel / 255;
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channelsOf(colour: string): number[] {
	return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}
