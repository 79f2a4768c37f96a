import { Readable } from 'node:stream';
import type { INodeProperties } from 'n8n-workflow';
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

/** A file with everything that the store has of the runs, one run after the other so that no two are in memory. */
export const execute: Operation = async ({ context, scope, item, itemIndex, files }) => {
	const isAll = context.getNodeParameter('whichRuns', itemIndex, 'one') === 'all';
	const runs = isAll
		? await scope.store.listRuns({ limit: Number.MAX_SAFE_INTEGER })
		: [(await scope.look(itemIndex, item.json)).run];
	const title = isAll ? 'All runs' : (runs[0]?.title ?? '');
	const fileName = `${toFileName(title)}.greenlight.jsonl`;
	let lines = 0;
	async function* content(): AsyncGenerator<Buffer> {
		for (const { runId } of runs) {
			const exported = await scope.store.exportRun(runId);
			lines += exported.length;
			yield Buffer.from(`${exported.join('\n')}\n`);
		}
	}
	files.data = await context.helpers.prepareBinaryData(Readable.from(content()), fileName, FILE_TYPE);
	const versions = runs.reduce((sum, { version }) => sum + version, 0);
	return [{ title, fileName, runs: runs.length, versions, lines }];
};

/** The title without what file systems do not take in a name. */
function toFileName(title: string): string {
	const name = title.replace(/[\\/:*?"<>|\p{Cc}]+/gu, ' ').replace(/\s+/g, ' ');
	return name.replace(/^[\s.]+|[\s.]+$/g, '') || 'run';
}
