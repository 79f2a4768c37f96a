/** The whole HTML document around what a page says, with the headers that fit it. */
import { html, scriptElement, sourceHash, styleElement, type Html } from '../html';
import { accentColours } from './colours';
import { pageHeaders, type Headers } from './headers';
import { PAGE_STYLE } from './styles';

/** Ready to be sent. Headers and HTML belong together: the headers name the hashes of this page's own styles and script. */
export interface RenderedPage {
	status: number;
	headers: Headers;
	html: string;
}

/** What stands at the head of a page. */
export interface PageFrame {
	title: string;
	/** Beneath the title; empty where there is none. */
	runTitle: string;
	/** `#rrggbb`; anything else gives Greenlight's own colour. */
	accent: string;
	/** A `data:` address of an image that the node read and allowed; anything else is left out. */
	logo?: string;
}

export interface DocumentParts {
	status: number;
	/** Before the title in the browser's tab, where something needs attention. */
	alert?: string;
	frame: PageFrame;
	/** Above the title, such as the round. */
	eyebrow: string;
	/** Beneath the title: times. */
	facts?: Html;
	/** The first link of the page, for who works by keyboard. */
	skip?: Html | false;
	main: Html;
	/** Fixed text of styles that only this kind of page has. */
	style?: string;
	/** Fixed text of its script; a page without one runs none. */
	script?: string | false;
}

const LOGO = /^data:image\/(png|jpeg|gif|webp|avif|svg\+xml);base64,[A-Za-z0-9+/=]+$/;

export function renderDocument(parts: DocumentParts): RenderedPage {
	const { frame, alert, skip, style, script } = parts;
	const styles = [PAGE_STYLE, ...(style === undefined ? [] : [style]), accentStyleOf(frame.accent)];
	const page = html`<!doctype html><html lang=en><head><meta charset=utf-8>
		<meta name=viewport content="width=device-width,initial-scale=1"><meta name=color-scheme content="light dark"><link rel=icon href="data:,">
		<title>${alert && `${alert}: `}${[frame.title, frame.runTitle].filter(Boolean).join(' – ')}</title>
		${styles.map(styleElement)}</head>
		<body>${skip}
		${renderHead(parts)}<main>${parts.main}</main>${script && scriptElement(script)}</body></html>`;
	return {
		status: parts.status,
		headers: pageHeaders(styles.map(sourceHash), script ? sourceHash(script) : undefined),
		html: page.toString(),
	};
}

function renderHead({ frame, eyebrow, facts }: DocumentParts): Html {
	const logo = frame.logo !== undefined && LOGO.test(frame.logo) ? frame.logo : undefined;
	return html`<header class=top>${logo && html`<img class=logo src="${logo}" alt="">`}<div><p class=eyebrow>${eyebrow}</p>
		<h1>${frame.title}</h1>${frame.runTitle && html`<p class=run>${frame.runTitle}</p>`}</div>
		${facts && html`<div class=facts>${facts}</div>`}</header>`;
}

function accentStyleOf(accent: string): string {
	const { accent: colour, onAccent, onPaper, onNight } = accentColours(accent);
	return (
		`:root{--accent:${colour};--on-accent:${onAccent};--accent-text:${onPaper}}` +
		`@media(prefers-color-scheme:dark){:root{--accent-text:${onNight}}}`
	);
}
