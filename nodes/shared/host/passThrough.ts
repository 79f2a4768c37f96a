import type { IDataObject } from 'n8n-workflow';
import { ITEM_KEYS } from '../state';

/** What Greenlight's steps say of one call or one round, beside the keys of the item itself. */
const OF_ONE_STEP = [
	'costUsd',
	'estimateUsd',
	'model',
	'durationMs',
	'usage',
	'reasons',
	'maker',
	'retryAfterMs',
];
const OWN = new Set<string>([...ITEM_KEYS, ...OF_ONE_STEP]);

/** What other steps put on an item: it goes on. `content` names the fields of the work that this item was. */
export function passThrough(json: IDataObject, content: Iterable<string> = []): IDataObject {
	const dropped = new Set(content);
	return Object.fromEntries(Object.entries(json).filter(([name]) => !OWN.has(name) && !dropped.has(name)));
}

/** A copy that is nothing but JSON. */
export function plain(value: object): IDataObject {
	return JSON.parse(JSON.stringify(value));
}
