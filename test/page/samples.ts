/** Made-up work to review. `say` sees each text that a model, a flow or a reviewer writes. */
import type { PieceDecision, ReviewFrame, ReviewPage, ReviewPiece, Typed } from '../../nodes/shared/review';

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
					review: 1,
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
			inPlaceOf: say('Glass Skyline'),
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
		number: 2,
		askedFor: {
			brief: say(
				'Generate three storyboard concepts for a tense rooftop chase scene, noir tone, then validate each against our studio style guide.\nShe leads, he only thinks that he follows.',
			),
			intent: [
				{ name: 'genre', label: 'Genre', value: say('Noir thriller') },
				{ name: 'mustHave', label: 'Must have', value: [say('a red satchel'), say('rain')] },
			],
		},
		models: [say('gemini-3.8-flash')],
		openedAt: '2026-03-03T09:30:00.000Z',
		deadline: '2026-03-06T17:00:00.000Z',
		passcodeAsked: false,
		reviewer: say('Ana Duarte'),
		pieces: richPieces(say),
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

/** Whole concepts, as many as a long review has. */
export function manyPieces(count: number, say: Say = asIs): ReviewPiece[] {
	return Array.from({ length: count }, (_, index) => pieceOf(index, say));
}
