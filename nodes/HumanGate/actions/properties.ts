import type { INodeProperties } from 'n8n-workflow';
import { accentField, keepStateInField, runField } from '../../shared/host/descriptions';
import { DEFAULT_ACCENT } from '../../shared/page';

export const properties: INodeProperties[] = [
	{
		// By this name n8n knows that the step waits behind a signed link.
		displayName: 'Operation',
		name: 'operation',
		type: 'hidden',
		default: 'sendAndWait',
	},
	{
		displayName: 'Title',
		name: 'title',
		type: 'string',
		default: 'Review',
		description: 'What stands on top of the review page',
	},
	{
		displayName: 'Wait at Most (Hours, 0 = No Limit)',
		name: 'waitHours',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'After that everything leaves by No Decision, and the link expires. With 0 the run waits for as long as it takes.',
	},
	{
		displayName: 'Passcode',
		name: 'passcode',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		description: 'What a reviewer has to type beside the link. Leave empty to ask for the name only.',
	},
	{
		displayName: 'Tell the Reviewer With',
		name: 'tellWorkflow',
		type: 'workflowSelector',
		default: '',
		description:
			'A workflow that is started with the link, to send it by e-mail or chat. It gets link, title, run, pieces, deadline and result, which is a link to see what comes of it.',
	},
	{
		displayName:
			'A logo has to be a data: address, which begins with data:image/. One on the web is not shown: the review page loads nothing from elsewhere, so that no other server sees who reviews what.',
		name: 'logoNotice',
		type: 'notice',
		default: '',
		displayOptions: {
			show: { '/options.logo': [{ _cnd: { exists: true } }] },
			hide: { '/options.logo': [{ _cnd: { startsWith: 'data:image/' } }] },
		},
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			accentField(DEFAULT_ACCENT),
			{
				displayName: 'Link Is Good For (Days, 0 = No Limit)',
				name: 'linkDays',
				type: 'number',
				typeOptions: { minValue: 0, numberPrecision: 2 },
				default: 0,
				description:
					'After that the link opens nothing, while the run waits on; Review: Get Many gives a new one. With 0 it is good for as long as the run waits.',
			},
			{
				displayName: 'Logo',
				name: 'logo',
				type: 'string',
				default: '',
				placeholder: 'e.g. data:image/png;base64,…',
				description:
					'A small picture written out as text: a data: address of a PNG, JPEG, GIF, WebP, AVIF or SVG in base64. Search the web for "image to data URI" to turn a file into one.',
			},
			{
				displayName: 'Show the Way to the Result',
				name: 'showResult',
				type: 'boolean',
				default: true,
				description:
					'Whether who decided gets a link to what comes of it: where the run stands, and the approved work to download. It works for 30 days while a workflow with a Status Page step is published, and nobody can decide with it.',
			},
			{
				displayName: 'Reviewer',
				name: 'reviewer',
				type: 'string',
				default: '',
				placeholder: 'e.g. Maya',
				description: 'Fills in the name on the page; the reviewer can change it',
			},
		],
	},
	runField,
	keepStateInField,
];
