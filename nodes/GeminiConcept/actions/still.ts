/** A still as a file of a piece of work: in state, in the store and on the item. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { RunScope } from '../../shared/host';
import type { Attachment, KeptPicture, PaidAnswer } from '../../shared/model';
import type { Artefact, Media } from '../../shared/state';
import type { Question } from './question';

/** Under this name the still is on the item. */
const PROPERTY = 'sketch';

interface Call {
	scope: RunScope;
	question: Question;
	item: INodeExecutionData;
	itemIndex: number;
	key: string;
}

/** Makes the still part of the work, in state and on the item. */
export async function saveStill(
	context: IExecuteFunctions,
	{ scope, question, item, itemIndex, key }: Call,
	work: Artefact,
	answer: PaidAnswer<KeptPicture>,
): Promise<INodeExecutionData[]> {
	const { saveWork, toItems } = await import('./question');
	const { isSketch, sketchFileName } = await import('../../shared/concept');
	const { artefactsOf, contentHashOf } = await import('../../shared/state');
	const { hash, mimeType, bytes } = answer.value;
	const still: Media = { hash, mimeType, bytes, fileName: sketchFileName(work.slot, mimeType) };
	const media = [...(work.media ?? []).filter((file) => !isSketch(file)), still];
	const drawn: Artefact = {
		...work,
		media,
		contentHash: contentHashOf(work.content, media),
		status: 'new',
		why: '',
		round: question.found.round,
		costUsd: sumOf(work.costUsd, answer.costUsd),
	};
	const now = artefactsOf(question.document).find(({ id }) => id === work.id);
	// Work that is played again may be older than what state has: then that stays as it is.
	const isPresent = now?.contentHash === work.contentHash && now.status !== 'replaced' && !now.locked;
	if (isPresent && drawn.contentHash !== work.contentHash) {
		const { id, contentHash, status, why, round, costUsd } = drawn;
		const change = {
			id,
			media,
			contentHash,
			status,
			why,
			round,
			...(costUsd === undefined ? {} : { costUsd }),
		};
		await saveWork(
			scope,
			question,
			`${key}:save`,
			[{ op: 'mergeById', field: 'artefacts', items: [change] }],
			{ note: `Drew a still for '${work.title}'.` },
		);
	}
	const items = await toItems(scope, question, [drawn], answer, item, itemIndex);
	return Promise.all(
		items.map((result) =>
			withStill(
				context,
				scope,
				question.found.run.runId,
				{ ...result, binary: { ...item.binary } },
				still,
				true,
			),
		),
	);
}

/** The item with the still on it, from the store where it is not there already. */
export async function withStill(
	context: IExecuteFunctions,
	scope: RunScope,
	runId: string,
	item: INodeExecutionData,
	still: Media,
	isNew = false,
): Promise<INodeExecutionData> {
	if (!isNew && item.binary?.[PROPERTY] !== undefined) return item;
	const { bytes } = await scope.store.readMedia(runId, still.hash);
	const file = await context.helpers.prepareBinaryData(Buffer.from(bytes), still.fileName, still.mimeType);
	return { ...item, binary: { ...item.binary, [PROPERTY]: file } };
}

/** Of a concept that was revised: the still that it had, so that what did not change stays as people have seen it. */
export async function stillBefore(
	scope: RunScope,
	{ document, found }: Question,
	work: Artefact,
): Promise<Attachment | undefined> {
	const { isSketch } = await import('../../shared/concept');
	const { artefactsOf } = await import('../../shared/state');
	const before = artefactsOf(document).find(({ id }) =>
		work.madeFrom.some((name) => name.startsWith(`${id}@`)),
	);
	const still = before?.media?.find(isSketch);
	if (still === undefined) return undefined;
	const { bytes, mimeType } = await scope.store.readMedia(found.run.runId, still.hash);
	return { mimeType, data: Buffer.from(bytes).toString('base64') };
}

function sumOf(before: number | null | undefined, now: number | null): number | null {
	return before === null || now === null ? null : (before ?? 0) + now;
}
