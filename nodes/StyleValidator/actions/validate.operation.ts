import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { RunScope } from '../../shared/host';
import type { Artefact, Verdict, WriteRequest } from '../../shared/state';
import type { Guide } from '../../shared/style';
import { openGuides, type Guides } from './guide';
import { openJudge } from './judge';
import { readOption } from './options';
import { picturesOf } from './pictures';

/** So many items share one look at the state and one write, so that a thousand of them do not read it a thousand times. */
const CHUNK = 100;

/** Gives each item a verdict, in state and on the item. What already failed passes through. */
export async function execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const { openRunScope, runPerItem, tell } = await import('../../shared/host');
	const scope = await openRunScope(context);
	const guides = await openGuides(context, scope.store);
	const outcomes: Outcomes = new Map();
	const results = await runPerItem(context, async (item, itemIndex) => {
		if (!outcomes.has(itemIndex)) await validateFrom(context, scope, guides, itemIndex, outcomes);
		const outcome = outcomes.get(itemIndex);
		if (outcome === undefined || 'error' in outcome) throw outcome?.error;
		return [
			{
				json: outcome.json,
				...(item.binary === undefined ? {} : { binary: item.binary }),
				pairedItem: { item: itemIndex },
			},
		];
	});
	tell(context, summarize(results));
	for (const warning of guides.warnings) tell(context, warning, 'warning');
	return [results];
}

/** What became of each item that was looked at, by its position. */
type Outcomes = Map<number, { json: IDataObject } | { error: unknown }>;

/** An item on its way to a verdict. */
interface Piece {
	item: INodeExecutionData;
	itemIndex: number;
	guide: Guide;
	runId: string;
	round: number;
}

interface CheckedPiece extends Piece {
	artefact: Artefact;
	verdict: Verdict;
}

/** Checks the item and those after it that belong to the same run, up to the first that fails. */
async function validateFrom(
	context: IExecuteFunctions,
	scope: RunScope,
	guides: Guides,
	first: number,
	outcomes: Outcomes,
): Promise<void> {
	const { registerAll, stepsBefore } = await import('../../shared/host');
	const { failureSchema } = await import('../../shared/state');
	const pieces: Piece[] = [];
	guides.forget();
	const items = context.getInputData();
	for (let itemIndex = first; itemIndex < items.length && pieces.length < CHUNK; itemIndex += 1) {
		const item = items[itemIndex];
		if (item === undefined || failureSchema.safeParse(item.json.failure).success) continue;
		try {
			const piece = await open(context, scope, guides, item, itemIndex);
			if (pieces[0] !== undefined && pieces[0].runId !== piece.runId) break;
			pieces.push(piece);
		} catch (error) {
			// Its turn comes when those before it are done.
			if (pieces.length === 0) outcomes.set(itemIndex, { error });
			break;
		}
	}
	const runId = pieces[0]?.runId;
	if (runId === undefined) return;
	const artefacts = await registerAll(
		context,
		scope,
		pieces.map(({ item, itemIndex, round }) => ({ item, round, slot: itemIndex + 1 })),
		{ runId, idField: readOption(context, first, 'idField', 'id'), steps: stepsBefore(context) },
	);
	const checked: CheckedPiece[] = [];
	for (const [index, piece] of pieces.entries()) {
		const artefact = artefacts[index];
		try {
			if (artefact === undefined || 'code' in artefact) throw artefact;
			checked.push({ ...piece, artefact, verdict: await check(context, scope, piece, artefact) });
		} catch (error) {
			outcomes.set(piece.itemIndex, { error });
			break;
		}
	}
	await record(scope, runId, checked, outcomes);
}

/** The guide first: with a faulty one no run begins. */
async function open(
	context: IExecuteFunctions,
	scope: RunScope,
	guides: Guides,
	item: INodeExecutionData,
	itemIndex: number,
): Promise<Piece> {
	const { readSpendCap, runTitle } = await import('../../shared/host');
	const typed = guides.typed(itemIndex);
	const { run, round } = await scope.find(itemIndex, item.json, {
		title: runTitle(undefined, context.getWorkflow().name),
		...readSpendCap(context.getNodeParameter('options.spendCap', itemIndex, '')),
	});
	const { runId } = run;
	return { item, itemIndex, guide: typed ?? (await guides.inState(itemIndex, runId)), runId, round };
}

async function check(
	context: IExecuteFunctions,
	scope: RunScope,
	{ item, itemIndex, guide, runId, round }: Piece,
	artefact: Artefact,
): Promise<Verdict> {
	const { checkArtefact } = await import('../../shared/style');
	const judge = await openJudge(context, scope, itemIndex, { runId, round, artefact });
	const pictures = await picturesOf(guide, artefact, item, (hash) => scope.store.readMedia(runId, hash));
	const checked = await checkArtefact({
		artefact: { ...artefact, pictures },
		guide,
		judge: judge?.ask,
		judgeModel: judge?.model ?? null,
	});
	const { judge: asked } = checked.verdict;
	const answeredBy = asked.model === null ? null : (judge?.answeredBy ?? asked.model);
	return { ...checked.verdict, by: scope.node, judge: { ...asked, model: answeredBy } };
}

const STATUS_OF = { pass: 'passed', fail: 'failed', unsure: 'unsure' } as const;

/** Writes the verdicts, each wholly or not at all, and gives out the work as it is judged now. */
async function record(
	scope: RunScope,
	runId: string,
	checked: readonly CheckedPiece[],
	outcomes: Outcomes,
): Promise<void> {
	if (checked.length === 0) return;
	const { passThrough, plain, refusal } = await import('../../shared/host');
	const { artefactsOf, hashOf, itemOf, verdictsOn, worstVerdict } = await import('../../shared/state');
	const document = await scope.store.read(runId);
	const now = new Map(artefactsOf(document).map((artefact) => [artefact.id, artefact]));
	const saidHere: Verdict[] = [];
	const entries = checked.map((piece) => {
		const { artefact, verdict } = piece;
		const said = [...verdictsOn(document, artefact), ...saidHere.filter(isAbout(artefact))];
		const others = said.filter(({ by }) => by !== scope.node);
		const before = said.findLast(({ by }) => by === scope.node);
		const overall = worstVerdict([...others, verdict]) ?? verdict;
		// The latest verdict counts, so one that says the same as the latest adds nothing, and any other has to be added.
		const replayed = before !== undefined && hashOf(before) === hashOf(verdict);
		saidHere.push(verdict);
		const judged: Artefact = artefact.locked
			? artefact
			: { ...artefact, status: STATUS_OF[overall.outcome], why: overall.note };
		return { ...piece, judged, replayed };
	});
	const results = await scope.store.write(
		runId,
		entries.map((entry) => requestOf(scope, entry, now.get(entry.artefact.id))),
	);
	entries.forEach(({ item, itemIndex, round, artefact, judged, verdict, replayed }, index) => {
		const result = results[index];
		if (result?.ok === false) {
			outcomes.set(itemIndex, { error: refusal(result) });
			return;
		}
		const work = itemOf(runId, judged, round, { verdict, replayed });
		const json = plain({ ...work, ...passThrough(item.json, Object.keys(artefact.content)) });
		outcomes.set(itemIndex, { json });
	});
}

function isAbout({ id, contentHash }: Artefact): (verdict: Verdict) => boolean {
	return (verdict) => verdict.artefactId === id && verdict.contentHash === contentHash;
}

/** Work that is played again may be older than what state has: then only the verdict is about it. */
function requestOf(
	scope: RunScope,
	{ artefact, judged, verdict, replayed, round }: CheckedPiece & { judged: Artefact; replayed: boolean },
	now: Artefact | undefined,
): WriteRequest {
	const isPresent =
		!artefact.locked && now?.contentHash === artefact.contentHash && now.status !== 'replaced';
	const { id, title } = artefact;
	return {
		by: scope.nodeName,
		asRecordKeeper: true,
		commands: [
			...(replayed
				? []
				: [{ op: 'append' as const, field: 'verdicts', values: [JSON.parse(JSON.stringify(verdict))] }]),
			...(isPresent
				? [
						{
							op: 'mergeById' as const,
							field: 'artefacts',
							items: [{ id, status: judged.status, why: judged.why }],
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
							note: `'${title}': ${verdict.outcome}, ${verdict.note}`,
							by: scope.nodeName,
							node: scope.node,
							artefactId: id,
							contentHash: artefact.contentHash,
							round,
							outcome: verdict.outcome,
						},
					],
				}),
	};
}

function summarize(results: readonly INodeExecutionData[]): string {
	const of = (status: string): number => results.filter(({ json }) => json.status === status).length;
	const first = results.find(({ json }) => json.status === 'failed' || json.status === 'unsure');
	const why = String(first?.json.why ?? '').replace(/[.!]$/, '');
	const counts = `${of('passed')} passed, ${of('failed')} failed, ${of('unsure')} unsure.`;
	return why === '' ? counts : `${counts} First reason: ${why}.`;
}
