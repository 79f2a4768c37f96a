import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { PipelineError } from '../../../shared/errors';
import { forOperation } from '../../../shared/host/descriptions';
import type { Run } from '../../../shared/state';
import { runRow } from '../runRow';
import type { Operation } from '../router';

export const description: INodeProperties[] = forOperation('run', 'markCrashed', [
	{
		displayName:
			"Put this step after n8n's Error Trigger, in a workflow that others name as their Error Workflow in their settings.",
		name: 'markCrashedNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Execution ID',
		name: 'executionId',
		type: 'string',
		default: '={{ $json.execution?.id }}',
		required: true,
		description: 'The execution that ended with an error. All runs that it worked on are marked.',
	},
	{
		displayName: 'Last Step',
		name: 'lastStep',
		type: 'string',
		default: '={{ $json.execution?.lastNodeExecuted }}',
		description: 'The step at which it ended',
	},
]);

/**
 * The runs of an execution that ended with an error, each marked and with what to do next. One item also where there is none.
 * n8n tells of a crash again each time that it starts, so what has gone on since, or is finished, is not told of once more.
 */
export const execute: Operation = async ({ context, scope, item, itemIndex }) => {
	const { instanceId } = await import('../../../shared/host');
	const text = (name: string): string => String(context.getNodeParameter(name, itemIndex, '') ?? '').trim();
	const executionId = text('executionId');
	if (executionId === '') throw new PipelineError('input_missing', "'Execution ID' is empty.");
	const lastStep = text('lastStep');
	const why = `Execution ${executionId} stopped${lastStep === '' ? '' : ` at '${lastStep}'`}.`;
	const about = { executionId, executionUrl: String(Object(item.json.execution).url ?? '') };

	const linked = await scope.store.findLinkedRuns([`execution:${instanceId(context)}${executionId}`]);
	if (linked.length === 0) {
		const failure = new PipelineError('run_missing', `${why} No run had begun.`).toFailure();
		const title = String(Object(item.json.workflow).name ?? '');
		return [
			{
				...{ title, status: 'crashed', why: failure.message, nextStep: nextStepAfter(executionId) },
				...{ ...about, failure: { ...failure } },
			},
		];
	}
	const rows: IDataObject[] = [];
	for (const { run } of linked) {
		const isOver = run.status === 'stopped' || run.status === 'finished';
		const before = run.status === 'escalated' && run.statusNote !== '' ? ` Before: ${run.statusNote}` : '';
		const [result] = await scope.store.write(run.runId, [
			{
				by: scope.nodeName,
				commandId: `crashed:${about.executionId}`,
				commands: [],
				...(isOver ? {} : { status: { status: 'crashed' as const, note: `${why}${before}` } }),
				ledger: [{ layer: 'recovery', event: 'crashed', note: why, by: scope.nodeName }],
			},
		]);
		const now = await scope.store.getRun(run.runId);
		const isKnown = result?.ok === true && result.replayed;
		if (now.status === 'finished' || (isKnown && now.status !== 'crashed')) continue;
		rows.push({ ...runRow(now), why, nextStep: nextStepAfter(executionId, now), ...about });
	}
	return rows;
};

function nextStepAfter(executionId: string, run?: Run): string {
	const retry = `In n8n open Executions, choose execution ${executionId} and press Retry: it goes on at the step where it stopped, and no answer that is on record is paid for again.`;
	// A key that nobody typed cannot be typed again.
	const isOwnKey = run !== undefined && !run.runKey.startsWith(`${run.workflowId}:`);
	return isOwnKey ? `${retry} Or start the workflow again with the run key '${run.runKey}'.` : retry;
}
