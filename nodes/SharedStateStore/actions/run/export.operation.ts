import { Readable } from 'node:stream';
import type { INodeProperties } from 'n8n-workflow';
import { isPipelineError } from '../../../shared/errors';
import { forOperation } from '../../../shared/host/descriptions';
import type { Operation } from '../router';

const FILE_TYPE = 'application/x-ndjson';

export const description: INodeProperties[] = forOperation('run', 'export', [
	{
		displayName: 'Which Runs',
		name: 'whichRuns',
		type: 'options',
		options: [
			{ name: 'All Runs', value: 'all', description: 'Every run of the store, in one file' },
			{ name: 'One Run', value: 'one', description: 'The one of the Run field, else of this execution' },
		],
		default: 'one',
	},
]);

/** A file with everything that the store has of the runs, line by line: all of them may be more than one text can hold. */
export const execute: Operation = async ({ context, scope, item, itemIndex, files }) => {
	const { slugOf } = await import('../../../shared/export');
	const isAll = context.getNodeParameter('whichRuns', itemIndex, 'one') === 'all';
	const runs = isAll
		? await scope.store.listRuns({ limit: Number.MAX_SAFE_INTEGER })
		: [(await scope.look(itemIndex, item.json)).run];
	const title = isAll ? 'All runs' : (runs[0]?.title ?? '');
	const fileName = `${slugOf(title, 'run')}.greenlight.jsonl`;
	const row = { title, fileName, runs: 0, versions: 0, lines: 0 };
	async function* content(): AsyncGenerator<Buffer> {
		for (const { runId, version } of runs) {
			const lines = await scope.store.exportRun(runId).catch((error: unknown) => {
				// Deleted since the runs were listed.
				if (isAll && isPipelineError(error) && error.code === 'run_not_found') return undefined;
				throw error;
			});
			if (lines === undefined) continue;
			row.runs += 1;
			row.versions += version;
			row.lines += lines.length;
			for (const line of lines) yield Buffer.from(`${line}\n`);
		}
	}
	files.data = await context.helpers.prepareBinaryData(Readable.from(content()), fileName, FILE_TYPE);
	return [row];
};
