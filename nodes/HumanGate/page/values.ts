/** Lays out any value for reading: never as JSON. */
import { html, isTagList, labelOf, swatches, type Html } from '../../shared/html';
import type { FieldChange, PieceField } from '../../shared/review';
import type { Json } from '../../shared/state';

/** Deeper than this nobody reads; it also bounds the work on hostile data. */
const MAX_DEPTH = 6;

/** A piece's fields as a list of names and values. */
export function fieldList(fields: readonly PieceField[]): Html {
	return html`<dl>${fields.map(({ label, value }) => html`<dt>${label}<dd>${showValue(value, label)}`)}</dl>`;
}

/** `label`: of the field that it belongs to. */
function showValue(value: Json | undefined, label: string, depth = 0): Html {
	if (value === null || value === undefined || value === '') return html`<i>empty</i>`;
	if (typeof value === 'string') return html`${value}${swatches(value)}`;
	if (typeof value === 'boolean') return html`${value ? 'Yes' : 'No'}`;
	if (typeof value === 'number') return html`${value}`;
	if (depth >= MAX_DEPTH) return html`<i>more inside</i>`;
	return Array.isArray(value) ? showList(value, label, depth) : showMembers(value, depth);
}

function showList(list: readonly Json[], label: string, depth: number): Html {
	if (list.length === 0) return html`<i>empty</i>`;
	const members = list.map((each) => html`<li>${showValue(each, label, depth + 1)}`);
	return isTagList(label, list) ? html`<ul class=chips>${members}</ul>` : html`<ol>${members}</ol>`;
}

function showMembers(value: { readonly [key: string]: Json | undefined }, depth: number): Html {
	const members = Object.entries(value).filter(([, member]) => member !== undefined);
	if (members.length === 0) return html`<i>empty</i>`;
	return html`<dl>${members.map(
		([name, member]) => html`<dt>${labelOf(name)}<dd>${showValue(member, labelOf(name), depth + 1)}`,
	)}</dl>`;
}

/** What changed, each field with before and after; texts show only the words that differ as changed. */
export function changeList(changes: readonly FieldChange[]): Html {
	return html`<dl class=changes>${changes.map(
		(change) => html`<dt>${change.label}<dd>${showChange(change)}`,
	)}</dl>`;
}

function showChange({ label, before, after }: FieldChange): Html {
	if (typeof before === 'string' && typeof after === 'string') return showTextChange(before, after);
	return html`${before !== undefined && html`<div class=was><b>Before</b> ${showValue(before, label)}</div>`}
		${after !== undefined && html`<div class=is><b>Now</b> ${showValue(after, label)}</div>`}
		${after === undefined && html`<div class=is><b>Now</b> <i>removed</i></div>`}`;
}

/** Marks what lies between the words that both texts begin and end with. */
function showTextChange(before: string, after: string): Html {
	const [old, fresh] = [before, after].map((text) => text.split(/(?<=\s)/)) as [string[], string[]];
	const shorter = Math.min(old.length, fresh.length);
	let start = 0;
	while (start < shorter && old[start] === fresh[start]) start++;
	let end = 0;
	while (end < shorter - start && old.at(-1 - end) === fresh.at(-1 - end)) end++;
	const removed = old.slice(start, old.length - end).join('');
	const added = fresh.slice(start, fresh.length - end).join('');
	return html`${fresh.slice(0, start).join('')}
		${removed && html`<del>${removed}</del> `}${added && html`<ins>${added}</ins>`}
		${fresh.slice(fresh.length - end).join('')}`;
}
