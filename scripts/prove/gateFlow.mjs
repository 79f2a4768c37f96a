/** A workflow that waits at a Human Gate, and a reviewer's browser in front of it: for the proofs and the end-to-end tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beginRun, calledAt, node, to } from '../lib/steps.mjs';
import { ENDED } from '../n8nApi.mjs';

/** @typedef {Record<string, any>} Json */
/** @typedef {import('../n8nApi.mjs').N8nApi} N8nApi */
/** @typedef {{ status: number, headers: Record<string, string>, body: string, bytes: Buffer }} Answer */

export const GATE = 'Gate';
export const GATE_ID = 'the-gate';
export const BRIEF = 'Set your brief';
/** What the gate's outputs lead to, in their order. */
export const AFTER = ['After No Decision', 'After Approved', 'After Rejected', 'After Redirected'];

/** Edit Fields that adds one field. @param {string} name @param {string} field @param {string} value */
const editFields = (name, field, value) =>
	node(
		name,
		'n8n-nodes-base.set',
		{
			includeOtherFields: true,
			assignments: { assignments: [{ id: field, name: field, type: 'string', value }] },
			options: { stripBinary: false },
		},
		{ typeVersion: 3.4 },
	);

/**
 * Called by a webhook at `name` or by the button, starts a run, makes the pieces, and lets a person decide about them. Each
 * piece has its own brief, and the step after each output asks n8n for it.
 * @param {object} options
 * @param {string} options.name Also the webhook's path.
 * @param {readonly Json[]} options.pieces The JSON of each; `file` is `{ base64, fileName, mimeType }`.
 * @param {Json} [options.gate] The gate's parameters.
 */
export function gateWorkflow({ name, pieces, gate = {} }) {
	const code = `const pieces = ${JSON.stringify(pieces)};
return Promise.all(pieces.map(async ({ file, ...json }) => ({
	json,
	pairedItem: { item: 0 },
	...(file && { binary: {
		still: await this.helpers.prepareBinaryData(Buffer.from(file.base64, 'base64'), file.fileName, file.mimeType),
	} }),
})));`;
	const nodes = [
		node('Button', 'n8n-nodes-base.manualTrigger', {}),
		calledAt(name),
		beginRun('Twelve stills for a rooftop chase'),
		node('Pieces', 'n8n-nodes-base.code', { jsCode: code }, { typeVersion: 2 }),
		editFields(BRIEF, 'brief', '=Brief of {{ $json.id }}'),
		node(GATE, 'n8n-nodes-greenlight.humanGate', { title: 'Which stills?', ...gate }, { id: GATE_ID }),
		...AFTER.map((after) => editFields(after, 'own', `={{ $('${BRIEF}').item.json.brief }}`)),
	];
	nodes.forEach(
		(each, index) => (each.position = [220 * Math.min(index, 6), index < 6 ? 300 : 160 * (index - 5)]),
	);
	const connections = {
		Button: { main: [to('Begin')] },
		Called: { main: [to('Begin')] },
		Begin: { main: [to('Pieces')] },
		Pieces: { main: [to(BRIEF)] },
		[BRIEF]: { main: [to(GATE)] },
		[GATE]: { main: AFTER.map(to) },
	};
	return { name, nodes, connections, settings: { executionOrder: 'v1', saveExecutionProgress: true } };
}

/** What 'Tell the Reviewer With' starts: it only keeps what it was given. @param {string} name */
export function tellWorkflow(name) {
	return {
		name,
		nodes: [
			node(
				'Told',
				'n8n-nodes-base.executeWorkflowTrigger',
				{ inputSource: 'passthrough' },
				{ typeVersion: 1.1 },
			),
			node('Send it', 'n8n-nodes-base.noOp', {}),
		],
		connections: { Told: { main: [to('Send it')] } },
		settings: { executionOrder: 'v1' },
	};
}

/** Calls the workflow's webhook and waits until its execution waits. @param {N8nApi} api @param {Json} workflow @returns {Promise<Json>} The execution. */
export async function callAndWait(api, workflow) {
	const before = new Set((await api.listExecutions({ workflowId: workflow.id })).map(({ id }) => id));
	const response = await fetch(`${api.baseUrl}/webhook/${workflow.name}`, { method: 'POST' });
	if (!response.ok) throw new Error(`The webhook answered ${response.status}: ${await response.text()}`);
	for (const end = Date.now() + 60_000; Date.now() < end; await sleep(150)) {
		const all = await api.listExecutions({ workflowId: workflow.id });
		const id = all.find((each) => !before.has(each.id))?.id;
		if (id !== undefined) return waits(api, id);
	}
	throw new Error('The webhook started no execution within 60 s.');
}

/** Until the execution waits. @param {N8nApi} api @param {string} id @returns {Promise<Json>} */
export async function waits(api, id) {
	const execution = await api.waitForExecution(id, { until: ['waiting', ...ENDED] });
	if (execution.status === 'waiting') return execution;
	const { error } = execution.data.resultData ?? {};
	throw new Error(`Execution ${id} is ${execution.status}: ${error?.message} ${error?.description ?? ''}`);
}

/** The link that the editor shows while the gate waits. @param {Json} execution @returns {string} */
export const linkOf = (execution) => execution.data.resultData.runData[GATE].at(-1).metadata?.resumeUrl ?? '';

/**
 * What a browser gets. A form is sent as a browser sends it.
 * @param {string} link @param {{ form?: Record<string, string>, method?: string, headers?: Record<string, string>, body?: string }} [request]
 * @returns {Promise<Answer>}
 */
export async function visit(link, { form, method, headers = {}, body } = {}) {
	const response = await fetch(link, {
		method: method ?? (form === undefined ? 'GET' : 'POST'),
		redirect: 'manual',
		headers: {
			...(form && { 'content-type': 'application/x-www-form-urlencoded', origin: 'null' }),
			...headers,
		},
		...(form && { body: new URLSearchParams(form).toString() }),
		...(body !== undefined && { body }),
	});
	const bytes = Buffer.from(await response.arrayBuffer());
	return {
		status: response.status,
		headers: Object.fromEntries(response.headers),
		body: bytes.toString(),
		bytes,
	};
}

/** The page's form with what it hides in it, filled in. @param {string} page @param {Record<string, string>} choices */
export function formOf(page, choices) {
	const hidden = [...page.matchAll(/<input type=hidden name="?([^" >]+)"? value="?([^" >]*)"?>/g)];
	return {
		...Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, plain(value)])),
		reviewer: 'Maya',
		send: 'all',
		...choices,
	};
}

/** Choices by piece: `['approve', 'reject']` as the form's fields. @param {readonly string[]} actions @param {Record<string, string>} [more] */
export function choose(actions, more = {}) {
	const fields = actions.flatMap((action, index) => [
		[`d${index}`, action],
		...(action === 'redirect' ? [[`n${index}`, 'More rain.']] : []),
	]);
	return { ...Object.fromEntries(fields), ...more };
}

/** @param {string} text */
function plain(text) {
	const entities = /** @type {Record<string, string>} */ ({
		amp: '&',
		lt: '<',
		gt: '>',
		quot: '"',
		'#39': "'",
	});
	return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name] ?? '');
}

/** Whose answer it is, and what it says. @param {Answer} answer */
export function kindOf({ status, headers, body }) {
	const isOurs =
		headers['x-robots-tag'] === 'noindex, nofollow' && headers['referrer-policy'] === 'no-referrer';
	if (!isOurs && status === 503 && /database is not ready/i.test(body))
		return "n8n's 503, its database is slow";
	if (!isOurs && status === 500 && /reading 'node'/.test(body)) return "n8n's 500 before the gate is asked";
	if (status >= 500) return `error ${status}`;
	if (!isOurs) {
		if (status === 409) return "n8n's 409";
		return status === 200 && /no action required/i.test(body) ? "n8n's no-action page" : `n8n's ${status}`;
	}
	if (status === 200)
		return /the run goes on/.test(body) ? 'sent' : /are saved/.test(body) ? 'saved' : 'page';
	if (status === 409 && /has just gone on/.test(body)) return 'just gone on';
	if (status === 410 && /belongs to the earlier review/.test(body)) return 'earlier review';
	return status === 409 && /decided first/.test(body) ? 'decided before' : `refused ${status}`;
}

/** What a step gave out, over all its runs. @param {Json} execution @param {string} name @returns {Json[]} */
export const itemsOf = (execution, name) =>
	runsOf(execution, name).flatMap((task) => task.data?.main?.[0] ?? []);

/** How often a step ran. @param {Json} execution @param {string} name @returns {number} */
export const timesRun = (execution, name) => runsOf(execution, name).length;

/** Without those that n8n makes up when it finds an execution crashed. @param {Json} execution @param {string} name @returns {Json[]} */
function runsOf(execution, name) {
	const tasks = execution.data.resultData?.runData?.[name] ?? [];
	return tasks.filter(
		(/** @type {Json} */ task) => task.data?.main?.[0]?.[0]?.json?.isArtificialRecoveredEventItem !== true,
	);
}
