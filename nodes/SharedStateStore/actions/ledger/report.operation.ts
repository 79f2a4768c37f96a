import type { INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';

const DAY_MS = 86_400_000;
const FILE_NAME = 'reliability-report.html';

export const description: INodeProperties[] = forOperation('ledger', 'report', [
	{
		displayName: 'Which Runs',
		name: 'whichRuns',
		type: 'options',
		options: [
			{ name: 'All Runs', value: 'all', description: 'All that began in a time, of every workflow' },
			{ name: 'One Run', value: 'one', description: 'The one of the Run field, else of this execution' },
		],
		default: 'one',
	},
	{
		displayName: 'Begun in the Last (Days)',
		name: 'days',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 30,
		displayOptions: { show: { whichRuns: ['all'] } },
		description: 'Leaves out runs that began earlier. 0: all.',
	},
]);

/** One item with the figures, and the page for people as its file. */
export const execute: Operation = async ({ context, scope, item, itemIndex, files }) => {
	const { PipelineError } = await import('../../../shared/errors');
	const { plain, tell } = await import('../../../shared/host');
	const { readReport, renderReport } = await import('../../../shared/report');
	const now = Date.now();
	const asOf = new Date(now).toISOString();
	const isAll = context.getNodeParameter('whichRuns', itemIndex, 'one') === 'all';
	const report = isAll ? await ofAll() : await ofOne();
	const binary = await context.helpers.prepareBinaryData(
		Buffer.from(renderReport(report)),
		FILE_NAME,
		'text/html',
	);
	// Whoever sends this on by mail sends all files of the item.
	for (const property of Object.keys(files)) delete files[property];
	files.report = binary;
	tell(context, `Report of ${report.title} ready: open ${FILE_NAME} under Binary.`);
	return [plain({ ...report, files: { report: FILE_NAME } })];

	async function ofOne() {
		const { run } = await scope.look(itemIndex, item.json);
		return readReport(scope.store, { runId: run.runId, title: run.title, scope: 'run', asOf });
	}

	async function ofAll() {
		const days = Number(context.getNodeParameter('days', itemIndex, 30));
		if (!Number.isFinite(days) || days < 0) {
			throw new PipelineError('input_refused', "'Begun in the Last (Days)' is no number of days.", {
				hint: 'Type a number from 0; 0 takes all runs.',
			});
		}
		const begunSince = days === 0 ? undefined : new Date(now - days * DAY_MS).toISOString();
		return readReport(scope.store, {
			title: 'All runs',
			scope: 'all',
			asOf,
			...(begunSince === undefined ? {} : { begunSince }),
		});
	}
};
