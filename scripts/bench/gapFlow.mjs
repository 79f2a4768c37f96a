/** The six steps of the gap bench as n8n workflows, one for each way of working. */
import { STEPS, TRIES } from './gapFaults.mjs';
import { STYLE_RULE, taskOf } from './gapPlain.mjs';

/** @typedef {Record<string, any>} Json */
/** @typedef {{ retries?: boolean, checks?: boolean, state?: boolean }} Ways */

/** @param {string} name @param {string} type @param {Json} [parameters] @param {Json} [more] */
function node(name, type, parameters = {}, more = {}) {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters, ...more };
}
const credentials = { greenlightGeminiApi: { id: 'c1', name: 'Gemini' } };

/** Ask and pass on; with retries, n8n's own Retry On Fail, three tries. @param {number} step @param {Ways} ways */
function plainStep(step, { retries }) {
	const again = retries ? { retryOnFail: true, maxTries: TRIES, waitBetweenTries: 1 } : {};
	return { nodes: [node(`Ask ${step}`, 'bench.ask', {}, again)], wires: [] };
}

/** Gemini Concept, Style Validator and a Retry Router in a ring. @param {number} step */
function checkedStep(step) {
	const fields = { rows: ['title', 'text', 'mark'].map((name) => ({ name, type: 'text', description: '' })) };
	const [write, check, router] = [`Write ${step}`, `Check ${step}`, `Router ${step}`];
	const nodes = [
		node(
			write,
			'n8n-nodes-greenlight.geminiConcept',
			{
				...{
					resource: 'custom',
					operation: 'generate',
					instruction: taskOf(step),
					fields,
					kind: `part ${step}`,
				},
				input: step === 1 ? 'A rooftop chase' : '={{ $json.text }}',
			},
			{ credentials },
		),
		node(
			check,
			'n8n-nodes-greenlight.styleValidator',
			{ rulesFrom: 'rows', rules: { rows: [{ kind: 'judged', statement: STYLE_RULE, severity: 'hard' }] } },
			{ credentials },
		),
		node(router, 'n8n-nodes-greenlight.retryRouter', { attempts: TRIES, options: { initialWait: 0 } }),
	];
	return {
		nodes,
		wires: [
			[write, 0, check],
			[check, 0, router],
			[router, 0, 'Person'],
			[router, 1, write],
		],
	};
}

/** Into the shared list. @param {number} step @param {Ways} ways */
function keeping(step, { state }) {
	if (!state) return [node(`Keep ${step}`, 'bench.keep')];
	return [
		node(`Before ${step}`, 'bench.before'),
		node(`Keep ${step}`, 'n8n-nodes-greenlight.sharedStateStore', {
			...{ resource: 'state', operation: 'merge', field: 'list', how: 'append' },
			value: '={{ JSON.stringify({ title: $json.title, text: $json.text, mark: $json.mark }) }}',
		}),
		node(`After ${step}`, 'bench.after'),
	];
}

/** @param {string} runKey @param {Ways} ways */
export function gapFlow(runKey, ways) {
	const nodes = [node('Start', 'n8n-nodes-base.manualTrigger')];
	/** @type {any[]} */
	const wires = [];
	let [last, output] = ['Start', 0];
	/** @param {Json[]} line */
	const on = (line) => {
		for (const next of line) {
			if (!nodes.includes(/** @type {any} */ (next))) nodes.push(/** @type {any} */ (next));
			wires.push([last, output, next.name]);
			[last, output] = [next.name, 0];
		}
	};
	const store = 'n8n-nodes-greenlight.sharedStateStore';
	if (ways.checks) {
		on([
			node('Begin', store, {
				...{ resource: 'run', operation: 'start', brief: 'A rooftop chase', runKey, ownFields: { rows: [] } },
			}),
		]);
		nodes.push(node('Person', store, { resource: 'run', operation: 'handToPerson' }));
	}
	for (let step = 1; step <= STEPS; step++) {
		const made = ways.checks ? checkedStep(step) : plainStep(step, ways);
		on(made.nodes.slice(0, 1));
		nodes.push(.../** @type {any[]} */ (made.nodes.slice(1)));
		wires.push(...made.wires);
		if (ways.checks) [last, output] = [`Router ${step}`, 2];
		on(keeping(step, ways));
	}
	on([
		ways.state
			? node('Read', store, { resource: 'state', operation: 'read', fieldNames: 'list' })
			: node('Read', 'bench.read'),
	]);
	/** @type {Json} */
	const connections = {};
	for (const [from, index, to] of wires) {
		const outputs = (connections[from] ??= { main: [] }).main;
		while (outputs.length <= index) outputs.push([]);
		outputs[index].push({ node: to, type: 'main', index: 0 });
	}
	return { nodes, connections };
}
