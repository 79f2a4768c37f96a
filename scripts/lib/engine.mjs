/** n8n's own engine (n8n-core's WorkflowExecute) in this process, with the built nodes: for proofs and benches, outside Jest. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { REPOSITORY } from './processes.mjs';

const require = createRequire(import.meta.url);
require('reflect-metadata');
const { ExecutionLifecycleHooks, WorkflowExecute } = require('n8n-core');
const { NodeHelpers, Workflow, createRunExecutionData } = require('n8n-workflow');
const NODES = ['GeminiConcept', 'StyleValidator', 'RetryRouter', 'SharedStateStore'];

/** @typedef {Record<string, any>} Json */

/** A small node type of a proof. @param {string} name @param {() => Promise<any>} execute @param {string[]} [inputs] */
export function nodeType(name, execute, inputs = ['main']) {
	return {
		description: {
			...{ displayName: name, name, group: ['transform'], version: 1, description: '' },
			...{ defaults: { name }, inputs, outputs: ['main'], properties: [] },
		},
		execute,
	};
}

/** @type {Json} */
const types = {
	'n8n-nodes-base.manualTrigger': nodeType('manualTrigger', async () => [[{ json: {} }]], []),
};
for (const name of NODES) {
	const { [name]: Type } = require(join(REPOSITORY, 'dist', 'nodes', name, `${name}.node.js`));
	types[`n8n-nodes-greenlight.${name.charAt(0).toLowerCase()}${name.slice(1)}`] = new Type();
}

/**
 * Runs a workflow and gives back n8n's record of it.
 * @param {{ nodes: Json[], connections: Json }} json
 * @param {{ executionId: string, url: string, startNode?: string, resumeToken?: string }} execution `url` is where Gemini is; an
 * execution and its retries have the same token.
 * @param {Json} [own] Further node types, by name.
 */
export async function runInEngine(json, execution, own = {}) {
	const { executionId, url, startNode = 'Start', resumeToken = `token-${executionId}` } = execution;
	const typeOf = (/** @type {string} */ name) => own[name] ?? types[name];
	const workflow = new Workflow({
		...{ id: 'w1', name: 'Proof', active: false, settings: { executionOrder: 'v1' }, ...json },
		nodeTypes: {
			getByName: typeOf,
			getByNameAndVersion: (/** @type {string} */ name, /** @type {number} */ version) =>
				NodeHelpers.getVersionedNodeType(typeOf(name), version),
			getKnownTypes: () => ({}),
		},
	});
	const additionalData = {
		executionId,
		hooks: new ExecutionLifecycleHooks('trigger', executionId, { id: 'w1', name: 'Proof', ...json }),
		currentNodeExecutionIndex: 0,
		variables: {},
		...{ restApiUrl: '', instanceBaseUrl: 'http://n8n.test/', webhookBaseUrl: '' },
		webhookWaitingBaseUrl: 'http://n8n.test/webhook-waiting',
		formWaitingBaseUrl: 'http://n8n.test/form-waiting',
		setExecutionStatus: () => undefined,
		credentialsHelper: {
			getDecrypted: async () => ({ access: 'apiKey', apiKey: 'key', baseUrl: url, apiVersion: 'v1' }),
			isCredentialUsableByNode: () => true,
			getParentTypes: () => [],
			getCredentialsProperties: () => [],
		},
	};
	const data = createRunExecutionData({ resumeToken });
	const engine = new WorkflowExecute(additionalData, 'trigger', data);
	return engine.run({ workflow, startNode: workflow.getNode(startNode) });
}
