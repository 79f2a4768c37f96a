import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { storeCredentials } from '../shared/host/descriptions';
import { searchRuns, testGreenlightStateStore } from '../shared/host/storeMethods';
import { properties } from './actions/properties';
import { execute } from './actions/route';

export class RetryRouter implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Retry Router',
		name: 'retryRouter',
		icon: { light: 'file:retryRouter.svg', dark: 'file:retryRouter.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "up to " + $parameter["attempts"] + " attempts" }}',
		description:
			'Decide once per round, from the state, what is done, what is tried again and what a person has to see',
		documentationUrl: 'https://www.npmjs.com/package/n8n-nodes-greenlight#retry-router',
		defaults: { name: 'Retry Router' },
		inputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		inputNames: ['Checked', 'Failed'],
		requiredInputs: 1,
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Escalate', 'Retry', 'Done'],
		credentials: storeCredentials,
		properties,
	};

	methods = { listSearch: { searchRuns }, credentialTest: { testGreenlightStateStore } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return execute(this);
	}
}
