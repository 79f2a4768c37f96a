/** A process that takes runs of the storyboard through n8n's own engine, one after the other. It may be killed in the middle of one. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeType, runInEngine } from '../lib/engine.mjs';
import { REPOSITORY } from '../lib/processes.mjs';
import { ROUTER, TEMPLATE_START, plainFlow, templateFlow } from './storyboardFlow.mjs';
import { BRIEF, askConcepts, askIntent, keepsRules } from './storyboardPlain.mjs';

const require = createRequire(import.meta.url);
const { openStore } = require(join(REPOSITORY, 'dist', 'nodes', 'shared', 'host'));
const { artefactsOf } = require(join(REPOSITORY, 'dist', 'nodes', 'shared', 'state'));

/** @typedef {Record<string, any>} Json */
/** @typedef {{ url: string, executionId: string, runKey: string, way: 'plain' | 'retries' | 'template' }} Job */

const [ESCALATE, , DONE] = [0, 1, 2];
/** The one under way. @type {Job} */
let job;

/** @param {string} name @param {(json: Json) => Promise<Json>} work */
const step = (name, work) => ({
	[`bench.${name}`]: nodeType(
		name,
		/** @this {any} */ async function () {
			/** @type {Json[]} */
			const items = this.getInputData();
			return [
				await Promise.all(
					items.map(async ({ json }, item) => ({ json: await work(json), pairedItem: { item } })),
				),
			];
		},
	),
});

const own = {
	...step('brief', async () => ({ brief: BRIEF, concepts: 3 })),
	...step('passOn', async (json) => json),
	...step('intent', async () => ({ intent: await askIntent(job.url) })),
	...step('concepts', async ({ intent }) => ({
		intent,
		concepts: await askConcepts(job.url, JSON.stringify(intent)),
	})),
	...step('check', async (json) => {
		if (!(await keepsRules(job.url, json.concepts))) throw new Error('The style check failed.');
		return json;
	}),
};

/** How a run of the template ended, and what state holds then. @param {Json} ran */
async function endOfTemplate({ runData, error }) {
	/** @param {number} output @returns {Json[]} */
	const left = (output) =>
		(runData[ROUTER] ?? []).flatMap((/** @type {Json} */ pass) =>
			(pass.data?.main?.[output] ?? []).map((/** @type {Json} */ { json }) => json),
		);
	const [done, escalated] = [left(DONE), left(ESCALATE)];
	const { runId } = [...done, ...escalated].find((item) => item.runId !== undefined) ?? {};
	const document = runId === undefined ? { fields: {} } : await (await openStore()).read(runId);
	return {
		...(done.length > 0 && escalated.length === 0 ? { concepts: done } : {}),
		escalated: escalated.map(({ title, status, why }) => ({ title, status, why })),
		intent: document.fields.intent,
		inState:
			runId === undefined
				? []
				: artefactsOf(document).filter((/** @type {Json} */ { status }) => status !== 'replaced'),
		why: error?.message ?? escalated[0]?.why,
	};
}

async function run() {
	const { url, executionId, runKey, way } = job;
	const flow = way === 'template' ? await templateFlow() : plainFlow(way === 'retries');
	const execution = { url, executionId, startNode: TEMPLATE_START, resumeToken: runKey };
	const { data } = await runInEngine(flow, execution, own);
	if (way === 'template') return endOfTemplate(data.resultData);
	const { runData, error } = data.resultData;
	return { ...runData.Check?.[0]?.data?.main?.[0]?.[0]?.json, why: error?.message };
}

process.on('message', (sent) => {
	job = /** @type {any} */ (sent);
	run().then(
		(result) => process.send?.(result),
		(error) => process.send?.({ why: String(error) }),
	);
});
process.send?.('ready');
