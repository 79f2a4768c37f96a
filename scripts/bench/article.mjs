/**
 * The article's graph on LangGraph JS beside template 01 in n8n's engine, on the same scripted model: what becomes of work that
 * does not pass, and of work that has passed.
 *
 * Concepts are numbered in the order in which they are written. Three briefs:
 * - **one fails**: the second concept does not pass, as in the output that the article shows; what is written later does.
 * - **none passes**: no concept ever does.
 * - **the first passes**: Concept 1 does, and no other ever does. Then somebody starts the same run again, for those that failed:
 *   the graph by the same `invoke` on the same thread, the template with the same run key.
 *
 * **Approved** means here: passed by the style check. Neither side has a person in it. The graph is run with a checkpointer, which
 * the article does not have: without one, an error leaves nothing at all. `recursionLimit` is LangGraph's own: so many steps and it
 * throws, 25 unless set.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MOST_RETRIES, articleGraph } from './articleGraph.mjs';
import { loadPeers } from './peers.mjs';
import { startStoryboardModel } from './storyboardModel.mjs';
import { BRIEF } from './storyboardPlain.mjs';
import { openWorker } from './workers.mjs';

/** @typedef {Record<string, any>} Json */
/** @typedef {Awaited<ReturnType<typeof startStoryboardModel>>} Model */
/** @typedef {{ name: string, holds: (text: string) => boolean, startsAgain?: boolean }} Brief */
/** @typedef {'done' | 'recursion limit' | 'handed to a person'} End */

const APPROVED = 'Concept 1';
/** LangGraph's own when none is set, and one that somebody sets who was stopped by it. */
const LIMITS = [25, 200];

/** @type {Brief[]} */
const BRIEFS = [
	{ name: 'one fails', holds: (text) => !/Concept 2\b/.test(text) },
	{ name: 'none passes', holds: () => false },
	{ name: 'the first passes', holds: (text) => new RegExp(`${APPROVED}\\b`).test(text), startsAgain: true },
];

/** @param {Json[]} concepts */
const titlesOf = (concepts) => concepts.map(({ title }) => title);

/** @param {Model} model @param {Json} graph @param {Brief} brief @param {{ isMended: boolean, recursionLimit: number }} how */
async function runTheirs(model, graph, { name, holds, startsAgain }, { isMended, recursionLimit }) {
	const { url, place, close } = model.open(
		`theirs-${name}-${isMended}-${recursionLimit}`.replace(/\W+/g, '-'),
		{ holds },
	);
	const app = articleGraph(graph, url, { isMended, checkpointer: new graph.MemorySaver() });
	const config = { configurable: { thread_id: name }, recursionLimit };
	/** @returns {Promise<End>} */
	const start = () =>
		app.invoke({ brief: BRIEF, concepts: [], validated: [], retries: 0 }, config).then(
			() => 'done',
			(/** @type {Json} */ error) => {
				if (error.lc_error_code !== 'GRAPH_RECURSION_LIMIT') throw error;
				return 'recursion limit';
			},
		);
	const look = async (/** @type {End} */ end) => {
		const { concepts, validated } = (await app.getState(config)).values;
		return {
			end,
			questions: place.calls.concepts,
			passed: validated.filter((/** @type {Json} */ { pass }) => pass).length,
			concepts: titlesOf(concepts),
			keepsApproved: holds(APPROVED)
				? concepts.some((/** @type {Json} */ { title }) => title === APPROVED)
				: null,
		};
	};
	const first = await look(await start());
	const again = startsAgain ? await look(await start()) : undefined;
	close();
	return {
		who: isMended ? "article's graph, mended" : "article's graph",
		recursionLimit,
		...first,
		...(again && { again }),
	};
}

/** @param {Model} model @param {ReturnType<typeof openWorker>} worker @param {Brief} brief */
async function runOurs(model, worker, { name, holds, startsAgain }) {
	const runKey = `ours-${name}`.replace(/\W+/g, '-');
	const { url, place, close } = model.open(runKey, { holds });
	const start = async () => {
		const { concepts, inState, why } = await worker.take({ url, runKey, way: 'template' });
		if (inState === undefined) throw new Error(why);
		return {
			end: /** @type {End} */ (concepts === undefined ? 'handed to a person' : 'done'),
			questions: place.calls.concepts,
			passed: inState.filter((/** @type {Json} */ { status }) => status === 'passed').length,
			concepts: titlesOf(inState),
			keepsApproved: holds(APPROVED)
				? inState.some((/** @type {Json} */ { title, status }) => title === APPROVED && status === 'passed')
				: null,
		};
	};
	const first = await start();
	const again = startsAgain ? await start() : undefined;
	close();
	return { who: 'template 01', recursionLimit: null, ...first, ...(again && { again }) };
}

/** One row as a line. @param {Json} row @returns {string} */
function told({ who, recursionLimit, end, questions, passed, concepts, again }) {
	const limit = recursionLimit === null ? '' : `, recursionLimit ${recursionLimit}`;
	const second = again === undefined ? '' : `; started again: ${told({ ...again, who: '' })}`;
	const start = who === '' ? '' : `  ${who}${limit}: `;
	return `${start}${end} after ${questions} questions for concepts, has ${concepts.join(', ')}, ${passed} passed${second}`;
}

/**
 * `--ours` leaves LangGraph out, which otherwise is installed.
 * @param {{ say: (line: string) => void, args: string[] }} bench
 */
export async function bench({ say, args }) {
	const { ours } = parseArgs({ args, options: { ours: { type: 'boolean' } } }).values;
	const graph = ours ? undefined : (await loadPeers(say)).graph;
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-article-'));
	const model = await startStoryboardModel();
	const worker = openWorker('storyboardRunner.mjs', folder);
	try {
		const briefs = [];
		for (const brief of BRIEFS) {
			say(`${brief.name}:`);
			const rows = [];
			for (const isMended of graph === undefined ? [] : [false, true]) {
				for (const recursionLimit of LIMITS) {
					const row = await runTheirs(model, graph, brief, { isMended, recursionLimit });
					rows.push(row);
					// A higher limit changes nothing where the first was not reached.
					if (![row, row.again].some((each) => each?.end === 'recursion limit')) break;
				}
			}
			rows.push(await runOurs(model, worker, brief));
			for (const row of rows) say(told(row));
			briefs.push({ name: brief.name, rows });
		}
		return { attempts: MOST_RETRIES + 1, briefs };
	} finally {
		worker.kill();
		model.close();
		await rm(folder, { recursive: true, force: true });
	}
}
