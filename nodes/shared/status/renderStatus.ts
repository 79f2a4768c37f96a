/** The status page of a run: it shows, and asks nothing. */
import { html, type Html } from '../html';
import { DEFAULT_ACCENT, countOf, moment, renderDocument, type RenderedPage } from '../page';
import { STATUS_STYLE } from './style';
import type { RunState, StatusReview } from './statusOf';
import { costOf, money } from './money';

/** How the page is to look, and where its links lead. Addresses of files are relative to the page. */
export interface StatusFrame {
	/** `#rrggbb`. */
	accent: string;
	/** IANA name for the times on the page. */
	timeZone?: string;
	/** ISO 8601. The link shows the result until then: for who decided, without money. Missing for one that shows all. */
	until?: string;
	/** Of the approved set; the page offers it where something is approved. */
	files: { contactSheet: string; everything: string };
	/** The same page, reloading by itself or not: the one that it is not now. */
	reload: { isOn: boolean; other: string };
}

const FREE = 'Nothing. The offline stand-in answers in place of Gemini, and charges nothing.';
const RELOAD_SECONDS = { soon: 15, later: 60 } as const;

/** A pure function: the same data gives the same bytes. */
export function renderStatus(run: RunState, frame: StatusFrame): RenderedPage {
	const { heading, text } = headlineOf(run, frame);
	const seconds = reloadOf(run);
	const page = renderDocument({
		status: 200,
		alert: heading,
		frame: { title: run.title, runTitle: '', accent: frame.accent },
		eyebrow: 'Where the run stands',
		facts: html`<p>Started ${moment(run.startedAt, frame.timeZone)}</p><p>Last change <b>${moment(run.changedAt, frame.timeZone)}</b></p>`,
		main: html`<section class=summary><h2>${heading}</h2>${text}</section>
			${filesOf(run, frame)}${standOf(run, frame)}${piecesOf(run)}${briefOf(run)}${footOf(seconds, frame)}`,
		style: STATUS_STYLE,
	});
	if (seconds === undefined || !frame.reload.isOn) return page;
	return { ...page, headers: { ...page.headers, Refresh: String(seconds) } };
}

/** Nothing is known about the link, so nothing is said about any run; or the page could not be made. */
export type StatusNotice =
	{ kind: 'notValid' } | { kind: 'linkOver' } | { kind: 'unavailable'; message: string; hint: string };

export function renderStatusNotice(notice: StatusNotice): RenderedPage {
	const { status, heading, text } = noticeOf(notice);
	return renderDocument({
		status,
		alert: heading,
		frame: { title: 'Status', runTitle: '', accent: DEFAULT_ACCENT },
		eyebrow: 'Where the run stands',
		main: html`<section class=summary><h2>${heading}</h2>${text}</section>`,
	});
}

function noticeOf(notice: StatusNotice): { status: number; heading: string; text: Html } {
	switch (notice.kind) {
		case 'notValid':
			return {
				status: 404,
				heading: 'This link does not work',
				text: html`<p>It may have been cut off or changed on its way, or the run was deleted. Open the link from the message again, or ask
					 whoever sent it for a new one.</p>`,
			};
		case 'linkOver':
			return {
				status: 410,
				heading: 'This link has run out',
				text: html`<p>It showed a reviewer what came of the work. Ask whoever sent you the link to the review for the result.</p>`,
			};
		case 'unavailable':
			return {
				status: 503,
				heading: 'This does not work at the moment',
				text: html`<p>${notice.message} Open the link again in a while. For whoever runs this n8n: ${notice.hint}</p>`,
			};
	}
}

function headlineOf(run: RunState, frame: StatusFrame): { heading: string; text: Html } {
	const note = run.note && html`<p>${run.note}</p>`;
	const open = run.reviews.filter(({ status }) => status === 'open');
	if (open.length > 0) {
		return {
			heading: waitingFor(open),
			// Other pieces of the run may be with another person.
			text: html`${open.map((review) => reviewOf(review, frame))}${run.status === 'escalated' && note}`,
		};
	}
	const isActive = run.status === 'open' || run.status === 'waiting';
	if (isActive && run.reviews.some(({ status }) => status === 'decided_not_continued')) {
		return {
			heading: 'Everything is decided',
			text: html`<p>The run goes on in a moment. If this stays so for half an hour, tell whoever runs this n8n.</p>`,
		};
	}
	if (isActive && run.reviews.some(({ status }) => status === 'expired')) {
		return {
			heading: 'The time to decide is over',
			text: html`<p>What was not decided by then goes on without a decision in a moment.</p>`,
		};
	}
	switch (run.status) {
		case 'open':
		case 'waiting':
			return { heading: 'The run is under way', text: html`<p>Nobody has to do anything now.</p>${note}` };
		case 'finished':
			return { heading: 'The run is finished', text: html`<p>${finishedOf(run)}</p>` };
		case 'escalated':
			return {
				heading: 'A person has to help',
				text: html`${note || html`<p>The pipeline could not go on.</p>`}`,
			};
		case 'stalled':
			return { heading: 'The run came to a halt', text: html`${note || html`<p>Something is missing.</p>`}` };
		case 'crashed':
			return {
				heading: 'The run was cut off',
				text: html`${note}<p>Ask whoever runs this n8n to go on with it: nothing that is on record gets lost.</p>`,
			};
		case 'stopped':
			return { heading: 'The run was stopped', text: html`${note}<p>Nothing more happens to it.</p>` };
	}
}

/** `4 pieces wait for your decision`, where who reads it can decide. */
function waitingFor(open: readonly StatusReview[]): string {
	const left = open.reduce((sum, { pieces, decided }) => sum + pieces.length - decided, 0);
	const whose = open.some(({ link }) => link !== undefined) ? 'your decision' : 'a person to decide';
	return `${countOf(left, 'piece waits', 'pieces wait')} for ${whose}`;
}

function reviewOf({ title, pieces, decided, deadline, link }: StatusReview, { timeZone }: StatusFrame): Html {
	const left = pieces.length - decided;
	const what = decided === 0 ? countOf(pieces.length) : `${left} of ${countOf(pieces.length)}`;
	return html`<p>“${title}”: ${what} to decide. ${deadline && html`Open until ${moment(deadline, timeZone)}.`}</p>
		${link && html`<p><a class=main href="${link}">Review the work</a></p>`}`;
}

function finishedOf({ approved, pieces }: RunState): string {
	if (approved > 0) return `${countOf(approved, 'piece is', 'pieces are')} approved.`;
	const passed = pieces.filter(({ mark }) => mark === 'pass').length;
	return passed > 0
		? `${countOf(passed, 'piece', 'pieces')} passed the check. No person was asked to approve them.`
		: 'Nothing is approved.';
}

function filesOf(run: RunState, { files }: StatusFrame): Html | false {
	return (
		run.approved > 0 &&
		html`<section class=notes><h2>${run.status === 'finished' ? 'The approved set' : 'Approved so far'}</h2>
		<p class=files><a class=main href="${files.contactSheet}">Download the contact sheet</a>
		 <a class=other href="${files.everything}">Download everything as ZIP</a></p>
		<p><small>The contact sheet is one page to read, print or send on. The ZIP also has the data and all pictures.</small></p></section>`
	);
}

function standOf(run: RunState, { timeZone, until }: StatusFrame): Html | false {
	if (until !== undefined) return run.pieces.length > 0 && html`<p>${countsOf(run)}</p>`;
	const { lastStep, estimateUsd } = run;
	return html`<section class="notes stand"><h2>So far</h2><dl>
		${lastStep && html`<dt>Last step</dt><dd>${lastStep.note} <small>${!lastStep.note.includes(lastStep.by) && `${lastStep.by}, `}${moment(lastStep.at, timeZone)}</small></dd>`}
		${run.pieces.length > 0 && html`<dt>Work</dt><dd>${countsOf(run)}</dd>`}
		<dt>Cost</dt><dd>${run.isStandIn === true ? FREE : costOf(run)}</dd>
		${run.isStandIn !== true && estimateUsd !== undefined && html`<dt>Estimate at the start</dt><dd>about ${money(estimateUsd)}</dd>`}</dl></section>`;
}

/** `3 pieces: 1 approved, 2 with a person.` */
function countsOf({ pieces }: RunState): string {
	const words = [...new Set(pieces.map(({ word }) => word))];
	const parts = words.map(
		(word) =>
			`${pieces.filter((piece) => piece.word === word).length} ${word.charAt(0).toLowerCase()}${word.slice(1)}`,
	);
	return `${countOf(pieces.length)}: ${parts.join(', ')}.`;
}

function piecesOf({ pieces }: RunState): Html | false {
	return (
		pieces.length > 0 &&
		html`<section class=done><h2>The work</h2><ul>${pieces.map(
			({
				slot,
				title,
				word,
				mark,
			}) => html`<li><span class=number>${slot}</span><div><h3>${title || 'Untitled'}</h3>
			<p><i data-is="${mark}">${word}</i></p></div></li>`,
		)}</ul></section>`
	);
}

function briefOf({ brief }: RunState): Html | false {
	return (
		brief !== '' && html`<section class=notes><h2>The brief</h2><blockquote>${brief}</blockquote></section>`
	);
}

/** Soon while work goes on, later while it waits for people, and not at all when nothing more happens. */
function reloadOf({ status, reviews }: RunState): number | undefined {
	if (status === 'finished' || status === 'stopped') return undefined;
	const isMoving = status === 'open' && !reviews.some((review) => review.status === 'open');
	return isMoving ? RELOAD_SECONDS.soon : RELOAD_SECONDS.later;
}

function footOf(seconds: number | undefined, { reload, until, timeZone }: StatusFrame): Html {
	return html`<p class=foot><small>Keep the address of this page: whoever has it can see this${
		until && html`, until ${moment(until, timeZone)}. Nothing can be decided here`
	}.
		${
			seconds !== undefined &&
			(reload.isOn
				? html` It reloads by itself every ${seconds} seconds. <a href="${reload.other}">Stop that</a>`
				: html` It does not reload by itself. <a href="${reload.other}">Reload by itself</a>`)
		}</small></p>`;
}
