/** Template 01 and a plain chain that does the same, ready for n8n's engine outside n8n. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../lib/processes.mjs';
import { TRIES } from './gapFaults.mjs';

/** @typedef {Record<string, any>} Json */

export const TEMPLATE_START = 'When you press the button';
export const ROUTER = 'Enough concepts passed?';

/** n8n's own steps are stand-ins (`storyboardRunner.mjs`): only the brief has something to do. */
export async function templateFlow() {
	const file = join(REPOSITORY, 'workflows', '01-two-agent-storyboard.json');
	const { nodes, connections } = JSON.parse(await readFile(file, 'utf8'));
	const credentials = { greenlightGeminiApi: { id: 'c1', name: 'Gemini' } };
	return {
		connections,
		nodes: nodes
			.filter((/** @type {Json} */ { type }) => !type.endsWith('.stickyNote'))
			.map((/** @type {Json} */ node) => {
				if (/\.(geminiConcept|styleValidator)$/.test(node.type)) return { ...node, credentials };
				if (!node.type.startsWith('n8n-nodes-base.') || node.type.endsWith('.manualTrigger')) return node;
				return { ...node, type: node.name === 'Set your brief' ? 'bench.brief' : 'bench.passOn' };
			}),
	};
}

/** Ask for the intent, for the concepts, for rulings on them, and hand on. @param {boolean} retries n8n's own Retry On Fail, three tries. */
export function plainFlow(retries) {
	const again = retries ? { retryOnFail: true, maxTries: TRIES, waitBetweenTries: 1 } : {};
	const names = ['Intent', 'Concepts', 'Check'];
	const nodes = [
		{ name: TEMPLATE_START, type: 'n8n-nodes-base.manualTrigger' },
		...names.map((name) => ({ name, type: `bench.${name.toLowerCase()}`, ...again })),
	].map((node) => ({ ...node, id: node.name, typeVersion: 1, position: [0, 0], parameters: {} }));
	/** @type {Json} */
	const connections = {};
	for (const [index, { name }] of nodes.slice(1).entries())
		connections[/** @type {any} */ (nodes[index]).name] = {
			main: [[{ node: name, type: 'main', index: 0 }]],
		};
	return { nodes, connections };
}
