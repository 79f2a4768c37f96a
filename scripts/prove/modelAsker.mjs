/**
 * A process that asks paid questions of one run until it is done or killed. Says what came of each, as lines of JSON.
 * Arguments: JSON `{ place, url, runId, keys, atOnce, price?, maxOutputTokens?, patience? }`. A question that ended as
 * `outcome_unknown` is asked once more, and one that the spend cap refused so often as `patience` says.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { REPOSITORY } from '../lib/processes.mjs';

const require = createRequire(import.meta.url);
const { openStateStore } = require(join(REPOSITORY, 'dist', 'nodes', 'shared', 'state'));
const { askOnce, openGemini } = require(join(REPOSITORY, 'dist', 'nodes', 'shared', 'model'));
const { z } = require('zod/v4');

const {
	place,
	url,
	runId,
	keys,
	atOnce,
	price,
	maxOutputTokens,
	patience = 0,
} = JSON.parse(process.argv[2] ?? '{}');
const clock = () => Date.now();
const store = await openStateStore({ ...place, clock, newId: () => '' });
const client = await openGemini({ apiKey: 'stand-in', baseUrl: url, apiVersion: 'v1' });
const deps = {
	openClient: async () => client,
	clock,
	sleep: (/** @type {number} */ ms) => delay(ms),
	priceOverride: price,
};
const schema = z.object({ title: z.string() });

/** @param {object} line */
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** @param {string} key */
async function ask(key) {
	const step = { runId, key, node: 'proof/Ask', round: 0, slot: key, owner: `p${process.pid}`, by: 'Ask' };
	const request = {
		model: 'gemini-3.8-flash',
		system: 'You name things.',
		prompt: `Name <${key}>.`,
		schema,
		options: maxOutputTokens === undefined ? {} : { maxOutputTokens },
	};
	for (let refused = 0; ;) {
		try {
			const { replayed, costUsd } = await askOnce(store, step, request, deps);
			say({ key, code: 'answered', replayed, costUsd });
			return;
		} catch (error) {
			const code = Object(error).code;
			say({ key, code });
			if (code === 'budget_exhausted' && refused++ < patience) await delay(10);
			else if (code !== 'outcome_unknown') return;
		}
	}
}

let next = 0;
await Promise.all(
	Array.from({ length: atOnce }, async () => {
		while (next < keys.length) await ask(keys[next++]);
	}),
);
await store.close();
