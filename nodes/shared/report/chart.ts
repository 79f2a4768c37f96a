/** Small drawings in SVG. Places are in per cent of the width, so that they fit any screen and keep their round dots. */
import { html, type Html } from '../html';
import type { Share } from './reliabilityReport';
import { percent } from './words';

/** Where the scale of a chart begins, 0 to 1. It ends at 1. */
export interface Scale {
	from: number;
}

/** A scale that all of the shares fit on, with room at the left: a tenth, so that people can read it. */
export function scaleOf(shares: readonly Share[]): Scale {
	const lowest = Math.min(1, ...shares.flatMap(({ low }) => low ?? []));
	return { from: Math.max(0, Math.floor(lowest * 10 - 0.3) / 10) };
}

/** Two shares with their intervals: a ring for the first try above, a dot for the end below. */
export function dotPlot(first: Share, inTheEnd: Share, scale: Scale): Html {
	const label = `Right at the first try: ${spoken(first)}. Right in the end: ${spoken(inTheEnd)}.`;
	return html`<svg class="plot" height="38" role="img" aria-label="${label}">
		${ticksOf(scale).map((at) => html`<line class="grid" x1="${place(at, scale)}" x2="${place(at, scale)}" y1="0" y2="38"/>`)}
		${mark(first, scale, 'first', 12)}
		${mark(inTheEnd, scale, 'end', 27)}
	</svg>`;
}

/** The numbers below the plots. */
export function axis(scale: Scale): Html {
	return html`<svg class="plot" height="20" aria-hidden="true">
		${ticksOf(scale).map(
			(at) =>
				html`<text class="tick" x="${place(at, scale)}" y="14" text-anchor="${anchorOf(at, scale)}">${percent(at)}</text>`,
		)}
	</svg>`;
}

/** A bar from the left, as long as `part` of `whole`. */
export function bar(part: number, whole: number): Html {
	const width = whole <= 0 ? 0 : Math.max(1, (part / whole) * 100);
	return html`<svg class="bar" height="10" aria-hidden="true"><rect x="0" y="0" width="${width.toFixed(2)}%" height="10" rx="2"/></svg>`;
}

function mark({ share, low, high }: Share, scale: Scale, name: 'first' | 'end', y: number): Html | false {
	if (share === null || low === null || high === null) return false;
	return html`<line class="${name}" x1="${place(low, scale)}" x2="${place(high, scale)}" y1="${y}" y2="${y}"/>
		<circle class="${name}" cx="${place(share, scale)}" cy="${y}" r="5"/>`;
}

function spoken({ count, of, share }: Share): string {
	return share === null ? `${count} of ${of}` : `${percent(share)} of ${of}`;
}

/** Room at both sides for half a dot. */
function place(share: number, { from }: Scale): string {
	return `${(2 + ((share - from) / (1 - from)) * 96).toFixed(2)}%`;
}

function ticksOf({ from }: Scale): number[] {
	const step = 1 - from > 0.5 ? 0.25 : 1 - from > 0.2 ? 0.1 : 0.05;
	const count = Math.floor((1 - from) / step + 1e-9);
	return Array.from({ length: count + 1 }, (_, index) => 1 - (count - index) * step);
}

function anchorOf(at: number, { from }: Scale): string {
	if (at > 0.999) return 'end';
	return at - from < 0.001 ? 'start' : 'middle';
}
