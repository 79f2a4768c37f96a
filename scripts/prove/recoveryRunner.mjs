/**
 * A process that runs the pipeline of the recovery proof through n8n's own engine, once for each job that it is sent. It is
 * there to be killed.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { REPOSITORY } from '../lib/processes.mjs';
import { pipeline } from './recoveryFlow.mjs';

const require = createRequire(import.meta.url);
require('reflect-metadata');
const { ExecutionLifecycleHooks, WorkflowExecute } = require('n8n-core');
const { NodeHelpers, Workflow, createRunExecutionData } = require('n8n-workflow');
const NODES = ['GeminiConcept', 'StyleValidator', 'RetryRouter', 'SharedStateStore'];

/** @typedef {Record<string, any>} Json */

const trigger = {
	description: {
		...{ displayName: 'Start', name: 'manualTrigger', group: ['trigger'], version: 1, description: '' },
		...{ defaults: { name: 'Start' }, inputs: [], outputs: ['main'], properties: [] },
	},
	execute: async () => [[{ json: {} }]],
};
/** @type {Json} */
const types = { 'n8n-nodes-base.manualTrigger': trigger };
for (const name of NODES) {
	const { [name]: Type } = require(join(REPOSITORY, 'dist', 'nodes', name, `${name}.node.js`));
	types[`n8n-nodes-greenlight.${name.charAt(0).toLowerCase()}${name.slice(1)}`] = new Type();
}
const { stateFilePath } = require(join(REPOSITORY, 'dist', 'nodes', 'shared', 'host', 'store.js'));

/** @param {{ runKey: string, executionId: string, url: string }} job */
async function run({ runKey, executionId, url }) {
	const json = pipeline(runKey);
	const workflow = new Workflow({
		...{ id: 'w1', name: 'Proof', active: false, settings: { executionOrder: 'v1' }, ...json },
		nodeTypes: {
			getByName: (/** @type {string} */ name) => types[name],
			getByNameAndVersion: (/** @type {string} */ name, /** @type {number} */ version) =>
				NodeHelpers.getVersionedNodeType(types[name], version),
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
	const data = createRunExecutionData({ resumeToken: `token-${executionId}` });
	const engine = new WorkflowExecute(additionalData, 'trigger', data);
	const { status, data: ran } = await engine.run({ workflow, startNode: workflow.getNode('Start') });
	return { status, error: ran.resultData.error?.message };
}

process.on('message', (job) => {
	run(/** @type {any} */ (job)).then(
		(result) => process.send?.(result),
		(error) => process.send?.({ status: 'error', error: String(error) }),
	);
});
process.send?.({ stateFile: stateFilePath() });
