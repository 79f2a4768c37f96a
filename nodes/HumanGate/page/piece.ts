/** One piece on the page: the work on one side, what is said and decided about it on the other. */
import { html, type Html } from '../../shared/html';
import type {
	EarlierNote,
	PieceMedia,
	Problem,
	ReviewPage,
	ReviewPiece,
	TypedPiece,
} from '../../shared/review';
import { isPassing } from '../../shared/review/edits';
import { decisionFields } from './decision';
import { editor } from './editor';
import { isShown } from '../../shared/page';
import { pieceProblem } from './problems';
import { changeList, fieldList } from './values';
import { DONE_WORDS, OUTCOME_WORDS, moment, reviewName } from './words';

export interface PieceView {
	piece: ReviewPiece;
	typed: TypedPiece | undefined;
	problems: readonly Problem[];
	page: ReviewPage;
	/** Whether decisions are still taken here. */
	isAsking: boolean;
}

export function renderPiece(view: PieceView): Html {
	const { piece, page } = view;
	const { index } = piece;
	return html`<article class=piece id="p${index}" tabindex=-1 aria-labelledby="t${index}"${
		isPassing(piece) && html` data-passes`
	}>
		<div class=work>
			<header><span class=number>${piece.slot}</span><div><h2 id="t${index}">${piece.title}</h2>
			<p>${piece.kind}</p></div></header>
			${piece.media.length > 0 && html`<div class=media>${piece.media.map(showMedia)}</div>`}
			${fieldList(piece.fields.filter(({ name, value }) => name !== 'title' || value !== piece.title))}
			${page.state.kind !== 'toContinue' && editor(view)}
		</div>
		<div class=judge>
			${view.problems.map((problem) => html`<div class=problem>${pieceProblem(problem)}</div>`)}
			${showVerdict(piece)}
			${piece.inPlaceOf && html`<p class=new><b>New</b>, in the place of “${piece.inPlaceOf}”</p>`}
			${
				piece.changes &&
				piece.changes.length > 0 &&
				html`<details><summary>What changed since you saw it last</summary>
				${changeList(piece.changes)}</details>`
			}
			${showNotes(piece.notes)}
			${piece.decided ? showDecided(piece.decided, page.timeZone) : decisionFields(view)}
		</div>
	</article>`;
}

/** What was said in earlier reviews; nothing when nobody said anything. */
function showNotes(notes: readonly EarlierNote[]): Html {
	if (notes.length === 0) return html``;
	return html`<div class=notes><h3>Earlier notes</h3><ul>${notes.map(
		({ review, action, note, reviewer }) =>
			html`<li><b>${reviewer}${review && `, ${reviewName(review).toLowerCase()}`}${
				action && `: ${DONE_WORDS[action].toLowerCase()}`
			}</b>${note && html`<p>${note}</p>`}</li>`,
	)}</ul></div>`;
}

function showMedia({ src, mimeType, alt, fileName }: PieceMedia): Html {
	const address = src.startsWith('?') ? src : '';
	const [kind = ''] = isShown(mimeType) ? mimeType.split('/') : [];
	if (kind === 'image') return html`<img src="${address}" alt="${alt}" loading=lazy>`;
	if (kind === 'video') {
		return html`<video src="${address}" aria-label="${alt}" controls preload=metadata playsinline></video>`;
	}
	if (kind === 'audio')
		return html`<audio src="${address}" aria-label="${alt}" controls preload=metadata></audio>`;
	return html`<a href="${address}" download="${fileName}">Download ${fileName}</a>`;
}

function showVerdict({ verdict, locked }: ReviewPiece): Html {
	if (!verdict) return locked ? html`` : html`<p class=verdict data-is=none><b>Not checked</b></p>`;
	const { outcome, score, note, issues } = verdict;
	return html`<div class=verdict data-is="${outcome}">
		<p><b>${OUTCOME_WORDS[outcome]}</b> <span>${Math.round(score * 100)} of 100</span></p>
		${note && html`<p>${note}</p>`}
		${
			issues.length > 0 &&
			html`<ul>${issues.map(
				({
					severity,
					evidence,
					fix,
				}) => html`<li><b>${severity === 'hard' ? 'Must change' : 'Could be better'}</b>
				${evidence && html` <q>${evidence}</q>`}${fix && html` ${fix}`}</li>`,
			)}</ul>`
		}
	</div>`;
}

function showDecided(decided: NonNullable<ReviewPiece['decided']>, timeZone: string | undefined): Html {
	return html`<div class=decided data-is="${decided.action}"><p><b>${DONE_WORDS[decided.action]}</b> by ${decided.reviewer}</p>
		<p>${moment(decided.decidedAt, timeZone)}</p>${decided.note && html`<blockquote>${decided.note}</blockquote>`}</div>`;
}
