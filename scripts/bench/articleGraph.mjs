/**
 * The worked example of the article "AI Technology's Real Bottleneck" as a LangGraph JS graph: two nodes, one that asks for three
 * concepts and one that checks each, and an edge back to the first.
 *
 * As it stands there, a count of retries is in the state and in the condition, and no node raises it; and it goes back only when
 * not one concept passed. `mended` has what a reader mends first: the count is raised, and one failed concept is enough to go back.
 * Everything else is the same, the last-value channel for the concepts above all.
 */
import { askConcepts, keepsRules } from './storyboardPlain.mjs';

/** @typedef {Record<string, any>} Json */

export const MOST_RETRIES = 2;

/** @param {Json} graph LangGraph. @param {string} url @param {{ isMended?: boolean, checkpointer?: unknown }} how */
export function articleGraph(
	{ Annotation, END, START, StateGraph },
	url,
	{ isMended = false, checkpointer },
) {
	const fields = Object.fromEntries(
		['brief', 'concepts', 'validated', 'retries'].map((name) => [name, Annotation()]),
	);
	const generate = async (/** @type {Json} */ { brief, validated, retries }) => ({
		concepts: await askConcepts(url, brief),
		...(isMended && validated.length > 0 ? { retries: retries + 1 } : {}),
	});
	const validate = async (/** @type {Json} */ { concepts }) => {
		const validated = [];
		for (const [index, concept] of concepts.entries())
			validated.push({ concept: index, pass: await keepsRules(url, concept) });
		return { validated };
	};
	const needsRetry = (/** @type {Json} */ { validated, retries }) => {
		const passing = validated.filter((/** @type {Json} */ { pass }) => pass).length;
		const isWorth = isMended ? passing < validated.length : passing === 0;
		return isWorth && retries < MOST_RETRIES ? 'retry' : 'done';
	};
	return new StateGraph(Annotation.Root(fields))
		.addNode('generate', generate)
		.addNode('validate', validate)
		.addEdge(START, 'generate')
		.addEdge('generate', 'validate')
		.addConditionalEdges('validate', needsRetry, { retry: 'generate', done: END })
		.compile({ checkpointer });
}
