/** Pages that say what happened and ask nothing. */
import { html, type Html } from '../../shared/html';
import type {
	DecidedPiece,
	NamedPiece,
	OldRoundNotice,
	ResultLink,
	ReviewFrame,
	ReviewNotice,
	ThanksNotice,
} from '../../shared/review';
import { DEFAULT_ACCENT } from '../../shared/page';
import { renderDocument, type RenderedPage } from './document';
import { DONE_WORDS, countOf, moment, reviewName } from './words';

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
	justGone: 409,
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
					 differently, talk to the reviewer named below.</p>${resultOf(notice.result, notice.frame)}`,
				decided: notice.decided,
			};
		case 'oldRound':
			return oldRound(notice);
		case 'expired':
			return {
				heading: 'The time to decide is over',
				text: html`${notice.hasSent && html`<p>What you sent just now came too late and was not used.</p>`}
					<p>This review ended on ${moment(notice.deadline, notice.frame.timeZone)}. What was not decided by then left without a
					 decision. Ask whoever sent you the link if the work should be reviewed again.</p>`,
			};
		case 'linkOver':
			return {
				heading: 'This link has run out',
				text: html`${notice.hasSent && html`<p>What you sent just now was not used.</p>`}
					<p>What was decided stays decided, and the rest waits. Ask whoever sent you the link for a new one.</p>`,
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
		case 'justGone':
			return {
				heading: 'The run has just gone on',
				text: html`<p>Somebody decided at the same moment, or the time was up. If you sent something just now, it was not used. Open the
					 link again in a minute: if something is left to decide, it is there.</p>`,
			};
		case 'notValid':
			return {
				heading: 'This link does not work',
				text: html`<p>It may have been cut off or changed on its way. Open the link from the message again, or ask whoever sent it for a new
					 one.</p>`,
			};
	}
}

function oldRound({ number, hasSent, next }: OldRoundNotice): NoticeWords {
	const unused =
		hasSent && html`<p>What you sent just now belongs to the earlier review and was not used.</p>`;
	const which = reviewName(number).toLowerCase();
	if (next?.startsWith('?') !== true) {
		return {
			heading: 'This link is from an earlier review',
			text: html`${unused}<p>It belongs to the ${which}, and the work has moved on since. Use the newest link that you were sent,
				 or ask whoever sent it.</p>`,
		};
	}
	return {
		heading: 'The work is back',
		text: html`${unused}<p>Your link is from the ${which}, which is over. The work has been made anew since, and waits to be
			 decided on.</p><p class=go><a class="main button" href="${next}">Review the work as it is now</a></p>`,
	};
}

function thanks(notice: ThanksNotice): NoticeWords {
	const { decided, left, continued, deadline, frame, unused = [] } = notice;
	const saved = decided.length === 0 ? 'No decision' : countOf(decided.length, 'decision', 'decisions');
	return {
		heading: continued ? 'Thank you, the run goes on' : 'Thank you, your decisions are saved',
		text: html`<p>${saved} saved.</p>
			${unused.length > 0 && unusedOf(unused)}
			${
				left > 0 &&
				html`<p>${continued ? leftWithout(left) : waiting(left)}
				${!continued && deadline && html` You can do so until ${moment(deadline, frame.timeZone)}.`}</p>`
			}
			${continued ? html`${whatHappens(notice)}${whereNext(notice)}` : html`<p class=go><a class=button href="">Decide the rest</a></p>`}`,
		decided,
	};
}

/** What becomes of the work, only of what was decided. */
function whatHappens({ decided, comesBack }: ThanksNotice): Html {
	const has = (action: DecidedPiece['action']) => decided.some((piece) => piece.action === action);
	const sentences = [
		has('approve') && 'What you approved stays as it is. Nothing changes it any more.',
		has('reject') &&
			(comesBack ? 'For what you rejected, something new is made now.' : 'What you rejected is not used.'),
		has('redirect') &&
			(comesBack
				? 'What you redirected is changed now, as your notes say.'
				: 'What you redirected goes on with your notes.'),
		has('reopen') && 'What you reopened can be changed again, as your notes say.',
	];
	return html`<ul class=next>${sentences.map((sentence) => sentence && html`<li>${sentence}</li>`)}</ul>`;
}

/** Where to look from now on. What n8n answers at this link while no review waits is n8n's own, so it is said before. */
function whereNext(notice: ThanksNotice): Html {
	const { decided, comesBack, deadline, frame } = notice;
	const isSentBack = decided.some(({ action }) => action !== 'approve');
	if (!isSentBack || !comesBack) {
		return html`<p>You are done here and can close this page.</p>${resultOf(notice.result, frame)}`;
	}
	return html`<p><b>The new work comes to this same link,</b> so keep it or bookmark this page.${deadline && html` It is good until ${moment(deadline, frame.timeZone)}.`}</p>
		<p class=go><a class=button href="">See whether it is ready</a></p>
		<p class=hush>Until then n8n itself answers there: with “is running already” while the work is being made, with “No action
		 required” when the run waits for something else or has ended. Then there is nothing to decide.</p>${resultOf(notice.result, frame)}`;
}

/** Where what comes of it is found, now and when n8n itself answers at the link of the review. */
function resultOf(result: ResultLink | undefined, { timeZone }: ReviewFrame): Html {
	if (result === undefined || !/^https?:\/\//.test(result.address)) {
		return html`<p>Whoever sent you the link finds what comes of it on the run’s status page, or in n8n, in this run under Executions.</p>`;
	}
	return html`<p class=go><a class=button href="${result.address}">See what comes of it</a></p>
		<p class=hush>That page shows how the run stands, and later has the approved work to download. Bookmark it: it is good until
		 ${moment(result.until, timeZone)}. If it does not open, ask whoever sent you the link to the review.</p>`;
}

/** Two decided at once, and for these pieces the other one was first. */
function unusedOf(unused: readonly NamedPiece[]): Html {
	const names = unused.map(({ slot, title }, index) => html`${index > 0 && ', '}${slot} “${title}”`);
	return html`<p><b>Not used: what you sent for ${names}.</b> Somebody else was first, and what they decided stands.</p>`;
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
