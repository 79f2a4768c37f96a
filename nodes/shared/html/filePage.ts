import { html, styleElement, type Html } from './html';
import { sourceHash } from './sourceHash';

/** A page that is sent around as one file. */
export interface FilePage {
	/** In the tab. */
	title: string;
	/** What kind of page this is, small above the heading. */
	over: string;
	heading: string;
	/** Below the heading. */
	under: Html | string;
	/** What the page has beyond `FILE_PAGE_STYLE`. */
	css: string;
	/** Whether pictures stand in it, as `data:`. */
	hasPictures?: boolean;
}

/** One HTML file with everything in it: opens from a mail, prints on paper, loads nothing and runs nothing. */
export function filePage({ title, over, heading, under, css, hasPictures }: FilePage, main: Html): string {
	const style = `${FILE_PAGE_STYLE}${css}`;
	// Without its quotes: they stand in the policy itself, which people read who look into a file before they open it.
	const hash = sourceHash(style).replaceAll("'", '');
	const images = hasPictures === true ? ' img-src data:;' : '';
	return html`<!doctype html>
		<html lang="en"><head><meta charset="utf-8">
		<meta http-equiv="Content-Security-Policy" content="default-src 'none';${images} style-src '${hash}'; base-uri 'none'; form-action 'none'">
		<meta name="viewport" content="width=device-width, initial-scale=1">
		<meta name="referrer" content="no-referrer">
		<title>${title}</title>
		${styleElement(style)}</head>
		<body><header>
			<p class="over">${over}</p>
			<h1 dir="auto">${heading}</h1>
			<p class="under">${under}</p>
		</header>
		<main>${main}</main></body></html>`.toString();
}

/** The look of such pages: on screens of any width, light and dark, and on A4. */
const FILE_PAGE_STYLE = `
html { color-scheme: light dark; }
:root { --ground: #f6f5f2; --card: #fff; --ink: #1c1b19; --soft: #63605a; --line: #dcd9d2; --good: #17663a; --open: #8a5a00; }
@media screen and (prefers-color-scheme: dark) {
	:root { --ground: #141413; --card: #1e1d1c; --ink: #ecebe8; --soft: #a3a09a; --line: #383633; --good: #6fce97; --open: #e3b35c; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2.5rem 1.5rem 4rem; background: var(--ground); color: var(--ink);
	font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
h1, h2, p, dl, dd, ul, ol { margin: 0; }
h1 { font-size: 2.2rem; line-height: 1.15; letter-spacing: -0.01em; }
h2 { margin-bottom: 1rem; font-size: 1.35rem; line-height: 1.25; }
.over { margin-bottom: 0.35rem; color: var(--soft); font-size: 0.8rem; letter-spacing: 0.04em; }
.under { margin-top: 0.5rem; color: var(--soft); }
header { margin-bottom: 2rem; }
article { margin-bottom: 1.5rem; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; }
@media screen and (max-width: 44rem) {
	body { padding: 1.5rem 1rem 3rem; }
	h1 { font-size: 1.7rem; }
	article { padding: 1.1rem; }
}
@media print {
	@page { size: A4; margin: 14mm; }
	html { color-scheme: light; font-size: 9.5pt; }
	body { max-width: none; padding: 0; background: #fff; }
	article { break-inside: avoid; }
	h2, .over { break-after: avoid; }
}
`;
