/** The whole HTML document around what a page says, with the headers that fit it. */
import { html, scriptElement, sourceHash, styleElement, type Html } from '../../shared/html';
import type { ReviewFrame } from '../../shared/review';
import { accentColours } from './colours';
import { pageHeaders, type Headers } from './headers';
import { REVIEW_SCRIPT } from './script';
import { PAGE_STYLE } from './styles';

/** Ready to be sent. Headers and HTML belong together: the headers name the hashes of this page's style and script. */
export interface RenderedPage {
	status: number;
	headers: Headers;
	html: string;
}

export interface DocumentParts {
	status: number;
	/** Before the title in the browser's tab, where something needs attention. */
	alert?: string;
	frame: Pick<ReviewFrame, 'title' | 'runTitle' | 'accent' | 'logo'>;
	/** Above the title, such as the round. */
	eyebrow: string;
	/** Beneath the title: times. */
	facts?: Html;
	main: Html;
	hasScript: boolean;
}

const PAGE_STYLE_HASH = sourceHash(PAGE_STYLE);
const REVIEW_SCRIPT_HASH = sourceHash(REVIEW_SCRIPT);
const LOGO = /^data:image\/(png|jpeg|gif|webp|avif|svg\+xml);base64,[A-Za-z0-9+/=]+$/;

export function renderDocument(parts: DocumentParts): RenderedPage {
	const { frame, alert, hasScript } = parts;
	const accentStyle = accentStyleOf(frame.accent);
	const page = html`<!doctype html><html lang=en><head><meta charset=utf-8>
		<meta name=viewport content="width=device-width,initial-scale=1"><meta name=color-scheme content="light dark"><link rel=icon href="data:,">
		<title>${alert && `${alert}: `}${[frame.title, frame.runTitle].filter(Boolean).join(' – ')}</title>
		${styleElement(PAGE_STYLE)}${styleElement(accentStyle)}</head>
		<body>${hasScript && html`<a class=skip href="#pieces">Skip to the pieces</a>`}
		${renderHead(parts)}<main>${parts.main}</main>${hasScript && scriptElement(REVIEW_SCRIPT)}</body></html>`;
	return {
		status: parts.status,
		headers: pageHeaders(
			[PAGE_STYLE_HASH, sourceHash(accentStyle)],
			hasScript ? REVIEW_SCRIPT_HASH : undefined,
		),
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
