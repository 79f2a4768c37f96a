import type { Problem, Typed } from '../../shared/review';
import type { Artefact, StateStore } from '../../shared/state';
import type { GateRequest } from './request';
import { fieldsOf, type ReviewData } from './reviewData';

type Changed = Extract<Problem, { code: 'changed' }>;

/** Pieces of a form, not decided yet, that are no longer what the reviewer saw. */
export async function changedSince({ store, data }: GateRequest, typed: Typed): Promise<Changed[]> {
	const { artefactsOf } = await import('../../shared/state');
	const hashes = new Map(artefactsOf(data.document).map(({ id, contentHash }) => [id, contentHash]));
	const outdated = data.review.pieces.flatMap(({ artefactId }, index): Array<[number, string]> => {
		const shownHash = typed.pieces[index]?.contentHash;
		const isAsItWas = shownHash === undefined || shownHash === hashes.get(artefactId);
		return isAsItWas || data.answers.has(artefactId) ? [] : [[index, shownHash]];
	});
	return changedProblems(store, data, new Map(outdated));
}

/** The problems of such pieces, with what changed since they were shown. `shown`: content hashes by the piece's index. */
export async function changedProblems(
	store: StateStore,
	{ run, review, document }: ReviewData,
	shown: ReadonlyMap<number, string>,
): Promise<Changed[]> {
	const { compareFields } = await import('../../shared/review');
	const { artefactsOf } = await import('../../shared/state');
	const now = new Map(artefactsOf(document).map((artefact) => [artefact.id, artefact]));
	const idOf = (index: number): string => review.pieces[index]?.artefactId ?? '';
	const wanted = new Map([...shown].map(([index, hash]) => [idOf(index), hash]));
	const before = await findShown(store, run.runId, wanted);
	return [...shown.keys()].map((index) => {
		const [was, is] = [before.get(idOf(index)), now.get(idOf(index))];
		return { code: 'changed', index, changes: was && is ? compareFields(fieldsOf(was), fieldsOf(is)) : [] };
	});
}

/** Pieces as the reviewer saw them, from the versions of the run; each version is read once, whatever a form claims to have seen. */
async function findShown(
	store: StateStore,
	runId: string,
	wanted: ReadonlyMap<string, string>,
): Promise<Map<string, Artefact>> {
	const { artefactsOf } = await import('../../shared/state');
	const found = new Map<string, Artefact>();
	if (wanted.size === 0) return found;
	const versions = (await store.history(runId)).filter(({ fields }) => fields.includes('artefacts'));
	for (const { version } of versions.reverse()) {
		for (const artefact of artefactsOf(await store.read(runId, version))) {
			if (wanted.get(artefact.id) === artefact.contentHash && !found.has(artefact.id))
				found.set(artefact.id, artefact);
		}
		if (found.size === wanted.size) break;
	}
	return found;
}
