/** Lays out a piece's values for people outside: what is empty does not appear at all. */
import { html, labelOf, swatches, type Html } from '../html';
import type { Json } from '../state';

/** A piece's own fields as a list of labels and values; nothing for those that are empty. */
export function fieldList(content: Readonly<Record<string, Json | undefined>>): Html {
	const rows = Object.entries(content).flatMap(([name, value]) => {
		const shown = showValue(value);
		return isEmpty(shown)
			? []
			: [html`<div><dt dir="auto">${labelOf(name)}</dt><dd dir="auto">${shown}</dd></div>`];
	});
	return html`${rows.length > 0 && html`<dl>${rows}</dl>`}`;
}

function showValue(value: Json | undefined): Html {
	if (value === null || value === undefined) return html``;
	if (typeof value === 'boolean') return html`${value ? 'Yes' : 'No'}`;
	if (typeof value !== 'object') return html`${String(value).trim()}${swatches(String(value))}`;
	return Array.isArray(value) ? showList(value) : fieldList(value);
}

function showList(list: readonly Json[]): Html {
	const entries = list.map(showValue).filter((shown) => !isEmpty(shown));
	if (entries.length === 0) return html``;
	const areWords = list.every((entry) => typeof entry !== 'object' && String(entry).length <= 24);
	const items = entries.map((shown) => html`<li dir="auto">${shown}</li>`);
	return areWords ? html`<ul class="words">${items}</ul>` : html`<ol>${items}</ol>`;
}

function isEmpty(markup: Html): boolean {
	return markup.toString() === '';
}
