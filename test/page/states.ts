/** Every state of the review page and of the pages about a run, with made-up work in it. */
import { renderNotice, renderReview, type RenderedPage } from '../../nodes/HumanGate/page';
import type { DecidedPiece, PageState, ReviewPiece } from '../../nodes/shared/review';
import {
	asIs,
	decisionOf,
	frameOf,
	manyPieces,
	pageOf,
	pieceOf,
	richPieces,
	typedOf,
	type Say,
} from './samples';
import { STATUS_STATES } from './statusStates';

function refused(problems: Extract<PageState, { kind: 'refused' }>['problems'], say: Say): PageState {
	return { kind: 'refused', problems, typed: typedOf(say) };
}

function decidedList(say: Say): DecidedPiece[] {
	return [
		{ slot: 1, title: say('The Long Way Down'), ...decisionOf(say) },
		{
			slot: 2,
			title: say('Neon Vertigo'),
			...decisionOf(say, { action: 'redirect', note: say('Let her lead.') }),
		},
		{ slot: 3, title: say('Last Light on Pier Street'), ...decisionOf(say, { action: 'reject', note: '' }) },
	];
}

function partlyDecided(say: Say): ReviewPiece[] {
	return richPieces(say).map((piece) =>
		piece.index < 2
			? { ...piece, decided: decisionOf(say, piece.index === 1 ? { action: 'reject' } : {}) }
			: piece,
	);
}

function allDecided(say: Say): ReviewPiece[] {
	const actions = ['approve', 'reject', 'redirect'] as const;
	return richPieces(say).map((piece) => ({
		...piece,
		decided: decisionOf(say, { action: actions[piece.index % actions.length] ?? 'approve' }),
	}));
}

/** Each state by name, rendered with what `say` makes of its texts. */
const RESULT = {
	address: 'https://n8n.example/webhook/greenlight-status?run=run-1&until=1775000000000&key=00',
	until: '2026-04-05T17:00:00.000Z',
};

export const STATES: Readonly<Record<string, (say?: Say) => RenderedPage>> = {
	open: (say = asIs) => renderReview(pageOf(say)),
	onePiece: (say = asIs) => renderReview(pageOf(say, { pieces: [pieceOf(0, say)], number: 1 })),
	passcode: (say = asIs) => renderReview(pageOf(say, { passcodeAsked: true })),
	partlyDecided: (say = asIs) => renderReview(pageOf(say, { pieces: partlyDecided(say) })),
	toContinue: (say = asIs) =>
		renderReview(pageOf(say, { pieces: allDecided(say), state: { kind: 'toContinue' } })),
	ticked: (say = asIs) =>
		renderReview(pageOf(say, { state: { kind: 'ticked', typed: typedOf(say), count: 2 } })),
	inputRefused: (say = asIs) =>
		renderReview(
			pageOf(say, {
				state: refused(
					[
						{ code: 'notAllDecided', indexes: [2, 3] },
						{ code: 'noteMissing', index: 1 },
						{ code: 'noteWithoutChoice', index: 2 },
						{ code: 'editTooLong', index: 1, field: say('logline') },
						{ code: 'nameMissing' },
					],
					say,
				),
			}),
		),
	nothingChosen: (say = asIs) =>
		renderReview(pageOf(say, { state: { kind: 'refused', problems: [{ code: 'nothingChosen' }] } })),
	wrongPasscode: (say = asIs) =>
		renderReview(
			pageOf(say, { passcodeAsked: true, state: refused([{ code: 'passcodeWrong', triesLeft: 7 }], say) }),
		),
	passcodeLocked: (say = asIs) =>
		renderReview(pageOf(say, { passcodeAsked: true, state: refused([{ code: 'passcodeLocked' }], say) })),
	changed: (say = asIs) =>
		renderReview(
			pageOf(say, {
				state: refused(
					[
						{
							code: 'changed',
							index: 0,
							changes: [
								{
									name: say('logline'),
									label: say('Logline'),
									before: say('A courier crosses the roofs of a drowned city with a stolen reel of film.'),
									after: say(
										'A courier crosses the roofs of a flooded city with a stolen reel of film, and the rain is on her side.',
									),
								},
								{ name: say('ending'), label: say('Ending'), before: say('She falls.') },
								{
									name: say('cast'),
									label: say('Cast'),
									before: [say('courier')],
									after: { [say('lead')]: say('courier') },
								},
							],
						},
						{ code: 'decidedBefore', index: 1 },
					],
					say,
				),
				pieces: richPieces(say).map((piece) =>
					piece.index === 1 ? { ...piece, decided: decisionOf(say) } : piece,
				),
			}),
		),
	thanks: (say = asIs) =>
		renderNotice({
			kind: 'thanks',
			frame: frameOf(say),
			decided: decidedList(say),
			left: 0,
			continued: true,
			comesBack: true,
			deadline: say('2026-03-06T17:00:00.000Z'),
			result: RESULT,
		}),
	thanksPartly: (say = asIs) =>
		renderNotice({
			kind: 'thanks',
			frame: frameOf(say),
			decided: decidedList(say).slice(0, 2),
			left: 3,
			continued: false,
			comesBack: true,
			deadline: say('2026-03-06T17:00:00.000Z'),
		}),
	thanksLeaving: (say = asIs) =>
		renderNotice({
			kind: 'thanks',
			frame: frameOf(say),
			decided: decidedList(say).slice(0, 2),
			left: 1,
			continued: true,
			comesBack: true,
		}),
	thanksDone: (say = asIs) =>
		renderNotice({
			kind: 'thanks',
			frame: frameOf(say),
			decided: decidedList(say).slice(0, 1),
			unused: [{ slot: 2, title: say('Neon Vertigo') }],
			result: RESULT,
			left: 0,
			continued: true,
			comesBack: true,
			deadline: say('2026-03-06T17:00:00.000Z'),
		}),
	decidedBefore: (say = asIs) =>
		renderNotice({ kind: 'decidedBefore', frame: frameOf(say), decided: decidedList(say), result: RESULT }),
	oldRound: (say = asIs) =>
		renderNotice({ kind: 'oldRound', frame: frameOf(say), number: 1, hasSent: false }),
	oldRoundLeadsOn: (say = asIs) =>
		renderNotice({
			kind: 'oldRound',
			frame: frameOf(say),
			number: 1,
			hasSent: true,
			next: '?nonce=n0nce&signature=00',
		}),
	standIn: (say = asIs) =>
		renderReview(
			pageOf(say, { pieces: [pieceOf(0, say)], number: 1, models: ['stand-in-for-gemini-3.8-flash'] }),
		),
	expired: (say = asIs) =>
		renderNotice({
			kind: 'expired',
			frame: frameOf(say),
			deadline: say('2026-03-06T17:00:00.000Z'),
			hasSent: true,
		}),
	linkOver: (say = asIs) => renderNotice({ kind: 'linkOver', frame: frameOf(say), hasSent: true }),
	stopped: (say = asIs) => renderNotice({ kind: 'stopped', frame: frameOf(say) }),
	justGone: () => renderNotice({ kind: 'justGone' }),
	notValid: () => renderNotice({ kind: 'notValid' }),
	sixtyPieces: (say = asIs) => renderReview(pageOf(say, { pieces: manyPieces(60, say) })),
	editing: (say = asIs) =>
		renderReview(
			pageOf(say, {
				pieces: manyPieces(21, say),
				state: { kind: 'editing', typed: typedOf(say), index: 3 },
			}),
		),
	...STATUS_STATES,
};
