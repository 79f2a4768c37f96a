/** Text that a reviewer edits in place, what differs, and what passes. */
import {
	approvePassing,
	changedFields,
	compareFields,
	editableText,
	editsWithoutChoice,
	isPassing,
} from '../../nodes/shared/review';
import { decisionOf, pieceOf } from '../page/samples';

const FIELDS = [
	{ name: 'logline', label: 'Logline', value: 'One\nline' },
	{ name: 'tone', label: 'Tone', value: ['wet', 'quiet'] },
	{ name: 'budget', label: 'Budget', value: 18 },
];

describe('editable text', () => {
	it.each([
		['a text', 'a\r\nb', 'a\nb'],
		['a list of texts', ['a', 'b'], 'a\nb'],
		['a list with a text of two lines', ['a\nb'], undefined],
		['an empty list', [], undefined],
		['a list with a number', ['a', 1], undefined],
		['a number', 1, undefined],
		['nothing', null, undefined],
		['an object', { a: 'b' }, undefined],
	])('of %s', (_, value, text) => {
		expect(editableText(value)).toBe(text);
	});
});

describe('changed fields', () => {
	it('are those that differ, in the type that they have', () => {
		const edits = { logline: 'One\nline ', tone: ' wet\n\nloud', budget: '20', other: 'x', __proto__: 'x' };

		expect(changedFields(FIELDS, edits)).toEqual({ tone: ['wet', 'loud'] });
		expect(changedFields(FIELDS, { logline: 'Two' })).toEqual({ logline: 'Two' });
	});
});

describe('comparing', () => {
	it('gives changed, new and gone fields', () => {
		const after = [
			{ name: 'tone', label: 'Tone', value: ['wet'] },
			{ name: 'logline', label: 'Logline', value: 'One\nline' },
			{ name: 'end', label: 'End', value: 'open' },
		];

		expect(compareFields(FIELDS, after)).toEqual([
			{ name: 'tone', label: 'Tone', before: ['wet', 'quiet'], after: ['wet'] },
			{ name: 'end', label: 'End', after: 'open' },
			{ name: 'budget', label: 'Budget', before: 18 },
		]);
	});

	it('does not mind the order of members', () => {
		const one = [{ name: 'a', label: 'A', value: { x: 1, y: 2 } }];
		const other = [{ name: 'a', label: 'A', value: { y: 2, x: 1 } }];

		expect(compareFields(one, other)).toEqual([]);
	});
});

describe('approving all that pass', () => {
	const typed = {
		reviewer: 'Ana',
		pieces: { 3: { contentHash: 'h', action: 'reject', note: 'No', scope: '', edits: {} } },
	};

	it('sets Approve for what passed and has no choice, and leaves the rest', () => {
		const pieces = [0, 1, 2, 3].map((index) => pieceOf(index));

		const result = approvePassing(pieces, typed);

		expect(result.count).toBe(1);
		expect(result.typed.pieces[0]?.action).toBe('approve');
		expect(result.typed.pieces[1]).toBeUndefined();
		expect(result.typed.pieces[3]).toEqual(typed.pieces[3]);
	});

	it('is not about what is locked, decided or not checked', () => {
		const { verdict: _, ...unchecked } = pieceOf(0);

		expect([
			isPassing(pieceOf(0)),
			isPassing(pieceOf(0, undefined, { locked: true })),
			isPassing(pieceOf(0, undefined, { decided: decisionOf() })),
			isPassing(unchecked),
		]).toEqual([true, false, false, false]);
	});
});

describe('an edit without a choice', () => {
	const piece = pieceOf(0);
	const edited = (action: string, contentHash: string, logline: string) =>
		editsWithoutChoice([piece], {
			reviewer: '',
			pieces: { 0: { contentHash, action, note: '', scope: '', edits: { logline } } },
		});

	it('is a problem, because it would be lost', () => {
		expect(edited('', piece.contentHash, 'New')).toEqual([{ code: 'editWithoutChoice', index: 0 }]);
	});

	it('is none where something was chosen, nothing was changed, or the piece itself changed', () => {
		expect(edited('approve', piece.contentHash, 'New')).toEqual([]);
		expect(edited('', piece.contentHash, String(piece.fields[0]?.value))).toEqual([]);
		expect(edited('', 'older', 'New')).toEqual([]);
	});
});
