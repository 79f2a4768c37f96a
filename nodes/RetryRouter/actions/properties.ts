import type { INodeProperties } from 'n8n-workflow';
import { keepStateInField, runField } from '../../shared/host/descriptions';

export const properties: INodeProperties[] = [
	{
		displayName: 'Attempts',
		name: 'attempts',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 3,
		description: 'How many times work is generated in all, the first time included',
	},
	{
		displayName: 'Human Rounds',
		name: 'humanRounds',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 5,
		description: 'How often people may send work back at a Human Gate. Attempts start anew each time.',
	},
	{
		displayName: 'How Many Have to Pass (0 = All)',
		name: 'target',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'How many pieces have to pass before the work goes on by Done. With 0 it is as many as were asked for.',
	},
	{
		displayName: 'How to Try Again',
		name: 'retryWith',
		type: 'options',
		options: [
			{
				name: 'Ask for Something New',
				value: 'generate',
				description: 'A new piece in the place of the one that failed',
			},
			{
				name: 'Revise What Failed',
				value: 'revise',
				description: 'The same piece, changed as the reasons say',
			},
		],
		default: 'generate',
	},
	{
		displayName: 'When Nothing Is Left to Try',
		name: 'whenSpent',
		type: 'options',
		options: [
			{
				name: 'Give Everything to a Person',
				value: 'escalate',
				description: 'All leaves by Escalate, with the reasons',
			},
			{
				name: 'Go On With What Passed',
				value: 'goOnWithWhatPassed',
				description: 'What passed leaves by Done, the rest by Escalate',
			},
		],
		default: 'escalate',
		description: 'What to do when attempts, time or money are used up',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Deadline (Minutes, 0 = None)',
				name: 'deadline',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 0,
				description: 'Minutes from the start of the run after which nothing is tried again',
			},
			{
				displayName: 'First Wait',
				name: 'initialWait',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 1,
				description: 'Seconds to wait before the round that follows a failure of Gemini',
			},
			{
				displayName: 'Longest Wait',
				name: 'longestWait',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 60,
				description: 'Seconds up to which the waiting grows',
			},
			{
				displayName: 'Random Extra Wait (%)',
				name: 'waitSpread',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 20,
				description:
					'How much longer a wait may become by chance, so that runs that failed together do not all come back at once',
			},
			{
				displayName: 'Roll Back To',
				name: 'rollBackTo',
				type: 'string',
				default: '',
				placeholder: 'e.g. intent approved',
				description:
					'A checkpoint of which brief, intent and own fields come back before trying again. The work itself stays.',
			},
			{
				displayName: 'Stop When Spent (USD, 0 = No Limit)',
				name: 'spendCap',
				type: 'number',
				typeOptions: { minValue: 0, numberPrecision: 2 },
				default: 0,
				description: 'US dollars that the run has spent, after which nothing is tried again',
			},
			{
				displayName: 'Wait Factor',
				name: 'waitFactor',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 2,
				description: 'How fast the waiting grows from round to round',
			},
		],
	},
	runField,
	keepStateInField,
];
