/** A process that takes runs of the gap bench through n8n's own engine, one after the other. It may be killed in the middle of one. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeType, runInEngine } from '../lib/engine.mjs';
import { REPOSITORY } from '../lib/processes.mjs';
import { gapFlow } from './gapFlow.mjs';
import { SOMEBODY_ELSES, askPlainly, isContested, keepPlainly, readPlainly } from './gapPlain.mjs';

const { openStore } = createRequire(import.meta.url)(join(REPOSITORY, 'dist', 'nodes', 'shared', 'host'));

/** @typedef {Record<string, any>} Json */

/** The one under way. @type {import('./gapPlain.mjs').Job & { runKey: string, executionId: string, ways: Json }} */
let job;
/** What somebody else has read, and will write back. @type {Json | undefined} */
let theirs;

/** @param {string} name @param {(json: Json, step: number) => Promise<Json>} work */
const step = (name, work) => ({
	[`bench.${name}`]: nodeType(
		name,
		/** @this {any} */ async function () {
			const [item] = this.getInputData();
			const json = await work(item.json, Number(/\d/.exec(this.getNode().name)?.[0]));
			return [[{ json, pairedItem: { item: 0 } }]];
		},
	),
});

const own = {
	...step('ask', (json, number) => askPlainly(job, number, json.text)),
	...step('keep', async (json) => {
		await keepPlainly(job, { title: json.title, text: json.text, mark: json.mark });
		return json;
	}),
	...step('read', async () => ({ list: await readPlainly(job.listFile) })),
	// Somebody else reads before a piece is kept, and afterwards wants to write back what they read and a note of theirs.
	...step('before', async (json) => {
		theirs = isContested(job.run, json.mark) ? await (await openStore()).read(json.runId) : undefined;
		return json;
	}),
	...step('after', async (json) => {
		if (theirs !== undefined) await writeBack(json.runId, theirs);
		return json;
	}),
};

/** @param {string} runId @param {Json} document */
async function writeBack(runId, { version, fields }) {
	const store = await openStore();
	const write = async (/** @type {Json} */ command, /** @type {Json} */ more = {}) => {
		const [result] = await store.write(runId, [{ by: 'Somebody else', commands: [command], ...more }]);
		return result.ok;
	};
	const value = [...(fields.list ?? []), SOMEBODY_ELSES];
	if (await write({ op: 'set', field: 'list', value }, { expectedVersion: version })) return;
	await write({ op: 'append', field: 'list', values: [SOMEBODY_ELSES] });
}

async function run() {
	const { data } = await runInEngine(gapFlow(job.runKey, job.ways), job, own);
	const { runData, error } = data.resultData;
	const list = runData.Read?.[0]?.data?.main?.[0]?.[0]?.json.list;
	return { list, why: error?.message ?? (list === undefined ? 'handed to a person' : undefined) };
}

process.on('message', (sent) => {
	job = /** @type {any} */ (sent);
	run().then(
		(result) => process.send?.(result),
		(error) => process.send?.({ why: String(error) }),
	);
});
process.send?.('ready');
