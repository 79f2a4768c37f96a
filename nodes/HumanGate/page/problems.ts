/** What went wrong and what to do, in sentences. */
import { html, type Html } from '../../shared/html';
import { MAX_EDIT_LENGTH, MAX_NOTE_LENGTH, MAX_PIECES } from '../../shared/review/form';
import type { FieldChange, Problem, ReviewPage, ReviewPiece } from '../../shared/review';
import { changeList } from './values';
import { DONE_WORDS, countOf, moment } from './words';

/** Status of the answer: what a person has to put right, what others did meanwhile, or a passcode. */
export function statusOf(problems: readonly Problem[]): number {
	const codes = problems.map(({ code }) => code);
	if (codes.includes('passcodeLocked') || codes.includes('passcodeWrong')) return 403;
	return codes.includes('changed') || codes.includes('decidedBefore') ? 409 : 422;
}

/** The box on top of the page: each problem with a link to where it is put right. */
export function problemSummary(problems: readonly Problem[], page: ReviewPage): Html {
	const isLocked = problems.some(({ code }) => code === 'passcodeLocked');
	return html`<section class=summary id=problems role=alert tabindex=-1 autofocus>
		<h2>${isLocked ? 'This review is locked' : 'Nothing was sent yet'}</h2>
		<ul>${problems.map((problem) => html`<li>${summaryLine(problem, page)}</li>`)}</ul>
		${!isLocked && html`<p>Everything you typed is still here.</p>`}</section>`;
}

function summaryLine(problem: Problem, page: ReviewPage): Html {
	if ('index' in problem) {
		const piece = page.pieces.find(({ index }) => index === problem.index);
		const target = TARGETS[problem.code] ?? 'p';
		const title = piece === undefined ? 'A piece' : `${piece.slot}. ${piece.title}`;
		return html`<a href="#${target}${problem.index}">${title}</a>: ${pieceSentence(problem, piece, page.timeZone)}`;
	}
	return pageSentence(problem, page);
}

/** Which of the piece's fields a link leads to: its note, or else the piece. */
const TARGETS: Partial<Record<Problem['code'], string>> = {
	noteMissing: 'n',
	noteTooLong: 'n',
	noteWithoutChoice: 'n',
};

function pageSentence(problem: Exclude<Problem, { index: number }>, page: ReviewPage): Html {
	switch (problem.code) {
		case 'nameMissing':
			return html`<a href="#reviewer">Your name</a> is missing. It is kept with the decisions.`;
		case 'nothingChosen':
			return html`Nothing is decided yet. Choose Approve, Reject or Redirect for <a href="#pieces">at least one piece</a>.`;
		case 'notAllDecided':
			return html`${notAllDecided(problem.indexes, page.pieces)}`;
		case 'passcodeMissing':
			return html`<a href="#passcode">The passcode</a> is missing. It came to you separately from the link.`;
		case 'passcodeWrong':
			return html`<a href="#passcode">The passcode</a> is not right. Type it again: ${countOf(
				problem.triesLeft,
				'try',
				'tries',
			)} left, then the review is locked.`;
		case 'passcodeLocked':
			return html`There were too many wrong passcodes, so this page takes no more decisions. Copy what you typed, and ask
				 whoever sent you the link for a new one.`;
		case 'incomplete':
			return html`The form did not arrive whole. Check your choices below and send them again.`;
		case 'tooManyPieces':
			return html`More than ${MAX_PIECES} pieces came in one form. Open the link again and send the decisions from there.`;
	}
}

function notAllDecided(indexes: readonly number[], pieces: readonly ReviewPiece[]): Html {
	const [first = 0] = indexes;
	const left = countOf(indexes.length, 'piece is', 'pieces are');
	const title = pieces.find(({ index }) => index === first)?.title ?? 'the first one';
	return html`${left} not decided yet, beginning with <a href="#p${first}">${title}</a>. Decide, or press
		 “Save, decide the rest later” or “Send what is decided”.`;
}

/** What changed in the piece after the reviewer opened the page, if anything. */
export function changesIn(problems: readonly Problem[]): readonly FieldChange[] | undefined {
	return problems.find((problem) => problem.code === 'changed')?.changes;
}

/** The same problem at the piece itself; for a change, with what changed. */
export function pieceProblem(problem: Problem): Html {
	if (!('index' in problem)) return html``;
	return html`<p>${pieceSentence(problem)}</p>${problem.code === 'changed' && changeList(problem.changes)}`;
}

function pieceSentence(
	problem: Extract<Problem, { index: number }>,
	piece?: ReviewPiece,
	timeZone?: string,
): Html {
	switch (problem.code) {
		case 'noteMissing':
			return html`A note is needed here: say what should be different.`;
		case 'noteTooLong':
			return html`The note is longer than ${MAX_NOTE_LENGTH.toLocaleString('en')} characters. Shorten it.`;
		case 'noteWithoutChoice':
			return html`There is a note but no decision. Choose one, or empty the note.`;
		case 'editWithoutChoice':
			return html`The text was edited but nothing is decided. Choose Approve to keep the edit, or put the text back.`;
		case 'editTooLong':
			return html`The text of “${problem.field}” is longer than ${MAX_EDIT_LENGTH.toLocaleString('en')} characters. Shorten it.`;
		case 'changed':
			return html`This piece changed after you opened the page. Look at what is new and decide again.`;
		case 'decidedBefore':
			return decidedBefore(piece, timeZone);
	}
}

function decidedBefore(piece: ReviewPiece | undefined, timeZone: string | undefined): Html {
	if (!piece?.decided) return html`Somebody else decided on this piece first. Their decision stands.`;
	const { action, reviewer, decidedAt } = piece.decided;
	return html`${DONE_WORDS[action]} by ${reviewer}, ${moment(decidedAt, timeZone)}, before you sent yours. That decision stands.`;
}
