/** What people saw and said at a gate before: what a review counts as, and what a piece is compared with. */
import {
	artefactsOf,
	decisionsOf,
	reviewsOf,
	type Artefact,
	type Review,
	type StateDocument,
} from '../state';
import { compareFields } from './edits';
import { fieldsIn, fieldsOf } from './fields';
import type { EarlierNote, FieldChange, PieceField } from './page';

/** The reviews of the same gate before this one in which somebody decided, oldest first. */
export function answeredBefore(document: StateDocument, review: Review): Review[] {
	const decidedIn = new Set(decisionsOf(document).map((decision) => decision.review));
	const own = reviewsOf(document).filter(({ node }) => node === review.node);
	const at = own.findIndex(({ id }) => id === review.id);
	return own.slice(0, at).filter(({ id, sentAt }) => sentAt !== undefined || decidedIn.has(id));
}

/** How often people have reviewed at the gate up to this review: 1 at the first, however often the work was made before. */
export function reviewNumber(document: StateDocument, review: Review): number {
	return answeredBefore(document, review).length + 1;
}

/** What is to be said of a piece that is shown in `review`, from what people saw and said before. */
export interface History {
	/** What is different from what was shown. */
	changes: FieldChange[];
	/** The title of the piece that was rejected, and whose place this one takes. */
	inPlaceOf?: string;
	/** What was said of it before, and of those whose place it took, oldest first. */
	notes: EarlierNote[];
}

/** A piece's history as a reviewer knows it. What failed a check in between was never shown, and is not compared with. */
export function historyOf(document: StateDocument, review: Review, artefact: Artefact): History {
	const earlier = answeredBefore(document, review);
	const shown = new Set(earlier.flatMap(({ pieces }) => pieces.map(({ artefactId }) => artefactId)));
	const line = lineBefore(document, artefact);
	const said = decisionsOf(document).filter(
		({ artefactId, review: asked }) =>
			asked !== review.id && (artefactId === artefact.id || line.some(({ id }) => id === artefactId)),
	);
	const notes = said.flatMap(({ review: asked, action, note, reviewer }): EarlierNote[] => {
		if (note === undefined) return [];
		const number = earlier.findIndex(({ id }) => id === asked) + 1;
		return [{ ...(number === 0 ? {} : { review: number }), action, note, reviewer }];
	});
	const before = line.find(({ id }) => shown.has(id));
	if (before === undefined) return { changes: [], notes };
	const isRejected = said.findLast(({ artefactId }) => artefactId === before.id)?.action === 'reject';
	if (isRejected) return { changes: [], inPlaceOf: before.title, notes };
	const isSameKind = before.kind === artefact.kind;
	return { changes: isSameKind ? compareFields(withTitle(before), withTitle(artefact)) : [], notes };
}

/** A title that was made of another field, or of a file's name, is no change of its own. */
function withTitle(artefact: Artefact): PieceField[] {
	const { title, content } = artefact;
	return [...(content.title === undefined ? [] : fieldsIn({ title })), ...fieldsOf(artefact)];
}

/** All whose place a piece took, the latest first. */
function lineBefore(document: StateDocument, { id, replaces }: Artefact): Artefact[] {
	const artefacts = new Map(artefactsOf(document).map((artefact) => [artefact.id, artefact]));
	const line: Artefact[] = [];
	const seen = new Set([id]);
	for (
		let at = artefacts.get(replaces ?? '');
		at && !seen.has(at.id);
		at = artefacts.get(at.replaces ?? '')
	) {
		line.push(at);
		seen.add(at.id);
	}
	return line;
}
