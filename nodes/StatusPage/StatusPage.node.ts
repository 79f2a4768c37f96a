import type { INodeType, INodeTypeDescription, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { STATUS_PATH, storeCredentials } from '../shared/host/descriptions';
import { testGreenlightStateStore } from '../shared/host/storeMethods';
import { answer } from './actions/answer';
import { properties } from './actions/properties';

export class StatusPage implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Status Page',
		name: 'statusPage',
		icon: { light: 'file:statusPage.svg', dark: 'file:statusPage.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '=for all runs',
		description: 'Show people who have the link how a run stands, with the approved work to download',
		documentationUrl: 'https://www.npmjs.com/package/n8n-nodes-greenlight#status-page',
		defaults: { name: 'Status Page' },
		inputs: [],
		outputs: [],
		credentials: storeCredentials,
		eventTriggerDescription: 'Answers at the links of Run: Get Status Link while this workflow is published',
		activationMessage: 'The status pages of all runs are on now.',
		webhooks: [
			{
				name: 'default',
				httpMethod: 'GET',
				responseMode: 'onReceived',
				path: STATUS_PATH,
				isFullPath: true,
				ndvHideUrl: true,
			},
		],
		properties,
	};

	methods = { credentialTest: { testGreenlightStateStore } };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return answer(this);
	}
}
