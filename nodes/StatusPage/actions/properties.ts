import type { INodeProperties } from 'n8n-workflow';
import { accentField, keepStateInField } from '../../shared/host/descriptions';
import { DEFAULT_ACCENT } from '../../shared/page';

export const properties: INodeProperties[] = [
	{
		displayName:
			'Shows each run to whoever has its link, which <b>Run: Get Status Link</b> gives. Nothing has to be wired to this step: publish the workflow, and only one with this step.',
		name: 'statusNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Show the Review Button',
		name: 'showReview',
		type: 'boolean',
		default: true,
		description:
			'Whether the page leads to the review page while work waits for a person. Whoever has the status link can then decide too; a passcode in the Human Gate asks them for more.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [accentField(DEFAULT_ACCENT)],
	},
	keepStateInField,
];
