/** Pages that say what happened and ask nothing. */
import { html, type Html } from '../../shared/html';
import type { DecidedPiece, ReviewFrame, ReviewNotice } from '../../shared/review';
import { DEFAULT_ACCENT } from './colours';
import { renderDocument, type RenderedPage } from './document';
import { DONE_WORDS, countOf, moment } from './words';

interface NoticeWords {
	heading: string;
	/** What to do. */
	text: Html;
	decided?: readonly DecidedPiece[];
}

const STATUSES: Readonly<Record<ReviewNotice['kind'], number>> = {
	thanks: 200,
	decidedBefore: 409,
	oldRound: 410,
	expired: 410,
	linkOver: 410,
	stopped: 410,
	unavailable: 503,
	notValid: 404,
};

const NO_FRAME: ReviewFrame = { title: 'Review', runTitle: '', accent: DEFAULT_ACCENT };

/** The page for a notice. A pure function: the same data gives the same bytes. */
export function renderNotice(notice: ReviewNotice): RenderedPage {
	const frame = 'frame' in notice ? notice.frame : NO_FRAME;
	const { heading, text, decided = [] } = wordsOf(notice);
	return renderDocument({
		status: STATUSES[notice.kind],
		alert: heading,
		frame,
		eyebrow: 'Review',
		main: html`<section class=summary><h2>${heading}</h2>${text}</section>
			${decided.length > 0 && decidedList(decided, frame.timeZone)}`,
		hasScript: false,
	});
}

function wordsOf(notice: ReviewNotice): NoticeWords {
	switch (notice.kind) {
		case 'thanks':
			return thanks(notice);
		case 'decidedBefore':
			return {
				heading: 'Somebody else decided first',
				text: html`<p>The decisions below were sent before yours and stand. What you sent just now was not used. If you see it
					 differently, talk to the reviewer named below.</p>`,
				decided: notice.decided,
			};
		case 'oldRound':
			return {
				heading: 'This link is from an earlier round',
				text: html`<p>It belongs to round ${notice.round + 1}, and the work has moved on since. Use the newest link that you were sent,
					 or ask whoever sent it.</p>`,
			};
		case 'expired':
			return {
				heading: 'The time to decide is over',
				text: html`<p>This review ended on ${moment(notice.deadline, notice.frame.timeZone)}. What was not decided by then left without a
					 decision. Ask whoever sent you the link if the work should be reviewed again.</p>`,
			};
		case 'linkOver':
			return {
				heading: 'This link has run out',
				text: html`<p>Nothing is lost: what was decided stays decided, and the rest waits. Ask whoever sent you the link for a new one.</p>`,
			};
		case 'stopped':
			return {
				heading: 'This run was stopped',
				text: html`<p>There is nothing to decide any more. Ask whoever sent you the link whether it will be started again.</p>`,
			};
		case 'unavailable':
			return {
				heading: 'This does not work at the moment',
				text: html`<p>${notice.message} Nothing was decided. Open the link again in a while. For whoever runs this n8n:
					 ${notice.hint}</p>`,
			};
		case 'notValid':
			return {
				heading: 'This link does not work',
				text: html`<p>It may have been cut off or changed on its way. Open the link from the message again, or ask whoever sent it for a new
					 one.</p>`,
			};
	}
}

function thanks({ decided, left, continued, deadline, frame }: Extract<ReviewNotice, { kind: 'thanks' }>) {
	const saved = decided.length === 0 ? 'No decision' : countOf(decided.length, 'decision', 'decisions');
	return {
		heading: continued ? 'Thank you, the run goes on' : 'Thank you, your decisions are saved',
		text: html`<p>${saved} saved. ${continued ? afterwards(decided) : ''}</p>
			${
				left > 0 &&
				html`<p>${continued ? leftWithout(left) : waiting(left)}
				${!continued && deadline && html` The review is open until ${moment(deadline, frame.timeZone)}.`}</p>`
			}
			<p>${left > 0 && !continued ? html`<a href="">Decide the rest</a>` : 'You can close this page.'}</p>`,
		decided,
	};
}

/** What happens next, only of what was decided. */
function afterwards(decided: readonly DecidedPiece[]): string {
	const has = (action: DecidedPiece['action']) => decided.some((piece) => piece.action === action);
	const sentences = [
		has('approve') && 'What you approved is kept, and nothing changes it any more.',
		has('reject') && 'What you rejected is dropped.',
		has('redirect') && 'What you redirected is changed as your notes say.',
		has('reopen') && 'What you reopened can be changed again.',
	];
	return sentences.filter(Boolean).join(' ');
}

function leftWithout(left: number): string {
	return `${countOf(left, 'piece leaves', 'pieces leave')} the review without a decision.`;
}

function waiting(left: number): string {
	return `${countOf(left, 'piece is', 'pieces are')} still to decide. The run waits. Open the same link again when you are ready.`;
}

function decidedList(decided: readonly DecidedPiece[], timeZone: string | undefined): Html {
	return html`<section class=done aria-labelledby=done><h2 id=done>What was decided</h2><ul>${decided.map(
		({
			slot,
			title,
			action,
			reviewer,
			decidedAt,
			note,
		}) => html`<li><span class=number>${slot}</span><div><h3>${title}</h3>
			<p><i data-is="${action}">${DONE_WORDS[action]}</i> by ${reviewer}, ${moment(decidedAt, timeZone)}</p>
			${note && html`<blockquote>${note}</blockquote>`}</div></li>`,
	)}</ul></section>`;
}
