import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { ArrivedItems, HeldItem } from '../../shared/host';
import type { Answers } from '../../shared/review';
import type { Decision, StateDocument, StateStore } from '../../shared/state';

/** The first output is the safe one: n8n sends there whatever nobody decided about. */
export type Outputs = [
	noDecision: INodeExecutionData[],
	approved: INodeExecutionData[],
	rejected: INodeExecutionData[],
	redirected: INodeExecutionData[],
];

const OUTPUT_OF = { approve: 1, reject: 2, redirect: 3, reopen: 3 } as const satisfies Record<
	Decision['action'],
	number
>;

/** The work that a person is asked about, as it leaves when time is up before an answer came. */
export async function composeParked(
	context: IExecuteFunctions,
	document: StateDocument,
	{ found, here }: ArrivedItems,
	works: readonly HeldItem[],
): Promise<INodeExecutionData[]> {
	const { passThrough, plain } = await import('../../shared/host');
	const { artefactsOf, itemOf, verdictFor } = await import('../../shared/state');
	const artefacts = new Map(artefactsOf(document).map((artefact) => [artefact.id, artefact]));
	const pairing = await pairingIn(context, here);
	return works.flatMap((held) => {
		const artefact = artefacts.get(held.artefactId ?? '');
		if (artefact === undefined) return [];
		const work = itemOf(found.run.runId, artefact, found.round, { verdict: verdictFor(document, artefact) });
		const passed = passThrough(held.item.json, Object.keys(artefact.content));
		const why = 'No decision came in time.';
		return [
			{
				json: plain({ ...work, ...passed, why, timedOut: true }),
				...(held.item.binary === undefined ? {} : { binary: held.item.binary }),
				...pairing(held),
			},
		];
	});
}

/** What came with a failure, or has been replaced: it is not asked about. */
export async function failedItems(
	context: IExecuteFunctions,
	here: readonly HeldItem[],
	failed: readonly HeldItem[],
): Promise<INodeExecutionData[]> {
	const pairing = await pairingIn(context, here);
	return failed.map((held) => ({
		...held.item,
		json: {
			title: '',
			...held.item.json,
			...(held.failure === undefined
				? { why: 'Another piece has taken its place in the run, so nobody was asked about this one.' }
				: { status: 'failed', why: held.failure.message, failure: { ...held.failure } }),
		},
		...pairing(held),
	}));
}

/** The lineage of items: of this pass, or of the one that brought them. */
async function pairingIn(
	context: IExecuteFunctions,
	here: readonly HeldItem[],
): Promise<(held: HeldItem) => Pick<INodeExecutionData, 'pairedItem'>> {
	const { pairingOf } = await import('../../shared/host');
	const isHere = new Set(here);
	return (held) => (isHere.has(held) ? { pairedItem: { item: held.index } } : pairingOf(context, held));
}

/** Parked items where the answers send them, as the work is now; what is no work goes with what nobody decided about. */
export async function composeOutputs(
	store: StateStore,
	runId: string,
	parked: readonly INodeExecutionData[],
	answers: Answers,
): Promise<Outputs> {
	const { plain } = await import('../../shared/host');
	const { artefactsOf } = await import('../../shared/state');
	const document = await store.read(runId);
	const artefacts = new Map(artefactsOf(document).map((artefact) => [artefact.id, artefact]));
	const outputs: Outputs = [[], [], [], []];
	for (const item of parked) {
		const { timedOut, ...json } = item.json;
		const artefact = artefacts.get(String(json.artefactId ?? ''));
		// What failed may still have the mark of an earlier gate.
		if (timedOut !== true || json.failure !== undefined || artefact === undefined) {
			outputs[0].push(item);
			continue;
		}
		const { title, status, content, contentHash } = artefact;
		const decision = answers.get(artefact.id) ?? undefined;
		const why = decision === undefined ? 'The reviewer left this one without a decision.' : artefact.why;
		outputs[decision === undefined ? 0 : OUTPUT_OF[decision.action]].push({
			...item,
			json: plain({ ...json, title, status, why, ...content, contentHash, ...(decision && { decision }) }),
		});
	}
	return outputs;
}
