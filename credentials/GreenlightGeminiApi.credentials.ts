import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

/** Gemini by API key (Google AI Studio, or Vertex AI in express mode), or by a service account of Google Cloud (Vertex AI). */
export class GreenlightGeminiApi implements ICredentialType {
	name = 'greenlightGeminiApi';

	displayName = 'Greenlight Gemini API';

	icon: Icon = { light: 'file:greenlightGemini.svg', dark: 'file:greenlightGemini.dark.svg' };

	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-greenlight#the-gemini-credential';

	properties: INodeProperties[] = [
		{
			displayName: 'Access By',
			name: 'access',
			type: 'options',
			options: [
				{ name: 'API Key', value: 'apiKey', description: 'A key from Google AI Studio' },
				{
					name: 'API Key of Google Cloud',
					value: 'express',
					description: 'A key of Vertex AI in express mode',
				},
				{ name: 'Service Account', value: 'vertex', description: 'Google Cloud (Vertex AI)' },
			],
			default: 'apiKey',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			displayOptions: { show: { access: ['apiKey', 'express'] } },
		},
		{
			displayName: 'Project ID',
			name: 'project',
			type: 'string',
			default: '',
			required: true,
			displayOptions: { show: { access: ['vertex'] } },
		},
		{
			displayName: 'Region',
			name: 'location',
			type: 'string',
			default: 'global',
			displayOptions: { show: { access: ['vertex'] } },
		},
		{
			displayName: 'Service Account Email',
			name: 'clientEmail',
			type: 'string',
			default: '',
			placeholder: 'e.g. studio@my-project.iam.gserviceaccount.com',
			required: true,
			displayOptions: { show: { access: ['vertex'] } },
		},
		{
			displayName: 'Private Key',
			name: 'privateKey',
			type: 'string',
			typeOptions: { password: true, rows: 3 },
			default: '',
			required: true,
			displayOptions: { show: { access: ['vertex'] } },
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://gemini-proxy.example.org',
			description: "Leave empty for Google's own address. Fill in only to go through a proxy.",
		},
		{
			displayName: 'API Version',
			name: 'apiVersion',
			type: 'options',
			options: [
				{ name: 'V1', value: 'v1', description: 'Stable' },
				{
					name: 'V1 Beta',
					value: 'v1beta',
					description: 'Needed for preview models and names that end in latest',
				},
			],
			default: 'v1',
		},
		{
			displayName: 'Calls at Once',
			name: 'callsAtOnce',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 8,
			description:
				'More calls than this wait for their turn, over all executions of this n8n process. 0: no limit.',
		},
		{
			displayName: 'Calls per Minute',
			name: 'callsPerMinute',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description: 'For keys that allow only so many calls in a minute. 0: no limit.',
		},
	];
}
