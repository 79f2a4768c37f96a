import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { storeCredentials } from '../shared/host/descriptions';
import { searchRuns, testGreenlightStateStore } from '../shared/host/storeMethods';
import { execute } from './actions/park';
import { properties } from './actions/properties';
import { answer } from './actions/answer';

/** The review page and what it sends: one address for both, signed by n8n, that resumes the execution. */
const page: IWebhookDescription = {
	name: 'default',
	httpMethod: 'GET',
	responseMode: 'onReceived',
	path: '={{ $nodeId }}',
	restartWebhook: true,
	isFullPath: true,
};

export class HumanGate implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Human Gate',
		name: 'humanGate',
		icon: { light: 'file:humanGate.svg', dark: 'file:humanGate.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["title"] }}',
		description: 'Wait for a person to approve, reject or redirect work on a review page',
		documentationUrl: 'https://www.npmjs.com/package/n8n-nodes-greenlight#human-gate',
		defaults: { name: 'Human Gate' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
			NodeConnectionTypes.Main,
		],
		outputNames: ['No Decision', 'Approved', 'Rejected', 'Redirected'],
		credentials: storeCredentials,
		waitingNodeTooltip:
			'=<a href="{{ $execution.resumeUrl }}" target="_blank">Open the review page</a>. The run goes on when everything is decided there.',
		webhooks: [page, { ...page, httpMethod: 'POST', responseData: '' }],
		properties,
	};

	methods = {
		credentialTest: { testGreenlightStateStore },
		listSearch: { searchRuns },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return execute(this);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return answer(this);
	}
}
