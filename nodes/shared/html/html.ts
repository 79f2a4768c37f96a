/**
 * The only way to build HTML: a tagged template that escapes what is put into it. Text becomes markup nowhere else, so what
 * a model or a person wrote cannot become an element, an attribute or a script.
 */

/** Finished markup. Only `html`, `styleElement` and `scriptElement` make it. */
class Markup {
	readonly #text: string;
	constructor(text: string) {
		this.#text = text;
	}
	toString(): string {
		return this.#text;
	}
}
export type Html = Markup;

/** What may stand in a template. `false`, `null`, `undefined` and '' give nothing; a list gives its members one after the other. */
export type HtmlValue = Html | string | number | false | null | undefined | readonly HtmlValue[];

/** Where a value stands: between tags, inside a quoted attribute, or bare inside a tag. */
type Place = 'text' | 'attribute' | 'tag';

interface Template {
	parts: string[];
	places: Place[];
}

const ENTITIES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
	'`': '&#96;',
};
const UNFIT = /[&<>"'`\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/**
 * Builds HTML. Values between tags and in attributes are escaped, finished `Html` between tags and inside a tag (as in
 * `<input${checked && html` checked`}>`) is taken as it is. Attributes with values need double quotes. A line break of the
 * template and the tabs after it are not part of the markup. Throws for a value where it could not be made safe:
 * that is a mistake in the template, never in the data.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
	const { parts, places } = templateOf(strings);
	// Added up, not joined: a join copies, and a page with pictures inside it is long.
	return new Markup(
		values.reduce<string>(
			(text, value, at) => `${text}${fill(value, places[at])}${parts[at + 1]}`,
			`${parts[0]}`,
		),
	);
}

/** A `<style>` element with fixed text, to be allowed by its hash (`sourceHash`). */
export function styleElement(css: string): Html {
	return new Markup(`<style>${rawText(css)}</style>`);
}

/** A `<script>` element with fixed text, to be allowed by its hash (`sourceHash`). */
export function scriptElement(source: string): Html {
	return new Markup(`<script>${rawText(source)}</script>`);
}

const known = new WeakMap<TemplateStringsArray, Template>();

function templateOf(strings: TemplateStringsArray): Template {
	const found = known.get(strings);
	if (found) return found;
	const parts = strings.map((part) => part.replace(/\n\t*/g, ''));
	if (/<(script|style)/i.test(parts.join(''))) {
		throw new TypeError('Scripts and styles are made with scriptElement and styleElement.');
	}
	const places = parts.slice(0, -1).map((_, at) => placeAfter(parts.slice(0, at + 1).join('')));
	const template = { parts, places };
	known.set(strings, template);
	return template;
}

function placeAfter(before: string): Place {
	const tag = before.slice(before.lastIndexOf('<') + 1);
	if (!before.includes('<') || tag.includes('>')) return 'text';
	const quotes = tag.split('"').length - 1;
	return quotes % 2 === 1 ? 'attribute' : 'tag';
}

function fill(value: HtmlValue, place: Place | undefined): string {
	if (value === false || value === null || value === undefined) return '';
	if (Array.isArray(value))
		return value.reduce<string>((text, each: HtmlValue) => `${text}${fill(each, place)}`, '');
	const isMarkup = value instanceof Markup;
	if (place === 'tag' && !isMarkup && value !== '') {
		throw new TypeError('A value inside a tag needs an attribute with double quotes.');
	}
	if (place === 'attribute' && isMarkup) throw new TypeError('An attribute takes text, not markup.');
	return isMarkup ? value.toString() : escape(String(value));
}

/** Control characters have no place in a page; they are left out. */
function escape(text: string): string {
	return text.replace(UNFIT, (character) => ENTITIES[character] ?? '');
}

function rawText(text: string): string {
	if (/<\/|<!--/.test(text)) throw new TypeError("A style or script must not contain '</' or '<!--'.");
	return text;
}
