import type { IBinaryData, IBinaryKeyData, INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../../shared/host/descriptions';
import type { RunScope } from '../../../shared/host';
import type { Operation } from '../router';

export const description: INodeProperties[] = forOperation('artefact', 'exportApproved', [
	{
		displayName: 'Include',
		name: 'include',
		type: 'options',
		options: [
			{ name: 'Approved', value: 'approved', description: 'What a person approved' },
			{
				name: 'Approved and Passed',
				value: 'approvedAndPassed',
				description: 'Also what passed the check and nobody decided on yet',
			},
		],
		default: 'approved',
	},
]);

/** The runs that a call has exported. */
const exported = new WeakMap<RunScope, Set<string>>();

/** One item for each run with the accepted work, and files to send on: a contact sheet, the data, the media. */
export const execute: Operation = async ({ context, scope, item, itemIndex, files: output }) => {
	const { PipelineError } = await import('../../../shared/errors');
	const { contactSheet, dataOf, readSet, zipOf } = await import('../../../shared/export');
	const { counted, plain, tell } = await import('../../../shared/host');
	const { run } = await scope.look(itemIndex, item.json);
	const { runId } = run;
	// The items of a run are one set, and one mail to the client.
	const seen = exported.get(scope) ?? new Set();
	exported.set(scope, seen);
	if (seen.has(runId)) return [];
	seen.add(runId);
	const withPassed = context.getNodeParameter('include', itemIndex, 'approved') === 'approvedAndPassed';
	const ready = await readSet(scope.store, run, withPassed ? 'approvedAndPassed' : 'approved');
	const { set, media, name } = ready;
	if (set.count === 0) {
		throw withPassed
			? new PipelineError(
					'input_missing',
					`Nothing of the run '${run.title}' is approved or has passed yet.`,
					{
						hint: "Look at the reasons with 'Artefact: Get Many', then change the brief or the rules and run again.",
					},
				)
			: new PipelineError('input_missing', `Nothing of the run '${run.title}' is approved yet.`, {
					hint: "Have a person approve work first, or set 'Include' to 'Approved and Passed'.",
				});
	}
	const binary: IBinaryKeyData = {
		contactSheet: await prepare(Buffer.from(contactSheet(set, media)), 'html', 'text/html'),
		json: await prepare(Buffer.from(dataOf(ready)), 'json', 'application/json'),
	};
	if (media.size > 0)
		binary.media = await prepare(Buffer.from(zipOf(media, set.asOf)), 'zip', 'application/zip');
	const names = Object.entries(binary).map(([property, { fileName }]) => [property, fileName]);
	const what = media.size === 0 ? '' : ` with ${counted(media.size, 'file')} of theirs`;
	tell(
		context,
		`${counted(set.count, 'piece')}${what} exported. The contact sheet and the data are under Binary.`,
	);
	// Whoever sends this on by mail sends all files of the item.
	for (const property of Object.keys(output)) delete output[property];
	Object.assign(output, binary);
	return [plain({ ...set, files: Object.fromEntries(names) })];

	function prepare(bytes: Buffer, ending: string, mimeType: string): Promise<IBinaryData> {
		return context.helpers.prepareBinaryData(bytes, `${name}.${ending}`, mimeType);
	}
};
