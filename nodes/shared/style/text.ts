/** Reading a work's text: its parts, words in any script, and short quotes from it. */
import { isObject, type Json, type JsonObject } from '../state';

/** One piece of text with the field that it stands in (`scenes.goal`; entries of a list share their list's). */
export interface TextPart {
	path: string;
	text: string;
}

/** Text prepared for searching. */
export interface Searchable {
	/** As a reader sees it: one form per character, single spaces, nothing invisible. Parts are lines. */
	shown: string;
	/** The same without letter case. */
	folded: string;
	/** For each place in `folded` the place in `shown`; absent where they are the same. */
	places?: readonly number[];
}

/** A place in `shown`. */
export interface Hit {
	start: number;
	end: number;
}

/** Joiners stay where they hold an emoji together. */
const INVISIBLE = /(?!\u200D)\p{Default_Ignorable_Code_Point}|(?<=[\p{L}\p{M}])\u200D/gu;
const WORD_CHARACTER = /[\p{L}\p{N}\p{M}]/u;
const WITHOUT_WORD_SPACES =
	/[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Bopomofo}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\p{scx=Tibetan}]/u;
const ZERO_WIDTH_JOINER = '\u200D';
/** Text whose letters have one small and one capital form, each of one unit: folded at once. */
const PLAIN = /^[\n\x20-\x7e\u00a0-\u00b4\u00b6-\u00de\u00e0-\u00ff\u2013\u2014\u2018\u2019\u201c-\u2026]*$/;
/** Text that a reader sees as it is written. */
const CLEAN = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;
const LOOKALIKES: Readonly<Record<string, string>> = { '’': "'", '‘': "'", ʼ: "'", '‐': '-', İ: 'i' };

/** All strings and numbers of `value`, in order. */
export function collectParts(value: Json | undefined, path = ''): TextPart[] {
	if (typeof value === 'string') return [{ path, text: value }];
	if (typeof value === 'number') return [{ path, text: String(value) }];
	if (Array.isArray(value)) return value.flatMap((entry) => collectParts(entry, path));
	if (!isObject(value)) return [];
	return Object.entries(value).flatMap(([key, member]) =>
		collectParts(member, path === '' ? key : `${path}.${key}`),
	);
}

/** The texts of `collectParts` without their fields. */
export function collectTexts(value: Json | undefined, into: string[] = []): string[] {
	if (typeof value === 'string') into.push(value);
	else if (typeof value === 'number') into.push(String(value));
	else if (Array.isArray(value)) for (const entry of value) collectTexts(entry, into);
	else if (isObject(value)) for (const member of Object.values(value)) collectTexts(member as Json, into);
	return into;
}

/**
 * The value of a field: `logline`, or `scene.goal` for a member of a field. A name that no field has stands for the one that
 * differs from it in letter case, spaces, dashes or underscores only ("Scene goals" for `sceneGoals`).
 */
export function findField(content: JsonObject, name: string): Json | undefined {
	const whole = findMember(content, name);
	if (whole !== undefined || !name.includes('.')) return whole;
	return name
		.split('.')
		.reduce<Json | undefined>(
			(value, part) => (isJsonObject(value) ? findMember(value, part) : undefined),
			content,
		);
}

function findMember(source: JsonObject, name: string): Json | undefined {
	if (Object.hasOwn(source, name)) return source[name];
	const plain = toPlainName(name);
	const key = Object.keys(source).find((candidate) => toPlainName(candidate) === plain);
	return key === undefined ? undefined : source[key];
}

function toPlainName(name: string): string {
	return name.toLowerCase().replace(/[\s_-]/gu, '');
}

function isJsonObject(value: Json | undefined): value is JsonObject {
	return isObject(value);
}

export function makeSearchable(parts: readonly string[]): Searchable {
	const shown = parts.map(clean).join('\n');
	if (PLAIN.test(shown)) return { shown, folded: foldPlain(shown) };
	const places: number[] = [];
	const folded: string[] = [];
	let place = 0;
	for (const character of shown) {
		const plain = foldCharacter(character);
		for (let unit = 0; unit < plain.length; unit++) places.push(place);
		folded.push(plain);
		place += character.length;
	}
	return { shown, folded: folded.join(''), places };
}

/** The form in which two texts are equal whatever their letter case, spacing and way of writing accents. */
export function fold(text: string): string {
	const shown = clean(text);
	return PLAIN.test(shown) ? foldPlain(shown) : [...shown].map(foldCharacter).join('');
}

/** As a reader sees it: one form per character, single spaces, nothing invisible. */
export function clean(text: string): string {
	if (CLEAN.test(text)) return text;
	return text.replace(INVISIBLE, '').normalize('NFKC').replace(/\s+/gu, ' ').trim();
}

function foldPlain(shown: string): string {
	return shown.toLowerCase().replace(/[\u2018\u2019]/g, "'");
}

/** By way of upper case, so that ß meets SS and ς meets σ. */
function foldCharacter(character: string): string {
	return LOOKALIKES[character] ?? character.toUpperCase().toLowerCase();
}

/** The first place where `needle`, which is folded, stands as a word of its own; inside longer text where its script has no spaces. */
export function findWord(text: Searchable, needle: string): Hit | undefined {
	if (needle === '') return undefined;
	let at = text.folded.indexOf(needle);
	while (at !== -1 && !standsAlone(text.folded, at, at + needle.length)) {
		at = text.folded.indexOf(needle, at + 1);
	}
	if (at === -1) return undefined;
	return {
		start: text.places === undefined ? at : (text.places[at] ?? 0),
		end:
			text.places === undefined ? at + needle.length : (text.places[at + needle.length] ?? text.shown.length),
	};
}

function standsAlone(text: string, start: number, end: number): boolean {
	const joinedBefore = areJoined(characterBefore(text, start), characterAt(text, start));
	return !joinedBefore && !areJoined(characterBefore(text, end), characterAt(text, end));
}

/** Whether two neighbours belong to one word, one accented letter or one emoji. */
function areJoined(left: string, right: string): boolean {
	if (left === '' || right === '') return false;
	if (/\p{M}/u.test(right) || left === ZERO_WIDTH_JOINER || right === ZERO_WIDTH_JOINER) return true;
	return isSpacedLetter(left) && isSpacedLetter(right);
}

function isSpacedLetter(character: string): boolean {
	return WORD_CHARACTER.test(character) && !WITHOUT_WORD_SPACES.test(character);
}

function characterAt(text: string, at: number): string {
	const code = text.codePointAt(at);
	return code === undefined ? '' : String.fromCodePoint(code);
}

function characterBefore(text: string, at: number): string {
	return isLowSurrogate(text, at - 1)
		? text.slice(Math.max(0, at - 2), at)
		: text.slice(Math.max(0, at - 1), at);
}

function isLowSurrogate(text: string, at: number): boolean {
	const unit = text.charCodeAt(at);
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/** What stands around a hit in its line, at most `limit` characters with the dots that mark a cut. */
export function quoteAround(text: string, hit: Hit, limit = 120): string {
	const lineStart = text.lastIndexOf('\n', hit.start) + 1;
	const nextLine = text.indexOf('\n', hit.end);
	const lineEnd = nextLine === -1 ? text.length : nextLine;
	if (lineEnd - lineStart <= limit) return text.slice(lineStart, lineEnd);
	const room = limit - 2;
	const lead = Math.max(0, Math.floor((room - (hit.end - hit.start)) / 2));
	let start = Math.max(lineStart, Math.min(hit.start - lead, lineEnd - room));
	let end = start + room;
	if (isLowSurrogate(text, start)) start += 1;
	if (isLowSurrogate(text, end)) end -= 1;
	return `${start > lineStart ? '…' : ''}${text.slice(start, end).trim()}${end < lineEnd ? '…' : ''}`;
}

/** `text` in one line of at most `limit` characters. */
export function shorten(text: string, limit: number): string {
	return quoteAround(text.replace(/\s+/gu, ' ').trim(), { start: 0, end: 0 }, limit);
}

/** Words that `text` claims to quote: what stands in quotation marks, cut at dots that mark an omission. */
export function findQuotes(text: string): string[] {
	const marked = text.matchAll(
		/"([^"]*)"|“([^“”]*)”|„([^„“”]*)[“”]|«([^«»]*)»|「([^「」]*)」|『([^『』]*)』/gu,
	);
	return [...marked]
		.flatMap((match) =>
			match.slice(1).flatMap((quote: string | undefined) => (quote ?? '').split(/…|\.\.\./u)),
		)
		.map((quote) => fold(quote).replace(/^[^\p{L}\p{N}\p{S}]+/u, ''))
		.map(trimPunctuation)
		.filter((quote) => quote !== '');
}

function trimPunctuation(text: string): string {
	let end = text.length;
	while (end > 0 && /[\p{P}\s]/u.test(text.charAt(end - 1))) end -= 1;
	return text.slice(0, end);
}
