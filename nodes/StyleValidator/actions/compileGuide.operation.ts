import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../shared/host/descriptions';
import type { RunScope } from '../../shared/host';
import { readOption } from './options';

export const description: INodeProperties[] = forOperation(null, 'compileGuide', [
	{
		displayName: 'Guide in Prose',
		name: 'prose',
		type: 'string',
		typeOptions: { rows: 8 },
		default: '',
		placeholder: 'e.g. Never show a drone. Every image feels lived in: worn surfaces, practical light.',
		description: 'The style guide as people write it. One sentence for each demand works best.',
	},
	{
		displayName:
			'The rules do not count yet. Lead this step into a Human Gate: what is approved there is used by every Style Validator whose rules come from the accepted guide.',
		name: 'acceptNotice',
		type: 'notice',
		default: '',
	},
]);

/** Prose in, rules for a person to accept out: a piece of work in state, which counts when it is approved. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { openRunScope, runPerItem, counted, tell } = await import('../../shared/host');
	const scope = await openRunScope(context);
	const results = await runPerItem(context, async (item, itemIndex) => [
		{ json: await compile(context, scope, item.json, itemIndex), pairedItem: { item: itemIndex } },
	]);
	for (const { json } of results) {
		if (!Array.isArray(json.rules)) continue;
		const rest = Array.isArray(json.notCovered) ? json.notCovered.length : 0;
		tell(
			context,
			`${counted(json.rules.length, 'rule')} to accept, ${counted(rest, 'sentence')} without a rule. They count when a person has approved them.`,
		);
	}
	return [results];
}

async function compile(
	context: IExecuteFunctions,
	scope: RunScope,
	json: IDataObject,
	itemIndex: number,
): Promise<IDataObject> {
	const { PROCESS_ID, openAsker, passThrough, plain, readSpendCap, runTitle, writeOrThrow } =
		await import('../../shared/host');
	const { firstPlaceOf, newArtefacts } = await import('../../shared/concept');
	const { PipelineError } = await import('../../shared/errors');
	const { askOnce, requestHash } = await import('../../shared/model');
	const { artefactsOf, hashOf, itemOf, stepKey } = await import('../../shared/state');
	const { buildCompileRequest, GUIDE_KIND, readCompiled } = await import('../../shared/style');
	const prose = String(context.getNodeParameter('prose', itemIndex, '') ?? '');
	const question = buildCompileRequest(prose);
	const { run, round } = await scope.find(itemIndex, json, {
		title: runTitle(undefined, context.getWorkflow().name),
		...readSpendCap(context.getNodeParameter('options.spendCap', itemIndex, '')),
	});
	const { runId } = run;
	const { deps, model, options } = await openAsker(context, itemIndex);
	const request = { ...question, model, options };
	const requester = `${scope.node}#1/${itemIndex + 1}`;
	const slot = `guide ${itemIndex + 1}`;
	const key = stepKey({
		runId,
		workflowId: scope.workflowId,
		nodeName: scope.nodeName,
		round,
		slot,
		part: 0,
		take: Number(readOption(context, itemIndex, 'take', 1)),
		requestHash: requestHash(request),
	});
	const step = { runId, key, node: scope.node, round, slot, owner: PROCESS_ID, by: scope.nodeName };
	const { value, ...answer } = await askOnce(scope.store, step, request, deps);
	const content = readCompiled(prose, value);
	const document = await scope.store.read(runId);
	const place = firstPlaceOf(document, requester);
	const [artefact] = newArtefacts([JSON.parse(JSON.stringify(content))], {
		stepKey: key,
		kind: GUIDE_KIND,
		round,
		firstSlot: place,
		madeFrom: [`prose@${hashOf(prose)}`],
		by: scope.nodeName,
		costUsd: answer.costUsd,
	});
	if (artefact === undefined) throw new PipelineError('internal', 'No artefact was made of the guide.');
	const present = artefactsOf(document);
	// What this step made of another text and nobody accepted is out of date.
	const outdated = present.filter(
		({ id, kind, by, slot: its, locked, status }) =>
			kind === GUIDE_KIND &&
			by === scope.nodeName &&
			its === place &&
			id !== artefact.id &&
			!locked &&
			status !== 'replaced',
	);
	await writeOrThrow(scope.store, runId, {
		by: scope.nodeName,
		asRecordKeeper: true,
		commandId: `${key}:save`,
		commands: [
			{ op: 'mergeById', field: 'requested', items: [{ id: requester, count: 1 }] },
			{
				op: 'mergeById',
				field: 'artefacts',
				items: [...outdated.map(({ id }) => ({ id, status: 'replaced' })), artefact],
			},
		],
		ledger: [
			{
				layer: 'handoff',
				event: 'work',
				note: `Made ${content.rules.length} rules of the style guide '${content.title}'.`,
				by: scope.nodeName,
				round,
				artefactId: artefact.id,
			},
		],
	});
	const asStored = artefactsOf(await scope.store.read(runId)).find(({ id }) => id === artefact.id);
	const work = itemOf(runId, asStored ?? artefact, round, { replayed: answer.replayed });
	return { ...plain({ ...work, ...passThrough(json) }), ...plain(answer) };
}
