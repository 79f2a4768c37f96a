/** The overview: every piece of the page small, with a link to it. */
import { html, type Html } from '../../shared/html';
import type { ReviewPage, ReviewPiece } from '../../shared/review';
import { isPassing } from '../../shared/review/edits';
import { isShown } from '../../shared/page';
import { DONE_WORDS, countOf } from './words';

const OUTCOMES = { pass: 'Passed', fail: 'Not passed', unsure: 'Unsure' } as const;

export function renderOverview(page: ReviewPage, isAsking: boolean): Html {
	const passing = page.pieces.filter(isPassing).length;
	return html`<section class=overview aria-labelledby=sheet><div class=line><h2 id=sheet>All pieces</h2>
		${
			isAsking &&
			passing > 0 &&
			html`<button name=send value=approvePassing formnovalidate>
			Approve all that pass (${passing})</button>`
		}</div>
		<p>${summaryOf(page.pieces)}</p>
		<ol>${page.pieces.map(tile)}</ol></section>`;
}

function summaryOf(pieces: readonly ReviewPiece[]): string {
	const outcomes = pieces.map(({ verdict }) => verdict?.outcome ?? 'none');
	const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length;
	const parts = [
		[count('pass'), 'passed the check'],
		[count('fail'), 'did not pass'],
		[count('unsure'), 'unsure'],
		[count('none'), 'not checked'],
	] as const;
	const found = parts.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
	return `${countOf(pieces.length)}: ${found.join(', ')}.`;
}

function tile(piece: ReviewPiece): Html {
	const { index, slot, title, media, decided, verdict, locked } = piece;
	const picture = media.find(
		({ mimeType, src }) => mimeType.startsWith('image/') && isShown(mimeType) && src.startsWith('?'),
	);
	const word = decided
		? DONE_WORDS[decided.action]
		: locked
			? 'Approved'
			: verdict
				? OUTCOMES[verdict.outcome]
				: 'Not checked';
	const mark = decided?.action ?? (locked ? 'approve' : (verdict?.outcome ?? 'none'));
	return html`<li><a href="#p${index}">${picture && html`<img src="${picture.src}" alt="" loading=lazy>`}
		<b>${slot}</b> ${title} <i data-is="${mark}">${word}</i></a>`;
}
