import type { Json } from '../state';

const ESCAPES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** Text for HTML, between tags and inside attributes. Control characters have no place there. */
export function escapeHtml(text: string): string {
	return text
		.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
		.replace(/[&<>"']/g, (each) => ESCAPES[each] ?? '');
}

/** `visualApproach` and `visual_approach` as a person writes it: "Visual approach". */
export function labelOf(name: string): string {
	const words = name
		.replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
		.replace(/[_\-\s]+/g, ' ')
		.trim()
		.toLowerCase();
	return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A piece's own fields as a list of labels and values; nothing for those that are empty. */
export function fieldsHtml(content: Readonly<Record<string, Json | undefined>>): string {
	const rows = Object.entries(content).flatMap(([name, value]) => {
		const html = value === undefined ? '' : valueHtml(value);
		return html === ''
			? []
			: [`<div><dt dir="auto">${escapeHtml(labelOf(name))}</dt><dd dir="auto">${html}</dd></div>`];
	});
	return rows.length === 0 ? '' : `<dl>${rows.join('')}</dl>`;
}

function valueHtml(value: Json): string {
	if (value === null) return '';
	if (typeof value === 'boolean') return value ? 'Yes' : 'No';
	if (typeof value !== 'object') return escapeHtml(String(value).trim());
	if (!Array.isArray(value)) return fieldsHtml(value);
	const entries = value.map(valueHtml).filter((html) => html !== '');
	if (entries.length === 0) return '';
	const areWords = value.every((entry) => typeof entry !== 'object' && String(entry).length <= 24);
	const items = entries.map((html) => `<li dir="auto">${html}</li>`).join('');
	return areWords ? `<ul class="words">${items}</ul>` : `<ol>${items}</ol>`;
}
