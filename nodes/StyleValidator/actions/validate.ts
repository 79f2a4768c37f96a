import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { RunScope } from '../../shared/host';
import type { Artefact, Verdict } from '../../shared/state';
import type { AskJudge, Guide } from '../../shared/style';

/** Gives each item a verdict, in state and on the item. What already failed passes through. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { openRunScope, runPerItem, tell } = await import('../../shared/host');
	const scope = await openRunScope(context);
	const results = await runPerItem(context, async (item, itemIndex) => [
		{
			json: await validate(context, scope, item, itemIndex),
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
	item: INodeExecutionData,
	itemIndex: number,
): Promise<IDataObject> {
	const { json } = item;
	const { passThrough, plain, registerWork, runTitle, stepsBefore, writeOrThrow } =
		await import('../../shared/host');
	const { hashOf, itemOf, stepKey, verdictsOn, worstVerdict } = await import('../../shared/state');
	const { checkArtefact } = await import('../../shared/style');
	const guide = await readGuide(context, itemIndex);
	const { run, round } = await scope.find(itemIndex, json, {
		title: runTitle(undefined, context.getWorkflow().name),
	});
	const artefact = await registerWork(context, scope, { runId: run.runId, round }, item, {
		idField: readOption(context, itemIndex, 'idField', 'id'),
		slot: itemIndex + 1,
		steps: stepsBefore(context),
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

	const checked = await checkArtefact({
		artefact,
		guide,
		judge: judge?.ask,
		judgeModel: judge?.model ?? null,
	});
	const { judge: asked } = checked.verdict;
	const answeredBy = asked.model === null ? null : (judge?.answeredBy ?? asked.model);
	const verdict: Verdict = { ...checked.verdict, by: scope.node, judge: { ...asked, model: answeredBy } };
	const said = verdictsOn(await scope.store.read(run.runId), artefact);
	const others = said.filter(({ by }) => by !== scope.node);
	const before = said.findLast(({ by }) => by === scope.node);
	const overall = worstVerdict([...others, verdict]) ?? verdict;
	const judged: Artefact = artefact.locked
		? artefact
		: { ...artefact, status: STATUS_OF[overall.outcome], why: overall.note };
	// The latest verdict counts, so one that says the same as the latest adds nothing, and any other has to be added.
	const replayed = before !== undefined && hashOf(before) === hashOf(verdict);
	const isPresent = !artefact.locked && (await isAsInState());
	await writeOrThrow(scope.store, run.runId, {
		by: scope.nodeName,
		asRecordKeeper: true,
		commands: [
			...(replayed
				? []
				: [
						{
							op: 'append' as const,
							field: 'verdicts',
							values: [JSON.parse(JSON.stringify(verdict))],
						},
					]),
			...(isPresent
				? [
						{
							op: 'mergeById' as const,
							field: 'artefacts',
							items: [{ id: artefact.id, status: judged.status, why: judged.why }],
						},
					]
				: []),
		],
		...(replayed
			? {}
			: {
					ledger: [
						{
							layer: 'handoff',
							event: 'verdict',
							note: `'${artefact.title}': ${verdict.outcome}, ${verdict.note}`,
							by: scope.nodeName,
							node: scope.node,
							artefactId: artefact.id,
							contentHash: artefact.contentHash,
							round,
							outcome: verdict.outcome,
						},
					],
				}),
	});
	const work = itemOf(run.runId, judged, round, { verdict, replayed });
	return plain({ ...work, ...passThrough(json, Object.keys(artefact.content)) });

	/** Work that is played again may be older than what state has: then only the verdict is about it. */
	async function isAsInState(): Promise<boolean> {
		const { artefactsOf } = await import('../../shared/state');
		const now = artefactsOf(await scope.store.read(run.runId)).find(({ id }) => id === artefact.id);
		return now?.contentHash === artefact.contentHash && now.status !== 'replaced';
	}
}

const STATUS_OF = { pass: 'passed', fail: 'failed', unsure: 'unsure' } as const;

async function readGuide(context: IExecuteFunctions, itemIndex: number): Promise<Guide> {
	const { parseGuide } = await import('../../shared/style');
	const fromJson = context.getNodeParameter('rulesFrom', itemIndex, 'rows') === 'json';
	const guide = parseGuide(
		fromJson
			? context.getNodeParameter('guide', itemIndex, '{}')
			: context.getNodeParameter('rules.rows', itemIndex, []),
	);
	const threshold = readOption(context, itemIndex, 'threshold', guide.threshold);
	return { ...guide, threshold };
}

/** Asks Gemini once for each question about the work. Without a credential there is no judge, and nobody passes unjudged. */
async function openJudge(
	context: IExecuteFunctions,
	scope: RunScope,
	itemIndex: number,
	about: {
		runId: string;
		round: number;
		artefact: Artefact;
		keyOf: (part: number, request: unknown) => string;
	},
): Promise<{ ask: AskJudge; model: string; answeredBy?: string } | undefined> {
	const { PROCESS_ID, hasGemini, openAsker } = await import('../../shared/host');
	if (context.getNodeParameter('judgedBy', itemIndex, 'gemini') !== 'gemini' || !hasGemini(context))
		return undefined;
	const { askOnce, requestHash } = await import('../../shared/model');
	const { deps, model, options } = await openAsker(context, itemIndex);
	const judge: { ask: AskJudge; model: string; answeredBy?: string } = {
		model,
		ask: async (question) => {
			const request = { ...question, model, options };
			const answer = await askOnce(
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
			judge.answeredBy = answer.model;
			return answer;
		},
	};
	return judge;
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
	const first = results.find(({ json }) => json.status === 'failed' || json.status === 'unsure');
	const why = String(first?.json.why ?? '').replace(/[.!]$/, '');
	const counts = `${of('passed')} passed, ${of('failed')} failed, ${of('unsure')} unsure.`;
	return why === '' ? counts : `${counts} First reason: ${why}.`;
}
