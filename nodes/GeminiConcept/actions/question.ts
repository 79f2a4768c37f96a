/** What all operations share: who asks, in which run and round, and how new work is saved. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { runTitle } from '../../shared/host/runTitle';
import type { Asker, FoundRun, RunScope } from '../../shared/host';
import type { Artefact, Command, Json, RetryOrder, StateDocument } from '../../shared/state';
import type { AskDeps, PaidAnswer, StructuredRequest } from '../../shared/model';

export interface Question {
	found: FoundRun;
	document: StateDocument;
	asker: Asker;
	/** What the Retry Router asked for, on items that it sent back. */
	order: RetryOrder | undefined;
	/** Names of the steps that the work goes to. */
	after: ReadonlySet<string> | undefined;
	/** Names what this item asks for: the step, its pass and the item's position. */
	requester: string;
	/** Which of the step's questions this is, as in its step record. */
	slot: string;
	/** Asks once for this item: the answer is recorded under the step's key. */
	ask<T>(request: StructuredRequest<T>, deps?: AskDeps): Promise<PaidAnswer<T>>;
	/** The key of a request of this item. */
	keyOf(request: StructuredRequest<unknown>): string;
}

export interface Opening {
	/** A run that is not there yet begins with it. */
	brief?: string;
	/** The brief is the run's own. */
	ownsBrief?: boolean;
	/** The piece of work that the question is about, where it is not about new work. */
	artefactId?: string;
	/** How many pieces are asked for, where the router has not asked for one. Default 1. */
	count?: number;
	modelField?: 'model' | 'imageModel';
}

/** Finds the run of an item, or begins it with the brief, and prepares to ask. */
export async function openQuestion(
	context: IExecuteFunctions,
	scope: RunScope,
	item: INodeExecutionData,
	itemIndex: number,
	{ brief, ownsBrief = false, artefactId, count = 1, modelField }: Opening = {},
): Promise<Question> {
	const { PROCESS_ID, openAsker, passNumber, readSpendCap, stepsAfter } = await import('../../shared/host');
	const { askOnce, requestHash } = await import('../../shared/model');
	const { retryOrderOf, stepKey } = await import('../../shared/state');
	const found = await scope.find(itemIndex, item.json, {
		...readBeginning(context, itemIndex, brief),
		...readSpendCap(readOptions(context, itemIndex).spendCap),
		ownsBrief,
	});
	const order = retryOrderOf(item.json);
	const about = artefactId ?? order?.artefactId;
	const position = `${passNumber(context) + 1}/${itemIndex + 1}`;
	const slot = about ?? (order === undefined ? position : `place ${order.slot}`);
	const asker = openAsker(context, itemIndex, modelField);
	const keys = new Map<object, string>();
	const newKey = (request: StructuredRequest<unknown>): string =>
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
	const keyOf = (request: StructuredRequest<unknown>): string => {
		const key = keys.get(request) ?? newKey(request);
		keys.set(request, key);
		return key;
	};
	return {
		found,
		document: await scope.store.read(found.run.runId),
		asker,
		order,
		after: stepsAfter(context),
		requester: `${scope.node}#${position}`,
		slot,
		keyOf,
		ask: (request, deps = asker.deps) =>
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
					artefactId: about,
					asked: order === undefined ? count : 1,
				},
				request,
				deps,
			),
	};
}

/**
 * What is written once for a step: new or changed work, and what it replaces. Gives back `outcome`, or the one of the first
 * time. Fails as the state refuses it.
 */
export async function saveWork(
	scope: RunScope,
	question: Question,
	commandId: string,
	commands: readonly Command[],
	more: { title?: string; note: string; outcome?: Json },
): Promise<Json | undefined> {
	const { writeOrThrow } = await import('../../shared/host');
	const { piecesOf } = await import('../../shared/state');
	const { outcome } = await writeOrThrow(scope.store, question.found.run.runId, {
		by: scope.nodeName,
		asRecordKeeper: true,
		commandId,
		commands,
		...(more.title === undefined ? {} : { title: more.title }),
		...(more.outcome === undefined ? {} : { outcome: more.outcome }),
		ledger: [
			{
				layer: 'handoff',
				event: 'work',
				note: more.note,
				by: scope.nodeName,
				node: scope.node,
				round: question.found.round,
				slot: question.slot,
				pieces: piecesOf(commands),
			},
		],
	});
	return outcome;
}

/** Recorded before the call, so that the router knows what is missing also when the call fails, and what came with it. */
export async function recordRequest(
	scope: RunScope,
	question: Question,
	count: number,
	files: readonly string[] = [],
): Promise<void> {
	if (question.order !== undefined) return;
	const { writeOrThrow } = await import('../../shared/host');
	await writeOrThrow(scope.store, question.found.run.runId, {
		by: scope.nodeName,
		asRecordKeeper: true,
		commands: [
			{
				op: 'mergeById',
				field: 'requested',
				items: [{ id: question.requester, count, ...(files.length === 0 ? {} : { files: [...files] }) }],
			},
		],
	});
}

/**
 * The commands that add work: in the place of what was sent back, and of what this step made for the same places of the
 * same round before, when it was asked something else.
 */
export function addWork(
	question: Question,
	artefacts: readonly Artefact[],
	earlier: readonly Artefact[],
	sentBack = question.order?.artefactId,
): Command[] {
	const fresh = new Set(artefacts.map(({ id }) => id));
	const slots = new Set(artefacts.map(({ slot }) => slot));
	const { round } = question.found;
	const outdated = earlier.filter(
		({ id, by, locked, round: made, slot, status }) =>
			!fresh.has(id) &&
			!locked &&
			status !== 'replaced' &&
			made === round &&
			slots.has(slot) &&
			by === artefacts[0]?.by,
	);
	const replaced = new Set([...outdated.map(({ id }) => id), ...(sentBack === undefined ? [] : [sentBack])]);
	const before = [...replaced].map((id) => ({ id, status: 'replaced' }));
	return [{ op: 'mergeById', field: 'artefacts', items: [...before, ...artefacts] }];
}

/**
 * The work as it was answered, with what state says of it now. What the call cost is shared out evenly, so that the column
 * adds up. What other steps put on the item goes on.
 */
export async function toItems(
	scope: RunScope,
	question: Question,
	artefacts: readonly Artefact[],
	answer: { costUsd: number | null; model: string; durationMs: number; usage: object; replayed: boolean },
	item: INodeExecutionData,
	itemIndex: number,
): Promise<INodeExecutionData[]> {
	const { passThrough, plain } = await import('../../shared/host');
	const { artefactsOf, itemOf } = await import('../../shared/state');
	const { intentSchema } = await import('../../shared/concept');
	const stored = artefactsOf(await scope.store.read(question.found.run.runId));
	const before = stored.find(({ id }) => id === item.json.artefactId);
	const names = [
		...Object.keys(before?.content ?? {}),
		...(item.json.kind === 'intent' ? Object.keys(intentSchema.shape) : []),
	];
	const kept = passThrough(item.json, names);
	return artefacts.map((artefact) => {
		const now = stored.find(
			({ id, contentHash }) => id === artefact.id && contentHash === artefact.contentHash,
		);
		const as = { ...artefact, status: now?.status ?? artefact.status, why: now?.why ?? artefact.why };
		const work = itemOf(question.found.run.runId, as, question.found.round, { replayed: answer.replayed });
		return {
			json: {
				...plain({ ...work, ...kept }),
				costUsd: answer.costUsd === null ? null : answer.costUsd / artefacts.length,
				model: answer.model,
				durationMs: answer.durationMs,
				usage: { ...answer.usage },
			},
			pairedItem: { item: itemIndex },
		};
	});
}

function readBeginning(context: IExecuteFunctions, itemIndex: number, brief: string | undefined) {
	const options = readOptions(context, itemIndex);
	const ifBriefChanged = (['keep', 'newVersion', 'startAnother', 'stop'] as const).find(
		(choice) => choice === options.ifBriefChanged,
	);
	return {
		title: runTitle(brief, context.getWorkflow().name),
		...(brief === undefined || brief === '' ? {} : { brief }),
		...(typeof options.runKey === 'string' && options.runKey.trim() !== ''
			? { runKey: options.runKey.trim() }
			: {}),
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
