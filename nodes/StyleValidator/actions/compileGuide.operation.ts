import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { forOperation } from '../../shared/host/descriptions';
import type { RunScope } from '../../shared/host';
import type { Artefact, Command, StateDocument } from '../../shared/state';
import type { CompiledBefore } from '../../shared/style';
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
	const { counted, isForAnother, openRunScope, runPerItem, stepsBefore, tell } =
		await import('../../shared/host');
	const scope = await openRunScope(context);
	const before = stepsBefore(context);
	const compiled: IDataObject[] = [];
	const results = await runPerItem(context, async (item, itemIndex) => {
		const pairedItem = { item: itemIndex };
		if (isForAnother(item.json, scope.nodeName, before)) return [];
		// It is to be looked at once more, and nothing is to be made.
		if (item.json.next === 'check') return [{ ...item, pairedItem }];
		const json = await compile(context, scope, item.json, itemIndex);
		compiled.push(json);
		return [{ json, pairedItem }];
	});
	for (const { rules, notCovered } of compiled) {
		const [ruleCount, rest] = [rules, notCovered].map((list) => (Array.isArray(list) ? list.length : 0));
		tell(
			context,
			`${counted(ruleCount ?? 0, 'rule')} to accept, ${counted(rest ?? 0, 'sentence')} without a rule. They count when a person has approved them.`,
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
	const { PROCESS_ID, openAsker, passThrough, plain, readSpendCap, runTitle, stepsAfter } =
		await import('../../shared/host');
	const { firstPlaceOf, newArtefacts } = await import('../../shared/concept');
	const { PipelineError } = await import('../../shared/errors');
	const { askOnce, requestHash } = await import('../../shared/model');
	const { artefactsOf, hashOf, itemOf, retryOrderOf, stepKey } = await import('../../shared/state');
	const { buildCompileRequest, GUIDE_KIND, readCompiled } = await import('../../shared/style');
	const prose = String(context.getNodeParameter('prose', itemIndex, '') ?? '');
	// With a guide that cannot be compiled no run begins.
	buildCompileRequest(prose);
	const { run, round } = await scope.find(itemIndex, json, {
		title: runTitle(undefined, context.getWorkflow().name),
		...readSpendCap(context.getNodeParameter('options.spendCap', itemIndex, '')),
	});
	const { runId } = run;
	const order = retryOrderOf(json);
	const document = await scope.store.read(runId);
	const before = artefactsOf(document).find(
		({ id, kind }) => id === order?.artefactId && kind === GUIDE_KIND,
	);
	const { deps, model, options } = openAsker(context, itemIndex);
	const question = buildCompileRequest(
		prose,
		before && (await saidOf(document, before, order?.reasons ?? [], round, stepsAfter(context))),
	);
	const request = { ...question, model, options };
	const requester = `${scope.node}#1/${itemIndex + 1}`;
	const slot = before?.id ?? `guide ${order?.slot ?? itemIndex + 1}`;
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
	const step = {
		runId,
		key,
		node: scope.node,
		round,
		slot,
		owner: PROCESS_ID,
		by: scope.nodeName,
		asked: 1,
		...(before === undefined ? {} : { artefactId: before.id }),
	};
	const { value, ...answer } = await askOnce(scope.store, step, request, deps);
	const content = readCompiled(prose, value);
	const [artefact] = newArtefacts([JSON.parse(JSON.stringify(content))], {
		stepKey: key,
		kind: GUIDE_KIND,
		round,
		firstSlot: order?.slot ?? firstPlaceOf(document, requester),
		madeFrom: [`prose@${hashOf(prose)}`],
		by: scope.nodeName,
		replaces: before?.id,
		costUsd: answer.costUsd,
	});
	if (artefact === undefined) throw new PipelineError('internal', 'No artefact was made of the guide.');
	const note = `Made ${content.rules.length} rules of the style guide '${content.title}'.`;
	await save(scope, {
		runId,
		key,
		slot,
		artefact,
		note,
		requester: order === undefined ? requester : undefined,
	});
	const asStored = artefactsOf(await scope.store.read(runId)).find(({ id }) => id === artefact.id);
	const work = itemOf(runId, asStored ?? artefact, round, { replayed: answer.replayed });
	return { ...plain({ ...work, ...passThrough(json, Object.keys(content)) }), ...plain(answer) };
}

/** What people said of the rules that were sent back, so that they are not simply made again. */
async function saidOf(
	document: StateDocument,
	{ content }: Artefact,
	reasons: readonly string[],
	round: number,
	after: ReadonlySet<string> | undefined,
): Promise<CompiledBefore> {
	const { contextOfRound } = await import('../../shared/concept');
	const rules = Array.isArray(content.rules) ? content.rules : [];
	return {
		rules: rules.map((rule) => String(Object(rule).says ?? '')),
		reasons,
		directives: contextOfRound(document, round, after).directives,
	};
}

interface Made {
	runId: string;
	key: string;
	/** As in the record of the question. */
	slot: string;
	artefact: Artefact;
	note: string;
	/** Who asks for a place; nobody where the router has named it. */
	requester: string | undefined;
}

/** Puts the rules into state. What this step made for the same place and nobody accepted is out of date. */
async function save(scope: RunScope, { runId, key, slot, artefact, note, requester }: Made): Promise<void> {
	const { writeOrThrow } = await import('../../shared/host');
	const { artefactsOf, piecesOf } = await import('../../shared/state');
	const outdated = artefactsOf(await scope.store.read(runId)).filter(
		({ id, kind, by, slot: place, locked, status }) =>
			kind === artefact.kind &&
			by === scope.nodeName &&
			place === artefact.slot &&
			id !== artefact.id &&
			!locked &&
			status !== 'replaced',
	);
	const work: Command = {
		op: 'mergeById',
		field: 'artefacts',
		items: [...outdated.map(({ id }) => ({ id, status: 'replaced' })), artefact],
	};
	await writeOrThrow(scope.store, runId, {
		by: scope.nodeName,
		asRecordKeeper: true,
		commandId: `${key}:save`,
		commands: [
			...(requester === undefined
				? []
				: [{ op: 'mergeById' as const, field: 'requested', items: [{ id: requester, count: 1 }] }]),
			work,
		],
		ledger: [
			{
				layer: 'handoff',
				event: 'work',
				note,
				by: scope.nodeName,
				node: scope.node,
				round: artefact.round,
				slot,
				artefactId: artefact.id,
				pieces: piecesOf([work]),
			},
		],
	});
}
