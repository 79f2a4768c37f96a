import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import type { LedgerRow } from '../../../shared/state';
import type { Operation } from '../router';

const PAGE = 1000;

export const description: INodeProperties[] = forOperation('ledger', 'getAll', [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		displayOptions: { show: { returnAll: [false] } },
		description: 'Max number of results to return',
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		options: [
			{
				displayName: 'Event',
				name: 'event',
				type: 'string',
				default: '',
				placeholder: 'e.g. failure',
				description:
					'Only what is called so: call, work, verdict, failure, round, sent back, escalated, review, decision and more',
			},
			{
				displayName: 'Failure Code',
				name: 'code',
				type: 'string',
				default: '',
				placeholder: 'e.g. rate_limited',
			},
			{
				displayName: 'Layer',
				name: 'layer',
				type: 'options',
				options: [
					{ name: 'Any', value: '' },
					{ name: 'Capability', value: 'capability', description: 'The models' },
					{ name: 'Handoff', value: 'handoff', description: 'Passing work on' },
					{ name: 'Recovery', value: 'recovery', description: 'Trying again, and asking people' },
					{ name: 'State', value: 'state', description: 'What the run remembers' },
				],
				default: '',
			},
			{
				displayName: 'Since',
				name: 'since',
				type: 'dateTime',
				default: '',
				description: 'Leaves out what happened before',
			},
		],
	},
]);

/** What happened to the run, oldest first; with a limit, the newest of it. Never more in memory than is given out. */
export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const { PipelineError } = await import('../../../shared/errors');
	const { plain } = await import('../../../shared/host');
	const { run } = await scope.look(itemIndex, item.json);
	const filter = (name: string): string =>
		String(context.getNodeParameter(`filters.${name}`, itemIndex, '') ?? '').trim();
	const [event, code, layer, since] = ['event', 'code', 'layer', 'since'].map(filter);
	const sinceMs = since === '' ? Number.NEGATIVE_INFINITY : Date.parse(since ?? '');
	if (Number.isNaN(sinceMs)) {
		throw new PipelineError('input_refused', `'Since' is no date: '${since}'.`, {
			hint: 'Choose a date, or type one such as 2026-11-22.',
		});
	}
	const isAll = context.getNodeParameter('returnAll', itemIndex, false) === true;
	const limit = isAll ? Number.MAX_SAFE_INTEGER : Number(context.getNodeParameter('limit', itemIndex, 50));
	const found: LedgerRow[] = [];
	let after: LedgerRow | undefined;
	do {
		const rows = await scope.store.ledgerPage({
			runId: run.runId,
			limit: PAGE,
			...(after === undefined ? {} : { after }),
		});
		found.push(...rows.filter(({ entry }) => isWanted(entry)));
		found.splice(0, found.length - limit);
		after = rows.length < PAGE ? undefined : rows.at(-1);
	} while (after !== undefined);
	return found.map(({ entry }) => plain({ runId: run.runId, ...entry }));

	function isWanted(entry: LedgerRow['entry']): boolean {
		return (
			(event === '' || entry.event === event) &&
			(layer === '' || entry.layer === layer) &&
			(code === '' || entry.failure?.code === code) &&
			Date.parse(entry.at) >= sinceMs
		);
	}
};
