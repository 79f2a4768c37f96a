import type { INodeProperties } from 'n8n-workflow';
import {
	authenticationField,
	callOptions,
	keepStateInField,
	modelField,
	runField,
	spendCapField,
	whenItFailsField,
} from '../../shared/host/descriptions';
import * as calibrate from './calibrate.operation';
import * as compileGuide from './compileGuide.operation';
import { ruleFields } from './ruleFields';

/**
 * Where Gemini is asked: in Compile Guide, and in Validate unless judged rules are left to a person. Two fields of one name, since
 * conditions are all or none. The credential follows the first of them.
 */
function whereAsked(field: INodeProperties): INodeProperties[] {
	return [
		{ ...field, displayOptions: { show: { operation: ['validate'], judgedBy: ['gemini'] } } },
		{ ...field, displayOptions: { show: { operation: ['compileGuide'] } } },
	];
}
const notInCalibrate = { hide: { operation: ['calibrate'] } };
const onlyInValidate = { show: { '/operation': ['validate'] } };
const rulesFrom = (...sources: string[]) => ({ show: { operation: ['validate'], rulesFrom: sources } });

export const properties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Calibrate',
				value: 'calibrate',
				action: 'Compare verdicts with decisions',
				description: 'See how often past verdicts agreed with what people decided',
			},
			{
				name: 'Compile Guide',
				value: 'compileGuide',
				action: 'Compile a style guide into rules',
				description: 'Turn a style guide in prose into rules for a person to accept',
			},
			{
				name: 'Validate',
				value: 'validate',
				action: 'Validate work against a style guide',
				description: 'Check each piece of work and put a verdict into the state',
			},
		],
		default: 'validate',
	},
	{
		displayName: 'Judged Rules',
		name: 'judgedBy',
		type: 'options',
		options: [
			{
				name: 'Ask Gemini',
				value: 'gemini',
				description: 'Each judged rule is asked about, hard ones twice',
			},
			{
				name: 'Leave to a Person',
				value: 'nobody',
				description: 'No key needed: what only a judge could say is unsure',
			},
		],
		default: 'gemini',
		displayOptions: { show: { operation: ['validate'] } },
		description: 'Rules about words, lengths, colours and pictures are always checked here, without a key',
	},
	...whereAsked(authenticationField),
	...compileGuide.description,
	...calibrate.description,
	{
		displayName: 'Rules From',
		name: 'rulesFrom',
		type: 'options',
		options: [
			{
				name: 'Accepted Guide',
				value: 'accepted',
				description: 'What Compile Guide made of a guide in prose and a person approved at a Human Gate',
			},
			{ name: 'JSON', value: 'json', description: 'A style guide as text, for example from an earlier step' },
			{ name: 'Rows', value: 'rows', description: 'Rules that are typed in here' },
			{ name: 'State', value: 'state', description: "A style guide in a field of a run's state" },
		],
		default: 'rows',
		displayOptions: { show: { operation: ['validate'] } },
	},
	{
		displayName: 'Rules',
		name: 'rules',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		placeholder: 'Add Rule',
		default: {},
		displayOptions: rulesFrom('rows'),
		description: 'What the work is held against. Word and length rules need no key; judged ones ask Gemini.',
		options: [{ displayName: 'Rows', name: 'rows', values: ruleFields }],
	},
	{
		displayName: 'Style Guide',
		name: 'guide',
		type: 'json',
		typeOptions: { rows: 8 },
		default: '{\n  "rules": [\n    { "kind": "bannedWords", "words": "drone, lens flare" }\n  ]\n}',
		displayOptions: rulesFrom('json'),
		description: 'An object with the member rules, each with kind, and words, statement, min, max or values',
	},
	{
		displayName: 'Field of the State',
		name: 'guideField',
		type: 'string',
		default: 'styleGuide',
		placeholder: 'e.g. styleGuide',
		displayOptions: rulesFrom('state'),
		description: 'Where the guide stands, as State: Write of the Shared State Store put it there',
	},
	{
		...runField,
		displayName: 'Run with the Guide',
		name: 'guideRun',
		displayOptions: rulesFrom('state', 'accepted'),
		description:
			'Leave empty: the guide is in the run of the work. Choose one to use its guide for many runs.',
	},
	...whereAsked(modelField),
	whenItFailsField,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: notInCalibrate,
		options: [
			...callOptions.slice(0, 1),
			{
				displayName: 'ID Field',
				name: 'idField',
				type: 'string',
				default: 'id',
				displayOptions: onlyInValidate,
				description: 'Names the work that no Greenlight step made. Empty: it is known by its content.',
			},
			...callOptions.slice(1, 3),
			{
				displayName: 'Share of Rules That Must Hold',
				name: 'threshold',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
				default: 0.7,
				displayOptions: onlyInValidate,
				description: 'From 0 to 1. Hard rules must hold in any case. Calibrate can suggest a number.',
			},
			spendCapField,
			...callOptions.slice(3),
		],
	},
	runField,
	keepStateInField,
];
