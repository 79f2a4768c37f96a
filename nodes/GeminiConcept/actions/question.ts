/** What all operations share: who asks, in which run and round, and how new work is saved. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Ask } from '../../shared/concept';
import type { Asker, FoundRun, RunScope } from '../../shared/host';
import type { Artefact, Command, JsonObject, RetryOrder, StateDocument } from '../../shared/state';
import type { StructuredRequest } from '../../shared/model';

export interface Question {
	found: FoundRun;
	document: StateDocument;
	asker: Asker;
	/** What the Retry Router asked for, on items that it sent back. */
	order: Pick<RetryOrder, 'slot' | 'artefactId' | 'reasons'> | undefined;
	/** Position among the items of this call, or the artefact that it is about. */
	slot: string;
	/** Asks once for this item: the answer is recorded under the step's key. */
	ask: Ask;
	/** The key of a request of this item. */
	keyOf<T>(request: StructuredRequest<T>): string;
}

/** Finds the run of an item, or begins it with the brief, and prepares to ask. */
export async function openQuestion(
	context: IExecuteFunctions,
	scope: RunScope,
	item: INodeExecutionData,
	itemIndex: number,
	brief?: string,
	ownsBrief = false,
): Promise<Question> {
	const { PROCESS_ID, openAsker } = await import('../../shared/host');
	const { askOnce, requestHash } = await import('../../shared/model');
	const { retryOrderSchema, stepKey } = await import('../../shared/state');
	const found = await scope.find(itemIndex, item.json, {
		...readBeginning(context, itemIndex, brief),
		ownsBrief,
	});
	const parsed = retryOrderSchema.safeParse({ reasons: [], why: '', ...item.json });
	const order = parsed.success ? parsed.data : undefined;
	const slot = order?.artefactId ?? (order === undefined ? String(itemIndex + 1) : `place ${order.slot}`);
	const asker = await openAsker(context, itemIndex);
	const keyOf = <T>(request: StructuredRequest<T>): string =>
		stepKey({
			runId: found.run.runId,
			workflowId: scope.workflowId,
			nodeName: scope.nodeName,
			round: found.round,
			slot,
			part: 0,
			take: readTake(context, itemIndex),
			requestHash: requestHash(request),
		});
	return {
		found,
		document: await scope.store.read(found.run.runId),
		asker,
		order,
		slot,
		keyOf,
		ask: (request) =>
			askOnce(
				scope.store,
				{
					runId: found.run.runId,
					key: keyOf(request),
					node: scope.node,
					round: found.round,
					slot,
					owner: PROCESS_ID,
					by: scope.nodeName,
					artefactId: order?.artefactId,
				},
				request,
				asker.deps,
			),
	};
}

/** What is written once for a step: new or changed work, and what it replaces. Fails as the state refuses it. */
export async function saveWork(
	scope: RunScope,
	question: Question,
	commandId: string,
	commands: readonly Command[],
	more: { title?: string; note: string },
): Promise<void> {
	const { PipelineError } = await import('../../shared/errors');
	const [result] = await scope.store.write(question.found.run.runId, [
		{
			by: scope.nodeName,
			asRecordKeeper: true,
			commandId,
			commands,
			...(more.title === undefined ? {} : { title: more.title }),
			ledger: [
				{ layer: 'handoff', event: 'work', note: more.note, by: scope.nodeName, round: question.found.round },
			],
		},
	]);
	if (result?.ok === false) throw new PipelineError(result.failure.code, result.failure.message, result.failure);
}

/** The commands that add work in the place of what it replaces. */
export function addWork(artefacts: readonly Artefact[], replaced: string | undefined): Command[] {
	const before = replaced === undefined ? [] : [{ id: replaced, status: 'replaced' }];
	return [{ op: 'mergeById', field: 'artefacts', items: [...before, ...artefacts] }];
}

/**
 * The work as state has it now, as items. What the call cost is shared out evenly, so that the column adds up.
 */
export async function toItems(
	scope: RunScope,
	question: Question,
	artefacts: readonly Artefact[],
	answer: { costUsd: number | null; model: string; durationMs: number; usage: object; replayed: boolean },
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const { artefactsOf, itemOf } = await import('../../shared/state');
	const stored = artefactsOf(await scope.store.read(question.found.run.runId));
	return artefacts.map((artefact) => {
		const now = stored.find(({ id }) => id === artefact.id) ?? artefact;
		return {
			json: {
				...copy(itemOf(question.found.run.runId, now, question.found.round, { replayed: answer.replayed })),
				costUsd: answer.costUsd === null ? null : answer.costUsd / artefacts.length,
				model: answer.model,
				durationMs: answer.durationMs,
				usage: { ...answer.usage },
			},
			pairedItem: { item: itemIndex },
		};
	});
}

/** Plain JSON for an n8n item. */
export function copy(value: JsonObject): Record<string, string | number | boolean | object | null> {
	return JSON.parse(JSON.stringify(value));
}

function readBeginning(context: IExecuteFunctions, itemIndex: number, brief: string | undefined) {
	const options = readOptions(context, itemIndex);
	const words = (brief ?? '').trim().replace(/\s+/g, ' ');
	const title = words === '' ? context.getWorkflow().name ?? 'Untitled run' : words;
	const ifBriefChanged = (['keep', 'newVersion', 'startAnother', 'stop'] as const).find(
		(choice) => choice === options.ifBriefChanged,
	);
	return {
		title: title.length > 60 ? `${title.slice(0, 60)}…` : title,
		...(brief === undefined || brief === '' ? {} : { brief }),
		...(typeof options.runKey === 'string' && options.runKey.trim() !== '' ? { runKey: options.runKey.trim() } : {}),
		...(ifBriefChanged === undefined ? {} : { ifBriefChanged }),
	};
}

function readTake(context: IExecuteFunctions, itemIndex: number): number {
	const { take } = readOptions(context, itemIndex);
	return typeof take === 'number' ? take : 1;
}

function readOptions(context: IExecuteFunctions, itemIndex: number): Readonly<Record<string, unknown>> {
	const options = context.getNodeParameter('options', itemIndex, {});
	return typeof options === 'object' && options !== null ? { ...options } : {};
}
