/** Follows an execution and tells each pipeline step in one line, as it happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ENDED } from '../n8nApi.mjs';
import { PACKAGE_NAME } from '../n8nInstance.mjs';

/** @typedef {Record<string, any>} Json */

const POLL_MS = 400;

/**
 * @param {import('../n8nApi.mjs').N8nApi} api
 * @param {{ executionId: string, workflow: Json, say: (line: string) => void, timeoutMs: number, told?: Set<string>, signal?: AbortSignal }} options
 *   `told`: what was told of it before it waited; it is added to.
 * @returns {Promise<import('../n8nApi.mjs').Execution>} The execution at its end, or where it waits or the time is up.
 */
export async function followExecution(
	api,
	{ executionId, workflow, say, timeoutMs, told = new Set(), signal },
) {
	const types = new Map(workflow.nodes.map((/** @type {Json} */ node) => [node.name, node.type]));
	const toldFailures = new Set();
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		signal?.throwIfAborted();
		const execution = await api.getExecution(executionId);
		for (const { node, index, task } of tasksIn(execution)) {
			const key = `${node}:${index}`;
			if (told.has(key) || task.executionStatus === 'running') continue;
			told.add(key);
			for (const line of describeTask(node, String(types.get(node) ?? ''), task, toldFailures)) say(line);
		}
		if ([...ENDED, 'waiting'].includes(execution.status) || Date.now() > deadline) return execution;
		await sleep(POLL_MS, undefined, signal ? { signal } : {});
	}
}

/** Everything that ran, in the order in which it ran. @param {Json} execution @returns {Array<{ node: string, index: number, task: Json }>} */
export function tasksIn(execution) {
	const runData = /** @type {Record<string, Json[]>} */ (execution.data?.resultData?.runData ?? {});
	return Object.entries(runData)
		.flatMap(([node, tasks]) => tasks.map((task, index) => ({ node, index, task })))
		.sort((a, b) => (a.task.executionIndex ?? 0) - (b.task.executionIndex ?? 0));
}

/**
 * Lines for one run of a node; none for nodes that only pass things on.
 * @param {string} node @param {string} type @param {Json} task
 * @param {Set<string>} toldFailures Failed items travel on through other nodes; each is told once.
 * @returns {string[]}
 */
export function describeTask(node, type, task, toldFailures = new Set()) {
	if (task.error) return [`${node} stopped: ${task.error.message ?? 'no reason given'}`];
	const outputs = /** @type {Json[][]} */ (
		(task.data?.main ?? []).map((/** @type {Json[] | null} */ items) => (items ?? []).map(({ json }) => json))
	);
	const items = outputs.flat();
	const ours = type.startsWith(`${PACKAGE_NAME}.`) ? type.slice(PACKAGE_NAME.length + 1) : undefined;
	if (!ours) return describeBrief(node, items);
	if (items.length === 0) return [];
	const failed = items.filter((item) => item.failure && isNews(item, toldFailures));
	const worked = items.filter(({ failure }) => !failure);
	const failures = failed.map(
		({ title, failure }) => `${node}: ${title ? `${quote(title)} failed, ` : ''}${failure.message}`,
	);
	switch (ours) {
		case 'geminiConcept':
			return [...describeWriting(node, worked), ...failures];
		case 'styleValidator':
			return [...describeChecking(worked), ...failures];
		case 'retryRouter':
			return describeRouting(outputs);
		case 'humanGate':
			return describeDecisions(outputs);
		default:
			// Its address is told at the end.
			if (items[0]?.statusUrl) return [];
			return [
				`${node}: ${items.length === 1 && items[0]?.title ? quote(items[0].title) : count(items.length, 'item')}`,
				...failures,
			];
	}
}

/** @param {Json} item @param {Set<string>} told */
function isNews({ failure, artefactId, round }, told) {
	const key = JSON.stringify([failure.code, failure.message, artefactId, round]);
	return !told.has(key) && Boolean(told.add(key));
}

/** @param {string} node @param {Json[]} items */
function describeBrief(node, items) {
	const brief = items[0]?.brief;
	return typeof brief === 'string' && brief !== '' && /brief/i.test(node)
		? [`Read the brief: ${quote(shorten(brief))}`]
		: [];
}

/** @param {string} node @param {Json[]} items */
function describeWriting(node, items) {
	const [first] = items;
	if (!first) return [];
	if (first.kind === 'intent' || 'sceneGoals' in first || 'sceneGoals' in (first.intent ?? {})) {
		const intent = first.intent ?? first;
		const tone = Array.isArray(intent.tone) && intent.tone.length > 0 ? ` (${intent.tone.join(', ')})` : '';
		return [`Captured the intent: ${intent.title ?? 'untitled'}${tone}`];
	}
	const written = items.filter(({ next }) => next !== 'check');
	if (written.length === 0) return [];
	return [
		`${/concept/i.test(node) || first.kind === 'concept' ? 'Wrote' : `${node}: wrote`} ${count(written.length, first.kind ?? 'item')}: ${titles(written)}`,
	];
}

/** @param {Json[]} items */
function describeChecking(items) {
	const checked = items.filter(({ verdict }) => verdict);
	if (checked.length === 0) return [];
	const passed = checked.filter(({ verdict }) => verdict.outcome === 'pass').length;
	const reasons = (/** @type {string} */ outcome) => {
		const those = checked.filter(({ verdict }) => verdict.outcome === outcome);
		return those.map(({ title, verdict }) => `${quote(title)}: ${verdict.note}`).join('; ');
	};
	const failed = checked.filter(({ verdict }) => verdict.outcome === 'fail').length;
	const unsure = checked.length - passed - failed;
	const parts = [
		...(passed > 0 ? [`${passed} ${passed === 1 ? 'passes' : 'pass'}`] : []),
		...(failed > 0 ? [`${failed} ${failed === 1 ? 'does' : 'do'} not (${reasons('fail')})`] : []),
		...(unsure > 0 ? [`${unsure} undecided (${reasons('unsure')})`] : []),
	];
	return [`Checked ${count(checked.length, 'concept')}: ${parts.join(', ')}`];
}

/** @param {Json[][]} outputs Escalate, Retry, Done. */
function describeRouting([escalated = [], retried = [], done = []]) {
	const reasons = escalated.map(({ title, why, failure }) => {
		const reason = failure?.message ?? why;
		return (
			[...(title ? [quote(title)] : []), ...(reason ? [reason] : [])].join(': ') || 'work without a title'
		);
	});
	return [
		...(retried.length > 0 ? [`Sent back ${count(retried.length, 'concept')} for another try`] : []),
		...(done.length > 0 ? [`Done: ${count(done.length, 'concept')} accepted: ${titles(done)}`] : []),
		...(escalated.length > 0 ? [`Handed to a person: ${reasons.join('; ')}`] : []),
	];
}

/** @param {Json[][]} outputs No Decision, Approved, Rejected, Redirected. */
function describeDecisions(outputs) {
	const words = ['Left without a decision', 'Approved', 'Rejected', 'Redirected'];
	return outputs.flatMap((items, output) => {
		const reviewer = items[0]?.decision?.reviewer;
		return items.length === 0
			? []
			: [`${words[output]}${reviewer ? ` by ${reviewer}` : ''}: ${titles(items)}`];
	});
}

/** @param {Json[]} items */
function titles(items) {
	return items.map(({ title }) => quote(title)).join(', ');
}

/** @param {unknown} text */
function quote(text) {
	return `"${text ? String(text) : 'untitled'}"`;
}

/** @param {number} number @param {string} noun */
function count(number, noun) {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** @param {string} text */
function shorten(text) {
	const line = text.replace(/\s+/g, ' ').trim();
	return line.length <= 140 ? line : `${line.slice(0, 139)}…`;
}
