/** A process that takes runs of the gap bench through LangGraph JS, one after the other. It may be killed in the middle of one. */
import { join } from 'node:path';
import { STEPS, TRIES } from './gapFaults.mjs';
import { askPlainly, checkPlainly, keepPlainly, readPlainly } from './gapPlain.mjs';
import { loadPeers } from './peers.mjs';

/** @typedef {Record<string, any>} Json */
/** @typedef {import('./gapPlain.mjs').Job & { runKey: string, ways: Json, isAgain: boolean }} GraphJob */

const { graph, sqlite } = await loadPeers(() => undefined);
const { Annotation, END, START, StateGraph } = graph;
const saver = sqlite.SqliteSaver.fromConnString(join(String(process.env.N8N_USER_FOLDER), 'graph.sqlite'));
const State = Annotation.Root({ text: Annotation() });

/** @param {GraphJob} job */
async function run(job) {
	const { ways } = job;
	const policy = { maxAttempts: TRIES, initialInterval: 1, backoffFactor: 1, maxInterval: 1, jitter: false };
	const options = ways.retries ? { retryPolicy: { ...policy, logWarning: false } } : undefined;
	/** @type {any} */
	const built = new StateGraph(State);
	for (let step = 1; step <= STEPS; step++) {
		built.addNode(
			`step${step}`,
			async (/** @type {Json} */ state) => {
				const piece = await askPlainly(job, step, state.text);
				if (ways.checks) await checkPlainly(job, piece);
				await keepPlainly(job, piece);
				return { text: piece.text };
			},
			options,
		);
		built.addEdge(step === 1 ? START : `step${step - 1}`, `step${step}`);
	}
	built.addEdge(`step${STEPS}`, END);
	const app = built.compile(ways.resumes ? { checkpointer: saver } : {});
	const config = { configurable: { thread_id: job.runKey }, durability: 'sync' };
	await app.invoke(job.isAgain ? null : { text: '' }, config);
	return { list: await readPlainly(job.listFile) };
}

process.on('message', (job) => {
	run(/** @type {any} */ (job)).then(
		(result) => process.send?.(result),
		(error) => process.send?.({ why: String(error) }),
	);
});
process.send?.('ready');
