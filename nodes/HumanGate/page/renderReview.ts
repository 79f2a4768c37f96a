/** The review page: a form over all pieces of a review. */
import { html, type Html } from '../../shared/html';
import type { Problem, ReviewPage, Typed } from '../../shared/review';
import { END_FIELD, MAX_NAME_LENGTH, MAX_PASSCODE_LENGTH } from '../../shared/review/form';
import { renderAsked } from './asked';
import { renderDocument, type RenderedPage } from './document';
import { renderOverview } from './overview';
import { renderPiece } from './piece';
import { problemSummary, statusOf } from './problems';
import { countOf, moment, reviewName } from './words';

/** What the page needs to know of its state, whichever it is. */
interface View {
	page: ReviewPage;
	problems: readonly Problem[];
	typed: Typed | undefined;
	/** Whether decisions are still taken here. */
	isAsking: boolean;
}

/** The page in any of its states (`PageState`). A pure function: the same data gives the same bytes. */
export function renderReview(page: ReviewPage): RenderedPage {
	const { state } = page;
	const problems = state.kind === 'refused' ? state.problems : [];
	const typed = 'typed' in state ? state.typed : undefined;
	const isLocked = problems.some(({ code }) => code === 'passcodeLocked');
	const view = { page, problems, typed, isAsking: !isLocked && state.kind !== 'toContinue' };
	return renderDocument({
		status: problems.length > 0 ? statusOf(problems) : 200,
		...(problems.length > 0 && { alert: 'Not sent' }),
		frame: page,
		eyebrow: page.number > 1 ? reviewName(page.number) : 'Review',
		facts: factsOf(page),
		main: html`${openingOf(view)}
			<form class=review method=post action="#"${typed && html` data-typed`}>
				<button disabled hidden></button>
				<input type=hidden name=nonce value="${page.nonce}">
				${page.pieces.length > 1 && renderOverview(page, view.isAsking)}
				<div id=pieces tabindex=-1>${piecesOf(view)}</div>
				${state.kind === 'toContinue' ? continuing() : view.isAsking && html`${signing(view)}${bar(view)}`}
				<input type=hidden name="${END_FIELD}" value=1>
			</form>`,
		hasScript: true,
	});
}

function factsOf({ openedAt, deadline, timeZone }: ReviewPage): Html {
	return html`<p class=opened>Opened ${moment(openedAt, timeZone)}</p>
		${deadline && html`<p><b>Answer by ${moment(deadline, timeZone)}</b></p>`}`;
}

/** What happened, or what to do. */
function openingOf({ page, problems, isAsking }: View): Html {
	const { state, pieces } = page;
	if (problems.length > 0) return html`${problemSummary(problems, page)}${renderAsked(page)}`;
	if (state.kind === 'ticked') return html`${tickedOf(state.count)}${renderAsked(page)}`;
	if (state.kind === 'toContinue') {
		return html`${renderAsked(page)}<section class=summary><h2>Everything is decided</h2><p>The decisions are saved, but the run has not gone on yet.
			 Press “Continue the run” below. Nothing is decided twice.</p></section>`;
	}
	const decided = pieces.filter((piece) => piece.decided).length;
	return html`${
		decided > 0 &&
		html`<section class=summary><h2>${countOf(decided, 'piece is', 'pieces are')} decided already</h2>
			<p>They are saved and cannot be changed here. Decide the rest, or send what is decided.</p></section>`
	}
		${renderAsked(page)}${isAsking && guide(page)}`;
}

function tickedOf(count: number): Html {
	return html`<section class=summary role=status><h2>${count === 0 ? 'No piece was left to approve' : `Approve is set for ${countOf(count)}`}</h2>
		<p>Nothing is sent yet. Look through the choices, then press “Send decisions” at the end.</p></section>`;
}

/** Who came before knows the words: then they are folded away. */
function guide({ number }: ReviewPage): Html {
	const words = html`<dl><dt>Approve</dt><dd>Keep it. Nothing changes it any more.</dd>
		<dt>Reject</dt><dd>Drop it. A new one takes its place.</dd>
		<dt>Redirect</dt><dd>Keep the idea and change it as your note says.</dd></dl>`;
	return html`<section class="guide${number > 1 && ' known'}" aria-label="How to decide">${
		number > 1
			? html`<details><summary>What Approve, Reject and Redirect do</summary>${words}</details>`
			: words
	}
		<details class=keys id=keys><summary>Keyboard shortcuts</summary>
		<p><kbd>j</kbd> next piece, <kbd>k</kbd> previous piece, <kbd>a</kbd> approve, <kbd>r</kbd> reject, <kbd>d</kbd> redirect and write the note,
		 <kbd>l</kbd> decide later, <kbd>?</kbd> this list</p>
		<label><input type=checkbox id=keysOn checked> Use these shortcuts</label></details></section>`;
}

function piecesOf({ page, problems, typed, isAsking }: View): Html[] {
	return page.pieces.map((piece) =>
		renderPiece({
			piece,
			page,
			isAsking,
			typed: typed?.pieces[piece.index],
			problems: problems.filter((problem) => 'index' in problem && problem.index === piece.index),
		}),
	);
}

function continuing(): Html {
	return html`<div class=bar><p>Everything is decided.</p><button class=main name=send value=continue>Continue the run</button></div>`;
}

/** Who decides, and the ways to send other than the main one, which is in the bar below. */
function signing({ page, problems, typed }: View): Html {
	const codes = problems.map(({ code }) => code);
	const isPasscodeWrong = codes.includes('passcodeWrong') || codes.includes('passcodeMissing');
	return html`<section class=signing aria-labelledby=sign><h2 id=sign>Sign and send</h2>
		<div class=fields><p><label for=reviewer>Your name</label>
		<input id=reviewer name=reviewer required autocomplete=name maxlength="${MAX_NAME_LENGTH}" value="${typed?.reviewer || page.reviewer}"${
			codes.includes('nameMissing') && html` aria-invalid=true`
		}></p>
		${
			page.passcodeAsked &&
			html`<p><label for=passcode>Passcode</label><input id=passcode name=passcode type=password required
			 autocomplete=off aria-describedby=passcodeHelp maxlength="${MAX_PASSCODE_LENGTH}"${isPasscodeWrong && html` aria-invalid=true`}>
			<small id=passcodeHelp>Anyone with the link can read this page. The passcode is only for sending decisions.</small></p>`
		}</div>
		<ul class=ways><li><button name=send value=save>Save, decide the rest later</button>
		 Saved decisions stay. Open the same link again for the rest.</li>
		<li><button name=send value=decided>Send what is decided</button>
		 The run goes on now. The rest leaves without a decision.</li></ul></section>`;
}

function bar({ page, typed }: View): Html {
	const asked = page.pieces.filter((piece) => !piece.locked || piece.decided);
	const saved = asked.filter((piece) => piece.decided).length;
	const chosen = asked.filter((piece) => !piece.decided && typed?.pieces[piece.index]?.action).length;
	const done = saved + chosen;
	return html`<div class=bar><p role=status id=count data-saved="${saved}">${done} of ${asked.length} decided</p>
		<progress max="${asked.length || 1}" value="${done}" aria-label="Decided pieces"></progress>
		<button class=main name=send value=all>Send decisions</button></div>`;
}
