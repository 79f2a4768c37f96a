import type { INodeProperties } from 'n8n-workflow';
import {
	authenticationField,
	callOptions,
	keepStateInField,
	modelField,
	notForAgents,
	onlyForAgents,
	runField,
	spendCapField,
	whenItFailsField,
} from '../../shared/host/descriptions';
import * as capture from './capture.operation';
import * as custom from './custom.operation';
import * as generate from './generate.operation';
import * as revise from './revise.operation';
import * as sketch from './sketch.operation';

/** A picture has no length and no temperature. */
const ofThisNode = callOptions.map((option) =>
	option.name === 'maxOutputTokens' || option.name === 'temperature'
		? { ...option, displayOptions: { hide: { '/operation': ['sketch'] } } }
		: option,
);

export const properties: INodeProperties[] = [
	authenticationField,
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Concept', value: 'concept', description: 'Creative ideas for an intent' },
			{ name: 'Custom', value: 'custom', description: 'Any other work, in fields of your own' },
			{
				name: 'Intent',
				value: 'intent',
				description: 'What a brief asks for',
				displayOptions: notForAgents,
			},
		],
		default: 'concept',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['intent'] } },
		options: [
			{
				name: 'Capture',
				value: 'capture',
				action: 'Capture an intent',
				description: 'Read a brief and put down its tone, scene goals, must-haves and limits as fields',
			},
		],
		default: 'capture',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['concept'] } },
		options: [
			{
				name: 'Generate',
				value: 'generate',
				action: 'Generate concepts',
				description: 'Write new concepts; what is approved is never repeated',
			},
			{
				name: 'Revise',
				value: 'revise',
				displayOptions: notForAgents,
				action: 'Revise a concept',
				description: 'Change one concept as a note asks, and keep the rest of it',
			},
			{
				name: 'Sketch',
				value: 'sketch',
				displayOptions: notForAgents,
				action: 'Sketch concepts',
				description: 'Draw a still for each concept, so that there is something to look at',
			},
		],
		default: 'generate',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: ['custom'] } },
		options: [
			{
				name: 'Generate',
				value: 'generate',
				action: 'Generate custom work',
				description: 'Write anything else: research, a draft, taglines',
			},
		],
		default: 'generate',
	},
	...capture.description,
	...generate.description,
	...revise.description,
	...sketch.description,
	...custom.description,
	{ ...modelField, displayOptions: { hide: { operation: ['sketch'] } } },
	whenItFailsField,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			...ofThisNode.slice(0, 1),
			{
				displayName: 'If the Brief Changed',
				name: 'ifBriefChanged',
				type: 'options',
				options: [
					{ name: 'Keep the Old Brief', value: 'keep' },
					{ name: 'Save It as a New Version', value: 'newVersion' },
					{ name: 'Start Another Run', value: 'startAnother' },
					{ name: 'Stop and Show Both', value: 'stop' },
				],
				default: 'stop',
				description: 'What to do when the run key belongs to a run with another brief',
			},
			{
				displayName: 'Leave Files Out',
				name: 'leaveFilesOut',
				type: 'boolean',
				default: false,
				displayOptions: { hide: { '/operation': ['revise', 'sketch'] } },
				description: 'Whether to ask without the files that are on the item',
			},
			...ofThisNode.slice(1, 3),
			{
				displayName: 'Run Key',
				name: 'runKey',
				type: 'string',
				default: '',
				placeholder: 'e.g. spring-campaign-7',
				description: 'Your own name for the run. Starting twice with one key goes on with the same run.',
			},
			spendCapField,
			...ofThisNode.slice(3),
		],
	},
	{ ...runField, displayOptions: notForAgents },
	{ ...runField, noDataExpression: true, displayOptions: onlyForAgents },
	keepStateInField,
];
