/** Fields that several nodes show, and the helper that ties fields to an operation. Loaded when n8n starts: types only. */
import type { INodeCredentialDescription, INodeProperties } from 'n8n-workflow';

export const DEFAULT_MODEL = 'gemini-3.8-flash';
export const DEFAULT_IMAGE_MODEL = 'gemini-nano-banana-2.1';

/** Where the Status Page answers, below n8n's address of webhooks. One for the whole n8n, so that links are known without it. */
export const STATUS_PATH = 'greenlight-status';

/** Shows `properties` for one operation of one resource only. */
export function forOperation(
	resource: string | null,
	operation: string,
	properties: readonly INodeProperties[],
): INodeProperties[] {
	const show = { ...(resource === null ? {} : { resource: [resource] }), operation: [operation] };
	return properties.map((property) => ({
		...property,
		displayOptions: { ...property.displayOptions, show: { ...show, ...property.displayOptions?.show } },
	}));
}

/** Hides a field or an option in the variant of a node that n8n makes for AI Agents; the other one shows it there only. */
export const notForAgents = { show: { '@tool': [false] } };
export const onlyForAgents = { show: { '@tool': [true] } };

export const authenticationField: INodeProperties = {
	displayName: 'Gemini Credential',
	name: 'authentication',
	type: 'options',
	options: [
		{ name: 'Google Gemini', value: 'googlePalmApi', description: "The one that n8n's own Gemini steps use" },
		{ name: 'Greenlight Gemini', value: 'greenlightGeminiApi', description: 'API key or service account' },
	],
	default: 'greenlightGeminiApi',
};

/** The credential of a state store elsewhere, shown when the node asks for it. */
export const storeCredentials: INodeCredentialDescription[] = [
	{
		name: 'greenlightStateStore',
		required: true,
		testedBy: 'testGreenlightStateStore',
		displayOptions: { show: { keepStateIn: ['credential'] } },
	},
];

/** The Gemini credential that fits the choice above, shown under `show`; and the state store's. */
export function geminiCredentials(show: Record<string, string[]> = {}): INodeCredentialDescription[] {
	return [
		{
			name: 'greenlightGeminiApi',
			required: true,
			testedBy: 'testGreenlightGemini',
			displayOptions: { show: { authentication: ['greenlightGeminiApi'], ...show } },
		},
		{
			name: 'googlePalmApi',
			required: true,
			displayOptions: { show: { authentication: ['googlePalmApi'], ...show } },
		},
		...storeCredentials,
	];
}

export const modelField: INodeProperties = {
	displayName: 'Model',
	name: 'model',
	type: 'resourceLocator',
	default: { mode: 'id', value: DEFAULT_MODEL },
	required: true,
	description: 'The Gemini model that is asked',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchModels', searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: `e.g. ${DEFAULT_MODEL}` },
	],
};

export const imageModelField: INodeProperties = {
	...modelField,
	displayName: 'Image Model',
	name: 'imageModel',
	default: { mode: 'id', value: DEFAULT_IMAGE_MODEL },
	description: 'The Gemini model that draws',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchImageModels', searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: `e.g. ${DEFAULT_IMAGE_MODEL}` },
	],
};

/** The colour of a page's buttons and links. `colour`: the one that pages have without it. */
export const accentField = (colour: string): INodeProperties => ({
	displayName: 'Accent Colour',
	name: 'accent',
	type: 'color',
	default: colour,
	description: 'The colour of buttons and links on the page',
});

export const keepStateInField: INodeProperties = {
	displayName: 'Where the State Is Kept',
	name: 'keepStateIn',
	type: 'options',
	options: [
		{
			name: 'Default Store',
			value: 'n8n',
			description: "A file in n8n's folder, or the database that your administrator chose",
		},
		{ name: 'PostgreSQL', value: 'credential', description: 'A database of your own, by a credential' },
	],
	default: 'n8n',
	description:
		'What the run remembers. The default fits unless your administrator says otherwise; all steps of a run have to use the same.',
};

export const runField: INodeProperties = {
	displayName: 'Run',
	name: 'run',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: 'Leave empty: the run is found from the items and from this execution',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'The run of this execution',
			// Without the last one the editor asks for a credential first, although the default store needs none.
			typeOptions: { searchListMethod: 'searchRuns', searchable: true, skipCredentialsCheckInRLC: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. run-3f9c2a71-88d0' },
	],
};

export const whenItFailsField: INodeProperties = {
	displayName: 'When It Fails',
	name: 'whenItFails',
	type: 'options',
	options: [
		{
			name: 'Send to Retry Router',
			value: 'route',
			description: 'The item goes on and carries the reason, so that the router can try again',
		},
		{ name: 'Stop the Execution', value: 'stop', description: 'The step turns red and nothing goes on' },
	],
	default: 'route',
};

/** For steps that can begin a run. */
export const spendCapField: INodeProperties = {
	displayName: 'Spend Cap',
	name: 'spendCap',
	type: 'number',
	typeOptions: { minValue: 0, numberPrecision: 2 },
	default: 0,
	description:
		'US dollars that the whole run may spend on Gemini, all steps together. A call that could pass it is not sent, and the work goes to a person. 0: no limit.',
};

/** Settings of a call, for the Options collection, in alphabetical order. */
export const callOptions: readonly INodeProperties[] = [
	{
		displayName: 'Half Price (Flex)',
		name: 'halfPrice',
		type: 'boolean',
		default: false,
		description: 'Whether to use Gemini at half its price; an answer can then take some minutes',
	},
	{
		displayName: 'Maximum Output Tokens',
		name: 'maxOutputTokens',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'Longest answer, thoughts included. 0 leaves it to the model. Too small a number cuts answers off.',
	},
	{
		displayName: 'Price',
		name: 'price',
		type: 'fixedCollection',
		default: {},
		placeholder: 'Add Price',
		description:
			"What this model costs you, where Greenlight's own list does not know it or you pay another price",
		options: [
			{
				displayName: 'Dollars for a Million Tokens',
				name: 'perMillionTokens',
				values: [
					{
						displayName: 'Image Output',
						name: 'imageOutputUsd',
						type: 'number',
						typeOptions: { minValue: 0, numberPrecision: 4 },
						default: 0,
						description: 'For images that the model makes. 0: as other output.',
					},
					{
						displayName: 'Input',
						name: 'inputUsd',
						type: 'number',
						typeOptions: { minValue: 0, numberPrecision: 4 },
						default: 0,
					},
					{
						displayName: 'Output',
						name: 'outputUsd',
						type: 'number',
						typeOptions: { minValue: 0, numberPrecision: 4 },
						default: 0,
						description: 'Thoughts of the model count as output',
					},
				],
			},
		],
	},
	{
		displayName: 'Take',
		name: 'take',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1,
		description: 'Raise it to buy a fresh answer to a question that is already answered in this run',
	},
	{
		displayName: 'Temperature',
		name: 'temperature',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 1 },
		default: 1,
		description: 'How freely the model answers. Newer models ignore it.',
	},
	{
		displayName: 'Thinking',
		name: 'thinking',
		type: 'options',
		options: [
			{ name: 'High', value: 'high' },
			{ name: 'Low', value: 'low' },
			{ name: 'Medium', value: 'medium' },
			{ name: 'Minimal', value: 'minimal' },
		],
		default: 'medium',
		description: 'How long the model thinks before it answers. Thoughts cost as much as the answer.',
	},
	{
		displayName: 'Timeout',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 120,
		description:
			'Seconds until an answer has to be there, all tries together. Not added: 120, for a still 300, with Half Price (Flex) 900.',
	},
];
