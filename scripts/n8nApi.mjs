/** n8n's own REST interface, as its editor uses it: for `npm start` and the end-to-end tests, not for users. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'flatted';
import { PlainError } from './lib/plainError.mjs';

/** @typedef {Record<string, any>} Json */
/** @typedef {{ email: string, password: string, firstName: string, lastName: string }} Owner */
/** @typedef {{ id: string, status: string, finished: boolean, startedAt: string, stoppedAt?: string, data: Json, workflowId: string, mode: string }} Execution `data` is n8n's run data. */

const PUBLISH_TIMEOUT_MS = 30_000;
const FORM_TRIGGER = 'n8n-nodes-base.formTrigger';
/** Of an n8n that lives as long as a proof, a bench or a picture, on 127.0.0.1. */
export const OWNER = {
	email: 'owner@example.com',
	password: 'Green-proof-7',
	firstName: 'Proof',
	lastName: 'Owner',
};
export const ENDED = ['success', 'error', 'crashed', 'canceled'];

export class N8nApiError extends Error {
	/** @param {string} message @param {number} status @param {unknown} body */
	constructor(message, status, body) {
		super(message);
		this.name = 'N8nApiError';
		this.status = status;
		this.body = body;
	}
}

/** @param {string} baseUrl */
export function createApi(baseUrl) {
	const browserId = 'greenlight';
	let cookie = '';

	/**
	 * @param {string} method @param {string} path @param {unknown} [body]
	 * @returns {Promise<any>} What n8n wraps in `data`.
	 */
	async function call(method, path, body) {
		const response = await fetch(`${baseUrl}/rest${path}`, {
			method,
			headers: {
				'browser-id': browserId,
				'push-ref': browserId,
				...(cookie ? { cookie } : {}),
				...(body === undefined ? {} : { 'content-type': 'application/json' }),
			},
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		const session = response.headers.getSetCookie().find((value) => value.startsWith('n8n-auth='));
		if (session) cookie = session.split(';')[0] ?? '';
		const text = await response.text();
		const answer = parseJson(text);
		if (!response.ok) {
			throw new N8nApiError(
				`n8n answered ${response.status} to ${method} ${path}: ${answer?.message ?? text.slice(0, 300)}`,
				response.status,
				answer ?? text,
			);
		}
		return answer && 'data' in answer && Object.keys(answer).length === 1 ? answer.data : answer;
	}

	/** Makes the owner of a new n8n. @param {Owner} owner */
	const setUpOwner = (owner) => call('POST', '/owner/setup', owner);

	/** @param {{ email: string, password: string }} login */
	const logIn = ({ email, password }) => call('POST', '/login', { emailOrLdapLoginId: email, password });

	/** Makes the owner, or logs in where there is one. @param {Owner} owner */
	async function enter(owner) {
		const settings = await call('GET', '/settings');
		if (settings.userManagement?.showSetupOnFirstLoad) await setUpOwner(owner);
		else await logIn(owner);
	}

	/** @param {{ name: string, type: string, data: Json }} credential @returns {Promise<{ id: string, name: string }>} */
	const createCredential = (credential) => call('POST', '/credentials', credential);

	/** @returns {Promise<Array<{ id: string, name: string, type: string }>>} */
	const listCredentials = () => call('GET', '/credentials');

	/** @param {string} id @param {{ name: string, type: string, data: Json }} credential */
	const updateCredential = (id, credential) => call('PATCH', `/credentials/${id}`, credential);

	/** @param {Json} workflow @returns {Promise<Json>} The workflow as saved, with `id` and `versionId`. */
	function importWorkflow(workflow) {
		const { name, nodes, connections, settings = { executionOrder: 'v1' }, pinData } = workflow;
		return call('POST', '/workflows', {
			name,
			nodes,
			connections,
			settings,
			...(pinData ? { pinData } : {}),
		});
	}

	/** @param {string} id @returns {Promise<Json>} */
	const getWorkflow = (id) => call('GET', `/workflows/${id}`);

	/** @param {string} id @param {Json} changes Needs the current `versionId`. @returns {Promise<Json>} */
	const updateWorkflow = (id, changes) => call('PATCH', `/workflows/${id}`, changes);

	/** Publishes and waits until n8n listens: its triggers are registered a moment later. @param {{ id: string, versionId?: string }} workflow */
	async function publish({ id, versionId }) {
		await call('POST', `/workflows/${id}/activate`, {
			versionId: versionId ?? (await getWorkflow(id)).versionId,
		});
		const deadline = Date.now() + PUBLISH_TIMEOUT_MS;
		for (;;) {
			const { status } = await call('GET', `/workflows/${id}/publication-status`);
			if (status !== 'in_progress') return status;
			if (Date.now() > deadline)
				throw new PlainError('n8n did not finish publishing the workflow within 30 s.');
			await sleep(200);
		}
	}

	/**
	 * What the editor's button does.
	 * @param {{ workflowId: string, triggerName: string }} run @returns {Promise<string>} The execution's id.
	 */
	async function runManually({ workflowId, triggerName }) {
		const { executionId } = await call('POST', `/workflows/${workflowId}/run`, {
			workflowData: await getWorkflow(workflowId),
			triggerToStartFrom: { name: triggerName },
		});
		return executionId;
	}

	/** @param {string} id @returns {Promise<Execution>} */
	async function getExecution(id) {
		const execution = await call('GET', `/executions/${id}`);
		const data = typeof execution.data === 'string' ? parse(execution.data) : execution.data;
		return { ...execution, data: data ?? {} };
	}

	/** Newest first. @param {{ workflowId?: string, status?: string[] }} [filter] @returns {Promise<Json[]>} */
	async function listExecutions(filter = {}) {
		const query = new URLSearchParams({ filter: JSON.stringify(filter), limit: '100' });
		const answer = await call('GET', `/executions?${query}`);
		return answer.results ?? answer;
	}

	/** @param {string} id */
	const stopExecution = (id) => call('POST', `/executions/${id}/stop`);

	/** Retries a failed execution from the step that failed. @param {string} id @returns {Promise<Json>} */
	const retryExecution = (id, loadWorkflow = false) =>
		call('POST', `/executions/${id}/retry`, { loadWorkflow });

	/** @param {string} id @param {{ timeoutMs?: number, until?: readonly string[] }} [options] @returns {Promise<Execution>} */
	async function waitForExecution(id, { timeoutMs = 120_000, until = ENDED } = {}) {
		const deadline = Date.now() + timeoutMs;
		for (;;) {
			const execution = await getExecution(id);
			if (until.includes(execution.status)) return execution;
			if (Date.now() > deadline)
				throw new Error(`Execution ${id} is still ${execution.status} after ${timeoutMs} ms.`);
			await sleep(300);
		}
	}

	/**
	 * Fills in and sends a published workflow's form, as a browser does.
	 * @param {Json} workflow @param {Record<string, string | number | { fileName: string, type: string, bytes: Uint8Array }>} values By the
	 *   field's label or name. @returns {Promise<{ status: number, body: any }>}
	 */
	async function submitForm(workflow, values) {
		const trigger = workflow.nodes.find((/** @type {Json} */ node) => node.type === FORM_TRIGGER);
		if (!trigger) throw new Error(`The workflow '${workflow.name}' has no form.`);
		const { path, options, formFields } = trigger.parameters;
		const form = new FormData();
		const fields = formFields?.values ?? [];
		for (const [index, field] of fields.entries()) {
			const value = values[field.fieldLabel] ?? values[field.fieldName];
			if (value === undefined) continue;
			if (typeof value === 'object')
				form.append(
					`field-${index}`,
					new Blob([Buffer.from(value.bytes)], { type: value.type }),
					value.fileName,
				);
			else form.append(`field-${index}`, String(value));
		}
		const response = await fetch(`${baseUrl}/form/${path || options?.path || trigger.webhookId}`, {
			method: 'POST',
			body: form,
		});
		const text = await response.text();
		return { status: response.status, body: parseJson(text) ?? text };
	}

	/** The descriptions of all nodes that n8n has loaded. @returns {Promise<Json[]>} */
	async function listNodeTypes() {
		const response = await fetch(`${baseUrl}/types/nodes.json`, {
			headers: { cookie, 'browser-id': browserId },
		});
		return /** @type {Promise<Json[]>} */ (response.json());
	}

	return {
		baseUrl,
		call,
		enter,
		setUpOwner,
		logIn,
		createCredential,
		listCredentials,
		updateCredential,
		importWorkflow,
		getWorkflow,
		updateWorkflow,
		publish,
		runManually,
		getExecution,
		listExecutions,
		waitForExecution,
		stopExecution,
		retryExecution,
		submitForm,
		listNodeTypes,
	};
}

/** @typedef {ReturnType<typeof createApi>} N8nApi */

/** @param {string} text */
function parseJson(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
