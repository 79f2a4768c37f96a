import { labelOf } from '../../shared/html';
import type { FieldChange, ReviewFrame, ReviewPage, ReviewPiece, PageState } from '../../shared/review';
import type { Answers } from '../../shared/review';
import type { Artefact, Decision, Review, Run, StateDocument } from '../../shared/state';

/** A review with all that its page shows. */
export interface ReviewData {
	run: Run;
	document: StateDocument;
	review: Review;
	answers: Answers;
	frame: ReviewFrame;
	/** Fills in the reviewer's name. */
	reviewer: string;
	/** The address of a file of a piece, relative to the page. */
	mediaLink: (piece: number, file: number) => string;
}

/** What the page shows of a review as state has it now. */
export async function toReviewPage(data: ReviewData, state: PageState): Promise<ReviewPage> {
	const { artefactsOf } = await import('../../shared/state');
	const { review, frame, document } = data;
	const artefacts = new Map(artefactsOf(document).map((artefact) => [artefact.id, artefact]));
	const pieces: ReviewPiece[] = [];
	for (const [index, { artefactId }] of review.pieces.entries()) {
		const artefact = artefacts.get(artefactId);
		if (artefact !== undefined) pieces.push(await toPiece(data, artefacts, artefact, index));
	}
	return {
		...frame,
		round: review.round,
		openedAt: review.openedAt,
		...(review.deadline === undefined ? {} : { deadline: review.deadline }),
		passcodeAsked: review.asksPasscode === true,
		reviewer: data.reviewer,
		pieces,
		notes: [],
		nonce: review.nonce,
		state,
	};
}

async function toPiece(
	{ document, answers, mediaLink }: ReviewData,
	artefacts: ReadonlyMap<string, Artefact>,
	artefact: Artefact,
	index: number,
): Promise<ReviewPiece> {
	const { compareFields } = await import('../../shared/review');
	const { decisionsOf, verdictFor } = await import('../../shared/state');
	const before = artefact.replaces === undefined ? undefined : artefacts.get(artefact.replaces);
	const line = lineOf(artefacts, artefact);
	const verdict = verdictFor(document, artefact);
	const decided = answers.get(artefact.id);
	const changes: FieldChange[] =
		before?.kind === artefact.kind ? compareFields(fieldsOf(before), fieldsOf(artefact)) : [];
	return {
		index,
		artefactId: artefact.id,
		contentHash: artefact.contentHash,
		title: artefact.title,
		slot: artefact.slot,
		kind: artefact.kind,
		status: artefact.status,
		locked: artefact.locked && decided === undefined,
		fields: fieldsOf(artefact),
		media: (artefact.media ?? []).map(({ mimeType, fileName }, file) => ({
			src: mediaLink(index, file),
			mimeType,
			alt: `${artefact.title}, file ${file + 1}`,
			fileName: fileName ?? `file-${file + 1}`,
		})),
		...(verdict === undefined ? {} : { verdict }),
		...(changes.length === 0 ? {} : { changes }),
		notes: decisionsOf(document)
			.filter(({ artefactId }) => line.has(artefactId) && artefactId !== artefact.id)
			.flatMap(({ round, action, note, reviewer }) =>
				note === undefined ? [] : [{ round, action, note, reviewer }],
			),
		...(decided === undefined || decided === null ? {} : { decided: toDecided(decided) }),
	};
}

/** Fields in the order in which they were written; the title stands above them. */
export function fieldsOf(artefact: Artefact): ReviewPiece['fields'] {
	return Object.entries(artefact.content)
		.filter(([name, value]) => !(name === 'title' && value === artefact.title))
		.map(([name, value]) => ({ name, label: labelOf(name), value }));
}

export function toDecided({
	action,
	note,
	reviewer,
	decidedAt,
}: Decision): NonNullable<ReviewPiece['decided']> {
	return { action, ...(note === undefined ? {} : { note }), reviewer, decidedAt };
}

/** A piece and all whose place it took. */
function lineOf(artefacts: ReadonlyMap<string, Artefact>, artefact: Artefact): Set<string> {
	const line = new Set<string>();
	for (let id: string | undefined = artefact.id; id !== undefined && !line.has(id);) {
		line.add(id);
		id = artefacts.get(id)?.replaces;
	}
	return line;
}
