import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { RunScope } from '../../shared/host';
import type { Artefact, Verdict } from '../../shared/state';
import type { AskJudge, Guide } from '../../shared/style';

/** Gives each item a verdict, in state and on the item. What already failed passes through. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { openRunScope, runPerItem, tell, toNodeError } = await import('../../shared/host');
	const scope = await openRunScope(context).catch((error: unknown) => {
		throw toNodeError(context, error, 0);
	});
	const results = await runPerItem(context, async (item, itemIndex) => [
		{
			json: await validate(context, scope, item.json, itemIndex),
			...(item.binary === undefined ? {} : { binary: item.binary }),
			pairedItem: { item: itemIndex },
		},
	]);
	tell(context, summarize(results));
	return [results];
}

async function validate(
	context: IExecuteFunctions,
	scope: RunScope,
	json: IDataObject,
	itemIndex: number,
): Promise<IDataObject> {
	const { PipelineError } = await import('../../shared/errors');
	const { registerWork } = await import('../../shared/host');
	const { hashOf, itemOf, stepKey } = await import('../../shared/state');
	const { checkArtefact, guideVersionOf } = await import('../../shared/style');
	const guide = await readGuide(context, itemIndex);
	const { run, round } = await scope.find(itemIndex, json, { title: context.getWorkflow().name ?? 'Untitled run' });
	const artefact = await registerWork(scope, { runId: run.runId, round }, json, {
		idField: readOption(context, itemIndex, 'idField', 'id'),
		slot: itemIndex + 1,
	});
	const take = Number(readOption(context, itemIndex, 'take', 1));
	const keyOf = (part: number, request: unknown): string =>
		stepKey({
			runId: run.runId,
			workflowId: scope.workflowId,
			nodeName: scope.nodeName,
			round,
			slot: artefact.id,
			part,
			take,
			requestHash: hashOf(request),
		});
	const judge = await openJudge(context, scope, itemIndex, { runId: run.runId, round, artefact, keyOf });

	const { verdict } = await checkArtefact({
		artefact,
		guide,
		judge: judge?.ask,
		judgeModel: judge?.model ?? null,
	});
	const checked: Artefact = { ...artefact, ...standingOf(verdict), why: verdict.note };
	const [result] = await scope.store.write(run.runId, [
		{
			by: scope.nodeName,
			asRecordKeeper: true,
			commandId: keyOf(0, [artefact.contentHash, guideVersionOf(guide)]),
			commands: [
				{ op: 'append', field: 'verdicts', values: [JSON.parse(JSON.stringify(verdict))] },
				...(artefact.locked
					? []
					: [
							{
								op: 'mergeById' as const,
								field: 'artefacts',
								items: [{ id: artefact.id, status: checked.status, why: checked.why }],
							},
						]),
			],
			outcome: JSON.parse(JSON.stringify(verdict)),
			ledger: [
				{
					layer: 'handoff',
					event: 'verdict',
					note: `'${artefact.title}': ${verdict.outcome}, ${verdict.note}`,
					by: scope.nodeName,
					artefactId: artefact.id,
					round,
				},
			],
		},
	]);
	if (result === undefined || !result.ok) {
		const failure = result?.failure;
		throw new PipelineError(failure?.code ?? 'internal', failure?.message ?? 'The verdict was not saved.');
	}
	const item = itemOf(run.runId, artefact.locked ? artefact : checked, round, { verdict, replayed: result.replayed });
	const { next: _next, failure: _failure, ...kept } = json;
	return { ...kept, ...JSON.parse(JSON.stringify(item)) };
}

function standingOf(verdict: Verdict): { status: Artefact['status'] } {
	const status = { pass: 'passed', fail: 'failed', unsure: 'unsure' } as const;
	return { status: status[verdict.outcome] };
}

async function readGuide(context: IExecuteFunctions, itemIndex: number): Promise<Guide> {
	const { parseGuide } = await import('../../shared/style');
	const fromJson = context.getNodeParameter('rulesFrom', itemIndex, 'rows') === 'json';
	const guide = parseGuide(
		fromJson ? context.getNodeParameter('guide', itemIndex, '{}') : context.getNodeParameter('rules.rows', itemIndex, []),
	);
	const threshold = readOption(context, itemIndex, 'threshold', guide.threshold);
	return { ...guide, threshold };
}

/** Asks Gemini once for each question about the work. Without a credential there is no judge, and nobody passes unjudged. */
async function openJudge(
	context: IExecuteFunctions,
	scope: RunScope,
	itemIndex: number,
	about: { runId: string; round: number; artefact: Artefact; keyOf: (part: number, request: unknown) => string },
): Promise<{ ask: AskJudge; model: string } | undefined> {
	const { PROCESS_ID, hasGemini, openAsker } = await import('../../shared/host');
	if (!hasGemini(context)) return undefined;
	const { askOnce, requestHash } = await import('../../shared/model');
	const { deps, model, options } = await openAsker(context, itemIndex);
	return {
		model,
		ask: async (question) => {
			const request = { ...question, model, options };
			return askOnce(
				scope.store,
				{
					runId: about.runId,
					key: about.keyOf(1, requestHash(request)),
					node: scope.node,
					round: about.round,
					slot: about.artefact.id,
					owner: PROCESS_ID,
					by: scope.nodeName,
					artefactId: about.artefact.id,
				},
				request,
				deps,
			);
		},
	};
}

function readOption<T extends string | number>(
	context: IExecuteFunctions,
	itemIndex: number,
	name: string,
	otherwise: T,
): T {
	const value = context.getNodeParameter(`options.${name}`, itemIndex, otherwise);
	return typeof value === typeof otherwise ? (value as T) : otherwise;
}

function summarize(results: readonly INodeExecutionData[]): string {
	const of = (status: string): number => results.filter(({ json }) => json.status === status).length;
	const sentBack = results.find(({ json }) => json.status === 'failed');
	const why = sentBack === undefined ? '' : `: ${String(sentBack.json.why)}`;
	return `${of('passed')} pass, ${of('failed')} do not${why}, ${of('unsure')} unsure`;
}
