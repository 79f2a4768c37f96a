/** What the review page's form sends becomes a submission or a list of problems. */
import {
	MAX_NOTE_LENGTH,
	MAX_PIECES,
	parseSubmission,
	type Problem,
	type Submission,
} from '../../nodes/shared/review';

type Body = Record<string, string>;

function body(pieces: ReadonlyArray<Body>, more: Body = {}): Body {
	const fields = pieces.flatMap((piece, index) =>
		Object.entries({ i: `id-${index}`, h: `hash-${index}`, ...piece }).map(([letter, value]) => [
			letter.replace(/^(\w)/, `$1${index}`),
			value,
		]),
	);
	return { nonce: 'n', reviewer: 'Ana', send: 'all', ...Object.fromEntries(fields), end: '1', ...more };
}

function submissionIn(form: Parameters<typeof parseSubmission>[0]): Submission {
	const parsed = parseSubmission(form);
	if (parsed.kind === 'problems') throw new Error(JSON.stringify(parsed.problems));
	return parsed.submission;
}

function problemsIn(form: Parameters<typeof parseSubmission>[0]): Problem[] {
	const parsed = parseSubmission(form);
	return parsed.kind === 'problems' ? parsed.problems : [];
}

describe('a form that is filled in', () => {
	it('gives its choices with what the reviewer saw', () => {
		const form = body([{ d: 'approve', n: '' }, { d: 'redirect', n: 'Darker', s: 'run' }, { d: 'keep' }], {
			passcode: 'opensesame',
		});

		expect(submissionIn(form)).toEqual({
			nonce: 'n',
			reviewer: 'Ana',
			passcode: 'opensesame',
			send: 'all',
			choices: [
				{ index: 0, artefactId: 'id-0', contentHash: 'hash-0', action: 'approve' },
				{
					index: 1,
					artefactId: 'id-1',
					contentHash: 'hash-1',
					action: 'redirect',
					note: 'Darker',
					scope: 'run',
				},
			],
		});
	});

	it('is the same from the text of the request', () => {
		const form = body([{ d: 'reject', n: 'Zu glatt – naß & "clean"', 'e.logline': 'Neu' }]);

		expect(parseSubmission(new URLSearchParams(form).toString())).toEqual(parseSubmission(form));
	});

	it('has a redirect for one piece only unless it says otherwise', () => {
		expect(submissionIn(body([{ d: 'redirect', n: 'Darker' }])).choices[0]?.scope).toBe('artefact');
	});

	it('has line breaks of one kind and no control characters', () => {
		const { choices, reviewer } = submissionIn(
			body([{ d: 'approve', n: ' one\r\ntwo\rthree\u0000 ', 'e.logline': 'a\r\nb' }], {
				reviewer: '  Ana \r\n Duarte\u0007 ',
			}),
		);

		expect(choices[0]?.note).toBe('one\ntwo\nthree');
		expect(choices[0]?.edits).toEqual({ logline: 'a\nb' });
		expect(reviewer).toBe('Ana Duarte');
	});

	it('takes the last of several values of one field', () => {
		expect(submissionIn({ ...body([{}]), d0: ['reject', 'approve'] }).choices[0]?.action).toBe('approve');
	});

	it('keeps edits of fields with any name', () => {
		const edits = submissionIn(body([{ d: 'approve', 'e.__proto__': 'x', 'e.a.b c': 'y' }])).choices[0]
			?.edits;

		expect(edits?.['a.b c']).toBe('y');
		expect(({} as Record<string, unknown>).x).toBeUndefined();
	});

	it('may leave the rest for later', () => {
		const form = body([{ d: 'approve' }, { d: '' }]);

		expect(submissionIn({ ...form, send: 'save' }).choices).toHaveLength(1);
		expect(submissionIn({ ...form, send: 'decided' }).choices).toHaveLength(1);
	});

	it.each(['approvePassing', 'continue'])('asks for nothing else with %s', (send) => {
		expect(submissionIn(body([{ d: 'redirect', n: '' }], { reviewer: '', send })).send).toBe(send);
	});

	it('asks for nothing else with "Edit this text", whose piece it names', () => {
		const { send: _, ...form } = body([{ d: 'redirect', n: '' }], { reviewer: '', edit: '7' });

		expect(submissionIn(form)).toMatchObject({ send: 'edit', edit: 7 });
	});
});

describe('a form with something missing', () => {
	it.each<[string, Body, Problem[]]>([
		['no name', body([{ d: 'approve' }], { reviewer: ' ' }), [{ code: 'nameMissing' }]],
		['nothing chosen', body([{ d: '' }]), [{ code: 'nothingChosen' }]],
		['nothing to save', body([{ d: '' }], { send: 'save' }), [{ code: 'nothingChosen' }]],
		['a part chosen', body([{ d: 'approve' }, { d: '' }, {}]), [{ code: 'notAllDecided', indexes: [1, 2] }]],
		['a redirect without a note', body([{ d: 'redirect', n: ' ' }]), [{ code: 'noteMissing', index: 0 }]],
		['a reopening without a note', body([{ d: 'reopen' }]), [{ code: 'noteMissing', index: 0 }]],
		['a note without a choice', body([{ d: 'keep', n: 'Hm' }]), [{ code: 'noteWithoutChoice', index: 0 }]],
		[
			'a long note',
			body([{ d: 'reject', n: 'x'.repeat(MAX_NOTE_LENGTH + 1) }]),
			[{ code: 'noteTooLong', index: 0 }],
		],
		[
			'a long edit',
			body([{ d: 'approve', 'e.logline': 'x'.repeat(50_001) }]),
			[{ code: 'editTooLong', index: 0, field: 'logline' }],
		],
	])('with %s says so', (_, form, problems) => {
		expect(problemsIn(form)).toEqual(problems);
	});

	it('takes a passcode without the space that a phone adds, as the gate takes its own', () => {
		expect(parseSubmission(body([{ d: 'approve' }], { passcode: ' open sesame ' }))).toMatchObject({
			submission: { passcode: 'open sesame' },
		});
	});

	it('keeps what was typed, but not the passcode', () => {
		const parsed = parseSubmission(
			body([{ d: 'redirect', s: 'run', 'e.logline': 'New' }], { passcode: 'secret' }),
		);

		expect(parsed.typed).toEqual({
			reviewer: 'Ana',
			pieces: {
				0: { contentHash: 'hash-0', action: 'redirect', note: '', scope: 'run', edits: { logline: 'New' } },
			},
		});
		expect(JSON.stringify(parsed)).not.toContain('secret');
	});
});

describe('a form that the page did not send', () => {
	it.each<[string, Parameters<typeof parseSubmission>[0]]>([
		['nothing', {}],
		['text', 'what'],
		['no nonce', { ...body([{ d: 'approve' }]), nonce: undefined }],
		['no hash', body([{ d: 'approve', h: '' }])],
		['no id', body([{ d: 'approve', i: '' }])],
		['another action', body([{ d: 'publish' }])],
		['another button', body([{ d: 'approve' }], { send: 'everything' })],
		['another scope', body([{ d: 'redirect', n: 'x', s: 'world' }])],
		['objects instead of texts', { ...body([]), nonce: { $ne: '' } }],
		['a very long id', body([{ d: 'approve', i: 'x'.repeat(501) }])],
	])('with %s is incomplete', (_, form) => {
		expect(problemsIn(form)).toEqual([{ code: 'incomplete' }]);
	});

	it('is incomplete when it was cut off, as a body parser does after 1,000 fields', () => {
		const { end: _, ...rest } = body([{ d: 'approve' }]);

		expect(problemsIn(rest)).toEqual([{ code: 'incomplete' }]);
	});

	it('is refused with more pieces than a page has', () => {
		const pieces = Array.from({ length: MAX_PIECES + 1 }, () => ({ d: 'approve' }));

		expect(problemsIn(body(pieces))).toEqual([{ code: 'tooManyPieces' }]);
		expect(submissionIn(body(pieces.slice(1))).choices).toHaveLength(MAX_PIECES);
	});
});
