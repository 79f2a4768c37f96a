/** Every state of the review page, with made-up work in it. `say` sees each text that a model, a flow or a reviewer writes. */
import { renderNotice, renderReview, type RenderedPage } from '../../nodes/HumanGate/page';
import type {
	DecidedPiece,
	PageState,
	PieceDecision,
	ReviewFrame,
	ReviewPage,
	ReviewPiece,
	Typed,
} from '../../nodes/shared/review';

export type Say = (text: string) => string;
export const asIs: Say = (text) => text;

/** A grey dot. */
const LOGO =
	'data:image/svg+xml;base64,' +
	Buffer.from(
		'<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><rect width="120" height="40" rx="6" fill="#b3261e"/><circle cx="20" cy="20" r="9" fill="#fff"/></svg>',
	).toString('base64');

interface Idea {
	title: string;
	logline: string;
	look: string;
	frames: string[];
	palette: string[];
	tone: string[];
}

const IDEAS: readonly Idea[] = [
	{
		title: 'The Long Way Down',
		logline:
			'A courier crosses the roofs of a flooded city with a stolen reel of film, and the rain is on her side.',
		look: 'Hard side light from neon signs below. Long lenses press the roofs together; the camera never runs faster than she does.',
		frames: [
			'Wide: roofs like islands, one small figure with a red satchel.',
			'Close on wet hands letting go of a gutter.',
			'From above: three shadows fan out behind her.',
		],
		palette: ['#0b0c10', '#1f2833', '#c3073f', '#e8e6e3'],
		tone: ['tense', 'wet', 'quiet'],
	},
	{
		title: 'Neon Vertigo',
		logline:
			'He is paid to follow her over the rooftops. Halfway across he understands that she is leading him.',
		look: 'Everything is reflected twice. Dutch angles that straighten only when she looks back.',
		frames: [
			'A sign flickers: HOTEL becomes HOT.',
			'Two silhouettes, one jump apart.',
			'The satchel, open, empty.',
		],
		palette: ['#14213d', '#fca311', '#e5e5e5'],
		tone: ['dizzy', 'romantic'],
	},
	{
		title: 'Last Light on Pier Street',
		logline: 'A chase told in the forty seconds before the power comes back.',
		look: 'Darkness cut by torches and one lighter. Grain, breath, no music.',
		frames: ['Black. A lighter clicks.', 'Half a face, then none.', 'Every window goes on at once.'],
		palette: ['#000000', '#f2c14e'],
		tone: ['bare', 'breathless', 'honest'],
	},
];

export function frameOf(say: Say = asIs): ReviewFrame {
	return {
		title: say('Storyboard concepts'),
		runTitle: say('Noir rooftop chase, spring campaign'),
		accent: say('#b3261e'),
		logo: LOGO,
		timeZone: say('Europe/Berlin'),
	};
}

const VERDICTS: ReadonlyArray<NonNullable<ReviewPiece['verdict']>> = [
	{ outcome: 'pass', score: 1, note: 'All rules hold.', issues: [] },
	{
		outcome: 'fail',
		score: 0.6,
		note: 'Too clean, not gritty.',
		issues: [
			{
				ruleId: 'grit',
				severity: 'hard',
				evidence: 'Everything is reflected twice.',
				fix: 'Add dirt: steam, rust, torn posters.',
			},
			{
				ruleId: 'words',
				severity: 'soft',
				evidence: 'dizzy',
				fix: 'Use a word from the guide for the tone.',
			},
		],
	},
	{ outcome: 'unsure', score: 0.83, note: 'The judge gave two different answers on the light.', issues: [] },
];

export function pieceOf(index: number, say: Say = asIs, more: Partial<ReviewPiece> = {}): ReviewPiece {
	const idea = IDEAS[index % IDEAS.length] as Idea;
	const verdict = VERDICTS[index % VERDICTS.length] as NonNullable<ReviewPiece['verdict']>;
	return {
		index,
		artefactId: say(`concept-${index}`),
		contentHash: `hash-${index}`.padEnd(43, 'x'),
		title: say(idea.title),
		slot: index + 1,
		kind: say('Concept'),
		status: verdict.outcome === 'pass' ? 'passed' : verdict.outcome === 'fail' ? 'failed' : 'unsure',
		locked: false,
		fields: [
			{ name: say('logline'), label: say('Logline'), value: say(idea.logline) },
			{ name: say('visualApproach'), label: say('Visual approach'), value: say(idea.look) },
			{ name: say('keyFrames'), label: say('Key frames'), value: idea.frames.map(say) },
			{ name: say('palette'), label: say('Palette'), value: idea.palette.map(say) },
			{ name: say('tone'), label: say('Tone'), value: idea.tone.map(say) },
		],
		media: [],
		verdict: {
			...verdict,
			note: say(verdict.note),
			issues: verdict.issues.map((issue) => ({
				...issue,
				evidence: say(issue.evidence),
				fix: say(issue.fix),
			})),
		},
		notes: [],
		...more,
	};
}

export function decisionOf(say: Say = asIs, more: Partial<PieceDecision> = {}): PieceDecision {
	return {
		action: 'approve',
		reviewer: say('Ana Duarte'),
		decidedAt: '2026-03-03T13:02:00.000Z',
		note: say('This is the one. Keep the satchel red.'),
		...more,
	};
}

/** Pieces of every kind: with pictures, film, sound and a file, changed, noted, nested, locked. */
export function richPieces(say: Say = asIs): ReviewPiece[] {
	const image = (at: number) => ({
		src: `?media=${at}`,
		mimeType: 'image/svg+xml',
		alt: say('A figure on a roof, from far away'),
		fileName: say('frame.svg'),
	});
	return [
		pieceOf(0, say, { media: [image(0)] }),
		pieceOf(1, say, {
			media: [image(1), image(2)],
			changes: [
				{
					name: say('logline'),
					label: say('Logline'),
					before: say('He is paid to follow her over the rooftops. She does not know.'),
					after: say(
						'He is paid to follow her over the rooftops. Halfway across he understands that she is leading him.',
					),
				},
				{
					name: say('tone'),
					label: say('Tone'),
					before: [say('dizzy')],
					after: [say('dizzy'), say('romantic')],
				},
			],
			notes: [
				{
					round: 0,
					action: 'redirect',
					note: say('He should be the one who is led.\nKeep the hotel sign.'),
					reviewer: say('Ana Duarte'),
				},
			],
		}),
		pieceOf(2, say, {
			media: [
				{
					src: '?media=film',
					mimeType: 'video/webm',
					alt: say('Animatic of the chase'),
					fileName: say('chase.webm'),
				},
			],
			fields: [
				{
					name: say('logline'),
					label: say('Logline'),
					value: say('A chase told in the forty seconds before the power comes back.'),
				},
				{
					name: say('shots'),
					label: say('Shots'),
					value: [
						{ [say('cameraMove')]: say('push in'), seconds: 4, night: true, lens: null },
						{
							[say('cameraMove')]: say('hold'),
							seconds: 2.5,
							night: true,
							lens: { [say('kind')]: say('prime'), mm: 85 },
						},
					],
				},
				{ name: say('budget'), label: say('Budget'), value: 18000 },
			],
		}),
		pieceOf(3, say, {
			media: [
				{ src: '?media=sound', mimeType: 'audio/wav', alt: say('Rain and steps'), fileName: say('rain.wav') },
				{
					src: '?media=file',
					mimeType: 'application/pdf',
					alt: say('Treatment'),
					fileName: say('treatment "final".pdf'),
				},
				{ src: '?media=odd', mimeType: say('image/png'), alt: say('Odd one'), fileName: say('odd.png') },
			],
		}),
		pieceOf(4, say, { locked: true, status: 'approved', title: say('Ash and Rain') }),
	];
}

export function pageOf(say: Say = asIs, more: Partial<ReviewPage> = {}): ReviewPage {
	return {
		...frameOf(say),
		round: 1,
		openedAt: '2026-03-03T09:30:00.000Z',
		deadline: '2026-03-06T17:00:00.000Z',
		passcodeAsked: false,
		reviewer: say('Ana Duarte'),
		pieces: richPieces(say),
		notes: [{ round: 0, note: say('Less rain, more fear.'), reviewer: say('Jo Lind') }],
		nonce: 'n0nce',
		state: { kind: 'open' },
		...more,
	};
}

export function typedOf(say: Say = asIs): Typed {
	return {
		reviewer: say('Ana D.'),
		pieces: {
			0: { contentHash: '', action: 'approve', note: say('Yes.'), scope: '', edits: {} },
			1: {
				contentHash: '',
				action: 'redirect',
				note: say(''),
				scope: 'run',
				edits: { [say('logline')]: say('He follows her.\nShe leads him.') },
			},
			2: {
				contentHash: '',
				action: '',
				note: say('\nNot sure about the ending'),
				scope: 'artefact',
				edits: {},
			},
			4: { contentHash: '', action: 'reopen', note: say('The client left.'), scope: '', edits: {} },
		},
	};
}

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
export const STATES: Readonly<Record<string, (say?: Say) => RenderedPage>> = {
	open: (say = asIs) => renderReview(pageOf(say)),
	onePiece: (say = asIs) => renderReview(pageOf(say, { pieces: [pieceOf(0, say)], notes: [], round: 0 })),
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
		}),
	thanksPartly: (say = asIs) =>
		renderNotice({
			kind: 'thanks',
			frame: frameOf(say),
			decided: decidedList(say).slice(0, 2),
			left: 3,
			continued: false,
			deadline: say('2026-03-06T17:00:00.000Z'),
		}),
	thanksLeaving: (say = asIs) =>
		renderNotice({
			kind: 'thanks',
			frame: frameOf(say),
			decided: decidedList(say).slice(0, 2),
			left: 1,
			continued: true,
		}),
	decidedBefore: (say = asIs) =>
		renderNotice({ kind: 'decidedBefore', frame: frameOf(say), decided: decidedList(say) }),
	oldRound: (say = asIs) => renderNotice({ kind: 'oldRound', frame: frameOf(say), round: 0 }),
	expired: (say = asIs) =>
		renderNotice({ kind: 'expired', frame: frameOf(say), deadline: say('2026-03-06T17:00:00.000Z') }),
	stopped: (say = asIs) => renderNotice({ kind: 'stopped', frame: frameOf(say) }),
	notValid: () => renderNotice({ kind: 'notValid' }),
	sixtyPieces: (say = asIs) =>
		renderReview(
			pageOf(say, { pieces: Array.from({ length: 60 }, (_, index) => pieceOf(index, say)), notes: [] }),
		),
};
