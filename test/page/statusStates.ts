/** Every state of the status page, and of the page after a form, with a made-up run in it. */
import type { RenderedPage } from '../../nodes/shared/page';
import {
	renderEnding,
	renderStatus,
	renderStatusNotice,
	type RunState,
	type StatusFrame,
} from '../../nodes/shared/status';
import { asIs, type Say } from './samples';

const LINK = 'https://n8n.example/webhook-waiting/7/gate?nonce=1&signature=00';

export function runOf(say: Say = asIs, more: Partial<RunState> = {}): RunState {
	return {
		title: say('Rooftop Chase'),
		status: 'open',
		note: '',
		brief: say('A tense rooftop chase at night, noir tone.\nNo guns.'),
		lastStep: {
			by: say('Write concepts'),
			note: say('3 concepts were written.'),
			at: say('2026-03-03T14:02:00.000Z'),
		},
		reviews: [],
		pieces: [
			{ slot: 1, title: say('The Long Way Down'), word: 'Approved', mark: 'approve' },
			{ slot: 2, title: say('Neon Vertigo'), word: 'With a person', mark: 'unsure' },
			{ slot: 3, title: say('Last Light on Pier Street'), word: 'In work', mark: 'none' },
		],
		approved: 0,
		costUsd: 0.0114,
		unpricedCalls: 0,
		estimateUsd: 0.04,
		startedAt: say('2026-03-03T13:58:00.000Z'),
		changedAt: say('2026-03-03T14:02:00.000Z'),
		...more,
	};
}

export function statusFrameOf(more: Partial<StatusFrame> = {}): StatusFrame {
	return {
		accent: '#b3261e',
		timeZone: 'Europe/Berlin',
		files: { contactSheet: '?run=r&key=k&get=contact-sheet', everything: '?run=r&key=k&get=zip' },
		reload: { isOn: true, other: '?run=r&key=k&still=1' },
		...more,
	};
}

const reviewOf = (
	say: Say,
	more: Partial<RunState['reviews'][number]> = {},
): RunState['reviews'][number] => ({
	title: say('Storyboard concepts'),
	pieces: ['a', 'b', 'c'],
	decided: 1,
	status: 'open',
	deadline: say('2026-03-06T17:00:00.000Z'),
	link: LINK,
	...more,
});

const show = (say: Say, more: Partial<RunState>, frame: Partial<StatusFrame> = {}): RenderedPage =>
	renderStatus(runOf(say, more), statusFrameOf(frame));

export const STATUS_STATES: Readonly<Record<string, (say?: Say) => RenderedPage>> = {
	statusUnderWay: (say = asIs) => show(say, {}),
	statusJustBegun: (say = asIs) => show(say, { pieces: [], brief: '', costUsd: 0 }),
	statusWaiting: (say = asIs) =>
		show(say, { status: 'waiting', reviews: [reviewOf(say), reviewOf(say, { decided: 0 })], approved: 1 }),
	statusWaitingWithoutButton: (say = asIs) => {
		const { link: _, deadline: __, ...review } = reviewOf(say);
		return show(say, { status: 'waiting', reviews: [review] }, { reload: { isOn: false, other: '?r=1' } });
	},
	statusDecided: (say = asIs) =>
		show(say, { status: 'waiting', reviews: [reviewOf(say, { status: 'decided_not_continued' })] }),
	statusExpired: (say = asIs) =>
		show(say, { status: 'waiting', reviews: [reviewOf(say, { status: 'expired' })] }),
	statusFinished: (say = asIs) => show(say, { status: 'finished', approved: 2 }),
	statusFinishedUnapproved: (say = asIs) => show(say, { status: 'finished', unpricedCalls: 2 }),
	statusEscalated: (say = asIs) =>
		show(say, { status: 'escalated', note: say('With Ana: nothing passed. Next: change the brief.') }),
	statusStalled: (say = asIs) => show(say, { status: 'stalled', note: say('2 concepts never came.') }),
	statusCrashed: (say = asIs) => show(say, { status: 'crashed' }),
	statusStopped: (say = asIs) => show(say, { status: 'stopped', note: say('Stopped by Ana.') }),
	statusByStandIn: (say = asIs) => show(say, { isStandIn: true }),
	statusForReviewer: (say = asIs) =>
		show(say, { status: 'finished', approved: 2 }, { until: '2026-04-05T17:00:00.000Z' }),
	statusLinkOver: () => renderStatusNotice({ kind: 'linkOver' }),
	statusNotValid: () => renderStatusNotice({ kind: 'notValid' }),
	statusUnavailable: (say = asIs) =>
		renderStatusNotice({
			kind: 'unavailable',
			message: say('The database does not answer.'),
			hint: say('Check that it runs.'),
		}),
	formSent: (say = asIs) => renderEnding({ title: say('Rooftop Chase'), statusUrl: LINK, estimateUsd: 0.04 }),
	formSentToStandIn: (say = asIs) =>
		renderEnding({ title: say('Rooftop Chase'), statusUrl: LINK, estimateUsd: 0.04, isStandIn: true }),
	formFailed: (say = asIs) =>
		renderEnding({
			title: '',
			statusUrl: '',
			failure: { message: say('The API key was refused.'), hint: say('Check the credential.') },
		}),
};
