import { fieldsOf } from '../../shared/review/fields';
import type { ReviewFrame, ReviewPage, ReviewPiece, PageState } from '../../shared/review';
import type { Answers } from '../../shared/review';
import type { Artefact, Decision, Review, Run, StateDocument } from '../../shared/state';

export { fieldsOf };

/** A review with all that its page shows. */
export interface ReviewData {
	run: Run;
	document: StateDocument;
	review: Review;
	answers: Answers;
	frame: ReviewFrame;
	/** Fills in the reviewer's name. */
	reviewer: string;
	/** Until when this link can be answered. */
	answerBy: string | undefined;
	/** Names of the models that wrote what is shown. */
	models: readonly string[];
	/** The address of a file of a piece, relative to the page. */
	mediaLink: (piece: number, file: number) => string;
}

/** What the page shows of a review as state has it now. */
export async function toReviewPage(data: ReviewData, state: PageState): Promise<ReviewPage> {
	const { askedForOf, reviewNumber } = await import('../../shared/review');
	const { artefactsOf } = await import('../../shared/state');
	const { review, frame, document } = data;
	const askedFor = askedForOf(document);
	const artefacts = new Map(artefactsOf(document).map((artefact) => [artefact.id, artefact]));
	const pieces: ReviewPiece[] = [];
	for (const [index, { artefactId }] of review.pieces.entries()) {
		const artefact = artefacts.get(artefactId);
		if (artefact !== undefined) pieces.push(await toPiece(data, artefact, index));
	}
	return {
		...frame,
		number: reviewNumber(document, review),
		...(askedFor === undefined ? {} : { askedFor }),
		models: data.models,
		openedAt: review.openedAt,
		...(data.answerBy === undefined ? {} : { deadline: data.answerBy }),
		passcodeAsked: review.asksPasscode === true,
		reviewer: data.reviewer,
		pieces,
		nonce: review.nonce,
		state,
	};
}

async function toPiece(
	{ document, review, answers, mediaLink }: ReviewData,
	artefact: Artefact,
	index: number,
): Promise<ReviewPiece> {
	const { historyOf } = await import('../../shared/review');
	const { verdictFor } = await import('../../shared/state');
	const { changes, inPlaceOf, notes } = historyOf(document, review, artefact);
	const verdict = verdictFor(document, artefact);
	const decided = answers.get(artefact.id);
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
		...(inPlaceOf === undefined ? {} : { inPlaceOf }),
		notes,
		...(decided === undefined || decided === null ? {} : { decided: toDecided(decided) }),
	};
}

export function toDecided({
	action,
	note,
	reviewer,
	decidedAt,
}: Decision): NonNullable<ReviewPiece['decided']> {
	return { action, ...(note === undefined ? {} : { note }), reviewer, decidedAt };
}
