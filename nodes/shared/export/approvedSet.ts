import { artefactsOf, decisionsOf, verdictFor, type Artefact, type Json, type StateDocument } from '../state';
import { extensionOf, slugOf } from './fileNames';

/** Which work counts. */
export type Include = 'approved' | 'approvedAndPassed';

/** A file of a piece, as it is called in the ZIP. */
export interface SetFile {
	name: string;
	mimeType: string;
	bytes: number;
}

export interface SetPiece {
	id: string;
	contentHash: string;
	kind: string;
	title: string;
	/** Its place in the run. */
	slot: number;
	status: 'approved' | 'passed';
	content: Record<string, Json>;
	media: SetFile[];
	/** What the validators said of it as it is. */
	verdict?: { outcome: string; note: string };
	/** Who approved it as it is, and when. */
	approval?: { by: string; at: string; note?: string };
}

/** A run's accepted work, for people outside: nothing of how it was made. */
export interface ApprovedSet {
	/** The run's. */
	title: string;
	runId: string;
	/** When the state became what it is: the same state gives the same set. */
	asOf: string;
	count: number;
	artefacts: SetPiece[];
}

/** The set, and the hash of each of its files by its name. */
export function selectSet(
	document: StateDocument,
	run: Pick<ApprovedSet, 'runId' | 'title' | 'asOf'>,
	include: Include,
): { set: ApprovedSet; hashes: ReadonlyMap<string, string> } {
	const hashes = new Map<string, string>();
	const artefacts = artefactsOf(document)
		.sort((a, b) => a.slot - b.slot)
		.flatMap((artefact): SetPiece[] => {
			const { status, locked } = artefact;
			// As for the router, what counts as passed is the verdict on the work as it is.
			const isPassed = status === 'passed' && verdictFor(document, artefact)?.outcome === 'pass';
			const isIncluded = (status === 'approved' && locked) || (isPassed && include === 'approvedAndPassed');
			return isIncluded ? [toPiece(document, { ...artefact, status }, hashes)] : [];
		});
	const { runId, title, asOf } = run;
	return { set: { title, runId, asOf, count: artefacts.length, artefacts }, hashes };
}

function toPiece(
	document: StateDocument,
	artefact: Artefact & { status: SetPiece['status'] },
	hashes: Map<string, string>,
): SetPiece {
	const { id, contentHash, kind, title, slot, status, content } = artefact;
	const verdict = verdictFor(document, artefact);
	const decision = decisionsOf(document).findLast(
		(each) => each.artefactId === id && each.contentHash === contentHash && each.action === 'approve',
	);
	return {
		id,
		contentHash,
		kind,
		title,
		slot,
		status,
		content,
		media: nameFiles(artefact, hashes),
		...(verdict === undefined ? {} : { verdict: { outcome: verdict.outcome, note: verdict.note } }),
		...(decision === undefined
			? {}
			: {
					approval: {
						by: decision.reviewer,
						at: decision.decidedAt,
						...(decision.note === undefined ? {} : { note: decision.note }),
					},
				}),
	};
}

/** `<slot>-<title>-<number>.<ending>`; two pieces of one place and title count on. */
function nameFiles({ slot, title, kind, media = [] }: Artefact, hashes: Map<string, string>): SetFile[] {
	let number = 0;
	return media.map((file) => {
		const nameOf = (count: number): string =>
			`${slot}-${slugOf(title, slugOf(kind, 'work'))}-${count}.${extensionOf(file)}`;
		do number += 1;
		while (hashes.has(nameOf(number)));
		const name = nameOf(number);
		hashes.set(name, file.hash);
		return { name, mimeType: file.mimeType, bytes: file.bytes };
	});
}
