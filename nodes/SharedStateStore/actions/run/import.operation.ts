import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { PipelineError, isPipelineError } from '../../../shared/errors';
import { forOperation } from '../../../shared/host/descriptions';
import type { ExportedRun, StateStore } from '../../../shared/state';
import type { Operation } from '../router';

export const description: INodeProperties[] = forOperation('run', 'import', [
	{
		displayName: 'Input Binary Field',
		name: 'binaryField',
		type: 'string',
		default: 'data',
		required: true,
		placeholder: 'e.g. data',
		hint: 'The name of the input field that holds the exported file',
	},
]);

/** Each run of the file whole or not at all. Where none can be added, the step fails with the reason. */
export const execute: Operation = async ({ context, scope, itemIndex, files }) => {
	const { counted, tell } = await import('../../../shared/host');
	const { runsIn } = await import('../../../shared/state');
	const field = String(context.getNodeParameter('binaryField', itemIndex, '') ?? '').trim();
	if (files[field] === undefined) {
		throw new PipelineError('input_missing', `The item has no file in the field '${field}'.`, {
			hint: "Read the exported file in the step before, or correct 'Input Binary Field'.",
		});
	}
	const file = await context.helpers.getBinaryDataBuffer(itemIndex, field);
	delete files[field];
	const rows: IDataObject[] = [];
	const refusals: PipelineError[] = [];
	for (const exported of runsIn(file)) rows.push(await importRun(scope.store, exported, refusals));
	const [refusal] = refusals;
	if (rows.length === 0) {
		throw new PipelineError('input_missing', 'The file is empty.', {
			hint: 'Use a file that Run: Export made.',
		});
	}
	if (refusal !== undefined && refusals.length === rows.length) {
		if (rows.length === 1) throw refusal;
		throw new PipelineError('input_refused', `None of ${rows.length} runs was imported. ${refusal.message}`, {
			hint: refusal.hint,
		});
	}
	const imported = `${counted(rows.length - refusals.length, 'run')} imported`;
	tell(
		context,
		refusal === undefined
			? `${imported}.`
			: `${imported}, ${refusals.length} refused. The first reason: ${refusal.message}`,
		refusal === undefined ? 'info' : 'warning',
	);
	return rows;
};

async function importRun(
	store: StateStore,
	{ runId, title, lines }: ExportedRun,
	refusals: PipelineError[],
): Promise<IDataObject> {
	const run = await store.importRun(lines).catch((error: unknown) => {
		if (isPipelineError(error) && error.code === 'input_refused') return error;
		throw error;
	});
	if (isPipelineError(run)) {
		refusals.push(run);
		return { title, imported: false, why: run.message, runId };
	}
	const verified = await store.verify(run.runId);
	const why = verified.ok ? '' : verified.problem;
	return { title: run.title, imported: true, why, runId, versions: run.version, intact: verified.ok };
}
