/** What people saw and said before, as a page of a later review tells it. */
import { askedForOf, historyOf, modelsOf, reviewNumber } from '../../nodes/shared/review';
import type { Artefact, Decision, Json, Review, StateDocument, StateStore } from '../../nodes/shared/state';
import { artefact } from '../support/samples';

const NODE = 'flow/Gate';

function review(id: string, artefactIds: readonly string[], more: Partial<Review> = {}): Review {
	return {
		id: `${NODE}#${id}`,
		node: NODE,
		nodeId: 'gate',
		executionId: '7',
		nonce: `nonce-${id}`,
		title: 'Concepts',
		round: 3,
		openedAt: '2026-03-03T09:30:00.000Z',
		pieces: artefactIds.map((artefactId) => ({ artefactId, contentHash: 'as it was' })),
		...more,
	};
}

const SENT = { sentAt: '2026-03-03T10:00:00.000Z' };

function decision(artefactId: string, more: Partial<Decision> = {}): Decision {
	return {
		artefactId,
		contentHash: 'as it was',
		action: 'redirect',
		note: 'More rain.',
		reviewer: 'Maya',
		reviewerVerified: 'none',
		decidedAt: '2026-03-03T10:00:00.000Z',
		round: 3,
		review: `${NODE}#1`,
		...more,
	};
}

function documentOf(fields: Record<string, unknown>): StateDocument {
	return { runId: 'run-1', version: 1, fields: fields as Record<string, Json> };
}

const logline = (text: string): Partial<Artefact> => ({ content: { title: 'Concept', logline: text } });

describe('the number of a review', () => {
	it('counts people, not rounds of the work', () => {
		const reviews = [review('1', ['a'], { ...SENT, round: 4 }), review('2', ['b'], { round: 9 })];
		const document = documentOf({ reviews });

		expect(reviews.map((each) => reviewNumber(document, each))).toEqual([1, 2]);
	});

	it('counts neither other gates, nor what nobody decided anything in, but what was saved in part', () => {
		const reviews = [
			review('1', ['a']),
			review('2', ['a'], { ...SENT, node: 'flow/Other', id: 'flow/Other#1' }),
			review('3', ['a', 'b']),
			review('4', ['c']),
		];
		const decisions = [decision('a', { review: `${NODE}#3` })];

		expect(reviewNumber(documentOf({ reviews, decisions }), review('4', ['c']))).toBe(2);
	});
});

describe('the history of a piece', () => {
	const failed = artefact('failed', { replaces: 'shown', ...logline('Clean roofs.') });
	const now = artefact('now', { replaces: 'failed', title: 'Concept', ...logline('Wet roofs, at dawn.') });
	const shown = artefact('shown', { title: 'Concept', ...logline('Wet roofs.') });
	const reviews = [review('1', ['shown'], SENT), review('2', ['now'])];
	const artefacts = [shown, failed, now];

	it('compares with what was shown last, not with what failed a check since', () => {
		const { changes, notes, inPlaceOf } = historyOf(
			documentOf({ artefacts, reviews, decisions: [decision('shown')] }),
			review('2', ['now']),
			now,
		);

		expect(changes).toEqual([
			{ name: 'logline', label: 'Logline', before: 'Wet roofs.', after: 'Wet roofs, at dawn.' },
		]);
		expect(notes).toEqual([{ review: 1, action: 'redirect', note: 'More rain.', reviewer: 'Maya' }]);
		expect(inPlaceOf).toBeUndefined();
	});

	it('says nothing of changes that nobody saw the beginning of', () => {
		const document = documentOf({ artefacts, reviews: [review('1', ['now'])] });

		expect(historyOf(document, review('1', ['now']), now)).toEqual({ changes: [], notes: [] });
	});

	it('names what a new piece stands in the place of, and compares nothing', () => {
		const decisions = [decision('shown', { action: 'reject', note: undefined })];

		expect(historyOf(documentOf({ artefacts, reviews, decisions }), review('2', ['now']), now)).toEqual({
			changes: [],
			inPlaceOf: 'Concept',
			notes: [],
		});
	});

	it('tells a changed title too', () => {
		const renamed = { ...now, title: 'Rooftops' };
		const document = documentOf({ artefacts: [shown, failed, renamed], reviews });

		expect(historyOf(document, review('2', ['now']), renamed).changes[0]).toMatchObject({
			name: 'title',
			before: 'Concept',
			after: 'Rooftops',
		});
	});

	it('has what was said of the piece itself in an earlier review, and not what is said in this one', () => {
		const decisions = [
			decision('shown', { action: 'approve', note: 'This one.' }),
			decision('shown', { review: `${NODE}#2`, note: 'Now.' }),
			decision('shown', { review: 'flow/Other#1', note: 'Elsewhere.' }),
		];
		const again = [review('1', ['shown'], SENT), review('2', ['shown'])];
		const { notes } = historyOf(
			documentOf({ artefacts, reviews: again, decisions }),
			review('2', ['shown']),
			shown,
		);

		expect(notes).toEqual([
			{ review: 1, action: 'approve', note: 'This one.', reviewer: 'Maya' },
			{ action: 'redirect', note: 'Elsewhere.', reviewer: 'Maya' },
		]);
	});

	it('ends where pieces replace each other in a circle', () => {
		const circle = [artefact('a', { replaces: 'b' }), artefact('b', { replaces: 'a' })];
		const [first = now] = circle;

		expect(historyOf(documentOf({ artefacts: circle, reviews }), review('2', ['a']), first).notes).toEqual(
			[],
		);
	});
});

describe('what was asked for', () => {
	it('is the brief with what was read from it, without what says nothing', () => {
		const intent = { genre: 'noir', mustHave: ['rain'], mustAvoid: [], format: '' };

		expect(askedForOf(documentOf({ brief: ' A chase ', intent }))).toEqual({
			brief: 'A chase',
			intent: [
				{ name: 'genre', label: 'Genre', value: 'noir' },
				{ name: 'mustHave', label: 'Must have', value: ['rain'] },
			],
		});
	});

	it.each([[{}], [{ brief: '' }], [{ brief: 7, intent: { genre: 'noir' } }]])(
		'is nothing in %j',
		(fields) => {
			expect(askedForOf(documentOf(fields))).toBeUndefined();
		},
	);

	it('stays short enough for a page', () => {
		const long = documentOf({
			brief: 'a'.repeat(50_000),
			intent: { more: 'b'.repeat(50_000), genre: 'noir' },
		});
		const { brief = '', intent } = askedForOf(long) ?? {};

		expect(brief).toHaveLength(4001);
		expect(intent).toEqual([]);
	});
});

it('knows the models by the recorded answers of those who made the work', async () => {
	const call = (node: string, answer: unknown) => ({ node, answer });
	const steps = [
		call('flow/Write', { model: 'stand-in-for-x' }),
		call('flow/Write', { model: 'stand-in-for-x' }),
		call('flow/Write', undefined),
		call('flow/Judge', { model: 'other' }),
	];
	const store = { listSteps: async () => steps } as unknown as StateStore;

	expect(await modelsOf(store, 'run-1', [artefact('a', { by: 'Write' })])).toEqual(['stand-in-for-x']);
});
