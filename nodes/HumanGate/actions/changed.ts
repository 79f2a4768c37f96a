import type { Problem, Typed } from '../../shared/review';
import type { Artefact, StateStore } from '../../shared/state';
import type { GateRequest } from './request';
import { fieldsOf, type ReviewData } from './reviewData';

type Changed = Extract<Problem, { code: 'changed' }>;

/** Pieces of a form, not decided yet, that are no longer what the reviewer saw. */
export async function changedSince({ store, data }: GateRequest, typed: Typed): Promise<Changed[]> {
	const { artefactsOf } = await import('../../shared/state');
	const hashes = new Map(artefactsOf(data.document).map(({ id, contentHash }) => [id, contentHash]));
	const problems: Changed[] = [];
	for (const [index, { artefactId }] of data.review.pieces.entries()) {
		const shownHash = typed.pieces[index]?.contentHash;
		if (shownHash === undefined || shownHash === hashes.get(artefactId) || data.answers.has(artefactId))
			continue;
		problems.push(await changedProblem(store, data, index, shownHash));
	}
	return problems;
}

/** The problem of one such piece, with what changed since it was shown. */
export async function changedProblem(
	store: StateStore,
	{ run, review, document }: ReviewData,
	index: number,
	shownHash: string,
): Promise<Changed> {
	const { compareFields } = await import('../../shared/review');
	const { artefactsOf } = await import('../../shared/state');
	const id = review.pieces[index]?.artefactId;
	const now = artefactsOf(document).find((artefact) => artefact.id === id);
	const shown = now && (await findShown(store, run.runId, now.id, shownHash));
	return { code: 'changed', index, changes: shown ? compareFields(fieldsOf(shown), fieldsOf(now)) : [] };
}

/** The piece as the reviewer saw it, from the versions of the run. */
async function findShown(
	store: StateStore,
	runId: string,
	id: string,
	contentHash: string,
): Promise<Artefact | undefined> {
	const { artefactsOf } = await import('../../shared/state');
	const versions = (await store.history(runId)).filter(({ fields }) => fields.includes('artefacts'));
	for (const { version } of versions.reverse()) {
		const artefact = artefactsOf(await store.read(runId, version)).find((each) => each.id === id);
		if (artefact?.contentHash === contentHash) return artefact;
	}
	return undefined;
}
