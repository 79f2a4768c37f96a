/** Lays out a piece's values for people outside: what is empty does not appear at all. */
import { html, isTagList, labelOf, swatches, type Html } from '../html';
import type { Json } from '../state';

/** A piece's own fields as a list of labels and values; nothing for those that are empty. */
export function fieldList(content: Readonly<Record<string, Json | undefined>>): Html {
	const rows = Object.entries(content).flatMap(([name, value]) => {
		const label = labelOf(name);
		const shown = showValue(value, label);
		return isEmpty(shown) ? [] : [html`<div><dt dir="auto">${label}</dt><dd dir="auto">${shown}</dd></div>`];
	});
	return html`${rows.length > 0 && html`<dl>${rows}</dl>`}`;
}

function showValue(value: Json | undefined, label: string): Html {
	if (value === null || value === undefined) return html``;
	if (typeof value === 'boolean') return html`${value ? 'Yes' : 'No'}`;
	if (typeof value !== 'object') return html`${String(value).trim()}${swatches(String(value))}`;
	return Array.isArray(value) ? showList(value, label) : fieldList(value);
}

function showList(list: readonly Json[], label: string): Html {
	const entries = list.map((each) => showValue(each, label)).filter((shown) => !isEmpty(shown));
	if (entries.length === 0) return html``;
	const items = entries.map((shown) => html`<li dir="auto">${shown}</li>`);
	return isTagList(label, list) ? html`<ul class="words">${items}</ul>` : html`<ol>${items}</ol>`;
}

function isEmpty(markup: Html): boolean {
	return markup.toString() === '';
}
