/**
 * What a step of Greenlight costs n8n, beside n8n's own Set (Edit Fields) with three expressions, in one real n8n with its default expression
 * engine. CPU of a step is that of executions with it, less that of the same executions without it; so what n8n needs for the trigger, the
 * items and the answer does not count. No model is asked: Gemini Concept finds its answers on record. What a package adds to n8n's start is
 * taken from loading its files in a process of its own, as n8n does.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { REPOSITORY } from '../lib/processes.mjs';
import { OWNER } from '../n8nApi.mjs';
import { installN8n } from '../n8nInstall.mjs';
import { packPackage, startN8n } from '../n8nInstance.mjs';
import { startStandIn } from '../standInModel.mjs';

/** @typedef {Record<string, any>} Json */
/** @typedef {import('../n8nInstance.mjs').N8nInstance} N8n */
/** A step that is measured; `before` are the steps between the items and it, `beginsWith` the parameters of Run: Start. */
/** @typedef {{ name: string, step: Json, before?: Json[], beginsWith?: Json, credential?: boolean }} Measured */

/**
 * Items; how often the step stands in a row in one execution, executions at a time, how often, in turns, and how many before they count.
 * What one item costs a step is less than what an execution's cost varies by: with many steps in a row it can be seen.
 * @typedef {{ size: number, inARow: number, runs: number, rounds: number, warmUp: number }} Effort
 */
/** @type {readonly Effort[]} */
const EFFORTS = [
	{ size: 1, inARow: 20, runs: 10, rounds: 9, warmUp: 20 },
	{ size: 100, inARow: 1, runs: 5, rounds: 5, warmUp: 4 },
	{ size: 1000, inARow: 1, runs: 1, rounds: 3, warmUp: 1 },
];
const LOADS = 11;
const WHOLE_RUNS = 20;
const AFTERWARDS_MS = 200;

/** @param {string} name @param {string} type @param {Json} parameters @param {Json} [more] @returns {Json} */
const node = (name, type, parameters, more = {}) => ({
	...{ id: name, name, type, typeVersion: 1, position: [0, 0], parameters },
	...more,
});
const expression = (/** @type {string} */ name, /** @type {string} */ value, type = 'string') => ({
	...{ id: name, name, type, value },
});

const SET = node(
	'Set',
	'n8n-nodes-base.set',
	{
		includeOtherFields: true,
		assignments: {
			assignments: [
				expression('label', "={{ $json.title + ', ' + $json.tone }}"),
				expression('length', '={{ $json.logline.length }}', 'number'),
				expression('loud', '={{ $json.title.toUpperCase() }}'),
			],
		},
	},
	{ typeVersion: 3.4 },
);
const VALIDATE = node('Check', 'n8n-nodes-greenlight.styleValidator', {
	judgedBy: 'nobody',
	rulesFrom: 'rows',
	rules: {
		rows: [
			{
				kind: 'bannedWords',
				words: 'lens flare, slow motion, superhero',
				severity: 'hard',
				fix: 'Leave them out',
			},
			{
				kind: 'length',
				field: 'logline',
				unit: 'words',
				min: 3,
				max: 60,
				severity: 'soft',
				fix: 'Shorten it',
			},
		],
	},
});
const store = (
	/** @type {string} */ resource,
	/** @type {string} */ operation,
	/** @type {Json} */ rest = {},
) => node('Store', 'n8n-nodes-greenlight.sharedStateStore', { resource, operation, ...rest });

/** @type {Measured[]} */
const MEASURED = [
	{
		name: 'Gemini Concept (Custom: Generate, answers on record)',
		step: node('Write', 'n8n-nodes-greenlight.geminiConcept', {
			resource: 'custom',
			operation: 'generate',
			instruction: 'Write a tagline',
			input: '={{ $json.logline }}',
			model: { __rl: true, mode: 'id', value: 'gemini-3.8-flash' },
		}),
		beginsWith: { runKey: 'bench' },
		credential: true,
	},
	{ name: 'Style Validator (two rules about words)', step: VALIDATE },
	{
		name: 'Retry Router',
		before: [VALIDATE],
		step: node('Router', 'n8n-nodes-greenlight.retryRouter', { target: 0 }),
	},
	{ name: 'Shared State Store (State: Read)', step: store('state', 'read', { fieldNames: 'brief' }) },
	{
		name: 'Shared State Store (State: Merge)',
		step: store('state', 'merge', { field: 'shots', how: 'append', value: '={{ $json.title }}' }),
	},
];

/** The output of the router by which work that passed leaves. */
const DONE = 2;
const wireFrom = (/** @type {number} */ output, /** @type {string} */ to) =>
	Array.from({ length: output + 1 }, (_, index) =>
		index === output ? [{ node: to, type: 'main', index: 0 }] : [],
	);

/** Called by a webhook with items, begins a run, and goes through the steps. @param {string} name @param {Json[]} steps @param {Json} beginsWith @param {Json | undefined} credential */
function workflowOf(name, steps, beginsWith, credential) {
	const nodes = [
		node(
			'Called',
			'n8n-nodes-base.webhook',
			{ path: name, httpMethod: 'POST', responseMode: 'lastNode', responseData: 'noData' },
			{ typeVersion: 2, webhookId: name },
		),
		node('Begin', 'n8n-nodes-greenlight.sharedStateStore', {
			...{ resource: 'run', operation: 'start', brief: 'A bench' },
			...beginsWith,
		}),
		node(
			'Items',
			'n8n-nodes-base.set',
			{
				mode: 'raw',
				jsonOutput: "={{ JSON.stringify({ items: $('Called').item.json.body.items }) }}",
			},
			{ typeVersion: 3.4 },
		),
		node('Split', 'n8n-nodes-base.splitOut', { fieldToSplitOut: 'items' }),
		...steps.map((step) =>
			credential !== undefined && step.type.endsWith('geminiConcept')
				? { ...step, credentials: { greenlightGeminiApi: credential } }
				: step,
		),
	];
	const connections = Object.fromEntries(
		nodes
			.slice(0, -1)
			.map(({ name: from, type }, index) => [
				from,
				{ main: wireFrom(type.endsWith('.retryRouter') ? DONE : 0, nodes[index + 1]?.name ?? '') },
			]),
	);
	// What n8n saves of an execution in the end is its own affair, and as much as the items are large.
	const settings = { executionOrder: 'v1', saveDataSuccessExecution: 'none' };
	return { name, nodes, connections, settings };
}

/** Only what differs by number, so that a recorded answer is found again. @param {number} count */
const itemsOf = (count) =>
	Array.from({ length: count }, (_, index) => ({
		id: `p${index}`,
		title: `Still ${index}`,
		tone: 'noir',
		logline: `Number ${index}: a runner crosses the wet roofs while the city sleeps below and somebody follows`,
	}));

/** Milliseconds of CPU of the process in all its threads, as the kernel's scheduler counts them. @param {number} pid */
async function cpuOf(pid) {
	const threads = await readdir(`/proc/${pid}/task`);
	const times = await Promise.all(
		threads.map(async (thread) => {
			const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0');
			return Number(text.split(' ')[0]) / 1e6;
		}),
	);
	return times.reduce((sum, time) => sum + time, 0);
}

/** What n8n does after its answer, such as saving and clearing away. */
const quiet = () => sleep(AFTERWARDS_MS);

/** The steps, so often one after the other. @param {Json[]} steps @param {number} times @returns {Json[]} */
const inARowOf = (steps, times) =>
	Array.from({ length: times }, (_, index) =>
		steps.map((step) => ({ ...step, id: `${step.name} ${index}`, name: `${step.name} ${index}` })),
	).flat();

/** CPU of one execution, ms. @param {N8n} n8n @param {string} name @param {number} size @param {number} runs */
async function costOf({ pid, baseUrl }, name, size, runs) {
	const body = JSON.stringify({ items: itemsOf(size) });
	const before = await cpuOf(pid);
	for (let index = 0; index < runs; index++) {
		const answer = await fetch(`${baseUrl}/webhook/${name}`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body,
		});
		if (!answer.ok)
			throw new Error(`${name} with ${size} items answered ${answer.status}: ${await answer.text()}`);
		await answer.text();
	}
	await quiet();
	return ((await cpuOf(pid)) - before) / runs;
}

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Flows with a step and the same without it: first Set's, then each measured one's. @param {Measured[]} measured @param {Json} credential @param {Effort} effort */
const pairsOf = (measured, credential, { size, inARow }) =>
	[{ name: 'Set', step: SET }, ...measured].map((each, index) => {
		const { step, before = [], beginsWith = {}, credential: needs } = /** @type {Measured} */ (each);
		const used = needs === true ? credential : undefined;
		return {
			without: workflowOf(`without-${index}-${size}`, inARowOf(before, inARow), beginsWith, undefined),
			with: workflowOf(`with-${index}-${size}`, inARowOf([...before, step], inARow), beginsWith, used),
		};
	});

/**
 * CPU of one step, ms, with one size of items.
 * @param {N8n} n8n @param {Measured[]} measured @param {Json} credential @param {Effort} effort
 * @returns {Promise<{ ratios: number[], sets: number, steps: number[] }>}
 */
async function measureSize(n8n, measured, credential, effort) {
	const { size, inARow, runs, rounds, warmUp } = effort;
	const workflows = pairsOf(measured, credential, effort);
	for (const pair of workflows)
		for (const workflow of Object.values(pair))
			await n8n.api.publish(/** @type {any} */ (await n8n.api.importWorkflow(workflow)));
	const [setPair, ...pairs] = workflows.map((pair) => ({ without: pair.without.name, with: pair.with.name }));
	if (setPair === undefined) throw new Error('There is nothing to measure.');
	// What fills caches, compiles, and records answers is not counted.
	for (const pair of [setPair, ...pairs])
		for (const name of Object.values(pair)) await costOf(n8n, name, size, warmUp);
	// One right after the other, so that what n8n does by itself falls on both.
	const costOfStep = async (/** @type {{ without: string, with: string }} */ pair) => {
		const without = await costOf(n8n, pair.without, size, runs);
		return ((await costOf(n8n, pair.with, size, runs)) - without) / inARow;
	};
	/** @type {number[]} */
	const setCosts = [];
	/** @type {number[][]} */
	const costs = pairs.map(() => []);
	for (let round = 0; round < rounds; round++) {
		for (const [index, pair] of pairs.entries()) {
			// Set, which all are held against, is measured as often as all of them together.
			setCosts.push(await costOfStep(setPair));
			costs[index]?.push(await costOfStep(pair));
		}
	}
	const sets = median(setCosts);
	const steps = costs.map(median);
	return { sets, steps, ratios: steps.map((step) => step / sets) };
}

/** What loading the package's files takes, after what n8n has loaded anyway. @param {string} userFolder @param {string} n8nDir @param {string} nodeBin */
async function loadCost(userFolder, n8nDir, nodeBin) {
	const folder = join(userFolder, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-greenlight');
	const { n8n } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
	const files = [...n8n.nodes, ...n8n.credentials].map((file) => join(folder, file));
	const program = `
		const files = ${JSON.stringify(files)};
		process.env.NODE_PATH = ${JSON.stringify(join(n8nDir, 'node_modules'))};
		require('module').Module._initPaths();
		require('n8n-workflow');
		gc();
		const before = process.memoryUsage();
		const start = performance.now();
		const kept = files.map((file) => { const [Type] = Object.values(require(file)); return new Type(); });
		const ms = performance.now() - start;
		gc();
		const after = process.memoryUsage();
		console.log(JSON.stringify({ ms, mb: (after.rss - before.rss) / 1e6, heapMb: (after.heapUsed - before.heapUsed) / 1e6, kept: kept.length }));`;
	const loads = Array.from({ length: LOADS }, () => {
		const { stdout, stderr, status } = spawnSync(nodeBin, ['--expose-gc', '-e', program], {
			// So that both find the same n8n-workflow, as in n8n: else a second copy would be counted.
			cwd: n8nDir,
			encoding: 'utf8',
		});
		if (status !== 0) throw new Error(`Loading the package failed: ${stderr.slice(0, 500)}`);
		return JSON.parse(stdout);
	});
	const of = (/** @type {string} */ name) => median(loads.map((load) => load[name]));
	return { loadMs: of('ms'), loadMb: of('mb'), heapMb: of('heapMb') };
}

/**
 * CPU of n8n and bytes of state for one run of template 01 as the button starts it: brief, three concepts, a style guide with judged rules.
 * @param {N8n} n8n @param {Json} credential
 */
async function wholeRun({ api, pid, stateFile }, credential) {
	const template = JSON.parse(
		await readFile(join(REPOSITORY, 'workflows', '01-two-agent-storyboard.json'), 'utf8'),
	);
	const nodes = template.nodes.map((/** @type {Json} */ each) =>
		/\.(geminiConcept|styleValidator)$/.test(each.type)
			? { ...each, credentials: { greenlightGeminiApi: credential } }
			: each,
	);
	const workflow = await api.importWorkflow({ ...template, nodes });
	const start = () => api.runManually({ workflowId: workflow.id, triggerName: 'When you press the button' });
	await api.waitForExecution(await start());
	await quiet();
	const [cpu, bytes] = [await cpuOf(pid), pagesOf(stateFile)];
	const ids = [];
	for (let index = 0; index < WHOLE_RUNS; index++) {
		ids.push(await start());
		await quiet();
	}
	const spent = (await cpuOf(pid)) - cpu;
	for (const id of ids) {
		const { status } = await api.getExecution(id);
		if (status !== 'success') throw new Error(`A run of the template ended as ${status}.`);
	}
	return {
		runCpuMs: spent / WHOLE_RUNS,
		runStateKb: (pagesOf(stateFile) - bytes) / 1000 / WHOLE_RUNS,
	};
}

/** Bytes in use, with what is still in the log. @param {string} path */
function pagesOf(path) {
	const database = new DatabaseSync(path, { readOnly: true });
	const number = (/** @type {string} */ name) =>
		Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
	const bytes = (number('page_count') - number('freelist_count')) * number('page_size');
	database.close();
	return bytes;
}

/** @param {{ say: (line: string) => void, args: readonly string[] }} bench */
export async function bench({ say, args }) {
	const only = args[args.indexOf('--only') + 1];
	const measured = MEASURED.filter(({ name }) => !args.includes('--only') || name.includes(only ?? ''));
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-nodes-bench-'));
	const userFolder = join(folder, 'n8n');
	const standIn = await startStandIn();
	/** @type {N8n | undefined} */
	let n8n;
	try {
		const packageTarball = await packPackage(REPOSITORY, join(folder, 'package'));
		n8n = await startN8n({ userFolder, packageTarball });
		const { api } = n8n;
		await api.enter(OWNER);
		const credential = await api.createCredential({
			name: 'Gemini',
			type: 'greenlightGeminiApi',
			data: {
				...{ access: 'apiKey', apiKey: 'bench', baseUrl: standIn.url, apiVersion: 'v1' },
				...{ callsAtOnce: 0, callsPerMinute: 0 },
				...{ project: '', location: '', clientEmail: '', privateKey: '' },
			},
		});
		/** @type {Json[]} */
		const nodes = measured.map(({ name }) => ({ name }));
		for (const effort of EFFORTS) {
			const { size, inARow } = effort;
			const { ratios, sets, steps } = await measureSize(n8n, measured, credential, effort);
			say(`${size} items, CPU of a step, ${inARow} in a row: Set ${sets.toFixed(1)} ms`);
			measured.forEach(({ name }, index) => {
				say(`  ${name}: ${steps[index]?.toFixed(1)} ms, ${ratios[index]?.toFixed(2)} times Set`);
				nodes[index] = { ...nodes[index], [`cpuVsSet${size}`]: Number(ratios[index]?.toPrecision(3)) };
			});
		}
		const run = await wholeRun(n8n, credential);
		say(
			`A run of template 01: ${run.runCpuMs.toFixed(0)} ms CPU of n8n, ${run.runStateKb.toFixed(0)} KB of state`,
		);
		const { n8nDir, nodeBin } = await installN8n();
		const { loadMs, loadMb, heapMb } = await loadCost(userFolder, n8nDir, nodeBin);
		say(
			`Loading the package: ${loadMs.toFixed(0)} ms, ${loadMb.toFixed(1)} MB of memory, ${heapMb.toFixed(1)} MB of it on the heap`,
		);
		return { nodes, loadMs, loadMb, ...run };
	} finally {
		await n8n?.stop();
		await standIn.stop();
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	}
}
