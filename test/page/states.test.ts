/** Each state of the review page: what it says, what it asks, and how large it is. */
import { renderNotice, renderReview } from '../../nodes/HumanGate/page';
import { parseSubmission } from '../../nodes/shared/review';
import type { Json } from '../../nodes/shared/state';
import { decisionOf, frameOf, manyPieces, pageOf, pieceOf, typedOf } from './samples';
import { STATES } from './states';

const htmlOf = (name: string) => STATES[name]?.().html ?? '';
const textOf = (html: string) =>
	html
		.replace(/^.*<body>|<script>.*<\/script>/gs, '')
		.replace(/<[^>]+>/g, ' ')
		.replace(/&quot;/g, '"')
		.replace(/\s+/g, ' ');
const buttonsIn = (html: string) => [...html.matchAll(/<button[^>]* value=(\w+)/g)].map(([, value]) => value);

describe.each(Object.keys(STATES))('the page "%s"', (name) => {
	const html = htmlOf(name);

	it('has a language, a title, one main heading and headings in order', () => {
		const levels = [...html.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));

		expect(html).toMatch(/^<!doctype html><html lang=en>/);
		expect(html).toMatch(/<title>[^<]+<\/title>/);
		expect(levels.filter((level) => level === 1)).toHaveLength(1);
		expect(levels[0]).toBe(1);
		expect(levels.every((level, at) => level <= (levels[at - 1] ?? 1) + 1)).toBe(true);
	});

	it('uses each id once, and no id that is not there', () => {
		const ids = [...html.matchAll(/ id="?([\w]+)"?/g)].map(([, id]) => id);
		const used = [...html.matchAll(/(?: href="#|by="?|for="?)([\w]+)"?/g)].map(([, id]) => id);

		expect(new Set(ids).size).toBe(ids.length);
		expect(used.filter((id) => !ids.includes(id))).toEqual([]);
	});

	it('says what happened in a sentence that ends', () => {
		expect(textOf(html)).toMatch(/[A-Z][^.]+\./);
		expect(textOf(html)).not.toMatch(/undefined|\[object|NaN|Invalid/);
	});
});

it.each([
	['open', 200, 'Nothing changes it any more.', ['approvePassing', 'save', 'decided', 'all']],
	[
		'passcode',
		200,
		'Passcode Anyone with the link can read this page.',
		['approvePassing', 'save', 'decided', 'all'],
	],
	['partlyDecided', 200, '2 pieces are decided already', ['approvePassing', 'save', 'decided', 'all']],
	['toContinue', 200, 'Press “Continue the run” below.', ['continue']],
	['ticked', 200, 'Approve is set for 2 pieces', ['approvePassing', 'save', 'decided', 'all']],
	['inputRefused', 422, 'A note is needed here', ['approvePassing', 'save', 'decided', 'all']],
	['nothingChosen', 422, 'Nothing is decided yet.', ['approvePassing', 'save', 'decided', 'all']],
	['wrongPasscode', 403, 'Type it again: 7 tries left', ['approvePassing', 'save', 'decided', 'all']],
	['passcodeLocked', 403, 'takes no more decisions', []],
	[
		'changed',
		409,
		'This piece changed after you opened the page.',
		['approvePassing', 'save', 'decided', 'all'],
	],
	['thanks', 200, 'Thank you, the run goes on', []],
	['thanksPartly', 200, '3 pieces are still to decide. The run waits.', []],
	['thanksLeaving', 200, '1 piece leaves the review without a decision.', []],
	['decidedBefore', 409, 'Somebody else decided first', []],
	['thanksDone', 200, 'You are done here and can close this page.', []],
	['oldRound', 410, 'It belongs to the first review, and the work has moved on since.', []],
	['oldRoundLeadsOn', 410, 'Review the work as it is now', []],
	[
		'standIn',
		200,
		'Written by the offline stand-in, a script that does not understand your brief.',
		['save', 'decided', 'all'],
	],
	['expired', 410, 'The time to decide is over', []],
	['linkOver', 410, 'This link has run out', []],
	['stopped', 410, 'This run was stopped', []],
	['justGone', 409, 'The run has just gone on', []],
	['notValid', 404, 'This link does not work', []],
])('the page "%s" answers %i, says "%s" and has its buttons', (name, status, sentence, buttons) => {
	expect(STATES[name]?.().status).toBe(status);
	expect(textOf(htmlOf(name))).toContain(sentence);
	expect(buttonsIn(htmlOf(name))).toEqual(buttons);
});

describe('a thank-you page says until when the link is good', () => {
	const END = '6 March 2026 at 18:00 CET';
	it.each([
		['thanks', `It is good until ${END}`],
		['thanksPartly', `You can do so until ${END}`],
	])('where it is used again: %s', (name, sentence) => {
		expect(textOf(htmlOf(name))).toContain(sentence);
	});

	it('and nothing of it where nothing comes back, or there is no end', () => {
		expect(textOf(htmlOf('thanksDone'))).not.toContain('It is good until');
		expect(textOf(htmlOf('thanksLeaving'))).not.toContain('It is good until');
	});
});

describe('a piece', () => {
	const pieceHtml = (...args: Parameters<typeof pieceOf>) =>
		renderReview(pageOf(undefined, { pieces: [pieceOf(...args)] })).html;
	const withField = (value: Json) =>
		textOf(pieceHtml(0, undefined, { fields: [{ name: 'x', label: 'Field', value }] }));

	it('asks for nothing once it is decided, and says who decided what and when', () => {
		const html = pieceHtml(0, undefined, { decided: decisionOf() });

		expect(html).not.toMatch(/name="[dnsihe]0/);
		expect(textOf(html)).toContain('Approved by Ana Duarte 3 March 2026 at 14:02 CET This is the one.');
	});

	it('offers to keep or reopen what is locked, and no edit', () => {
		const html = pieceHtml(0, undefined, { locked: true });

		expect(
			[...html.matchAll(/name="d0" value="(\w*)"( checked)?/g)].map(([, value, on]) => [value, on]),
		).toEqual([
			['keep', ' checked'],
			['reopen', undefined],
		]);
		expect(html).not.toContain('name="e0');
	});

	it.each<[string, Json, string]>([
		['a number', 1.5, 'Field 1.5'],
		['yes or no', false, 'Field No'],
		['nothing', null, 'Field empty'],
		['an object', { leadActor: 'Ana', take_two: [{ a: 1 }] }, 'Field Lead actor Ana Take two A 1'],
		['a list of objects', [{ a: true }], 'Field A Yes'],
		['an empty list', [], 'Field empty'],
	])('lays out %s without any brackets', (_, value, text) => {
		expect(withField(value)).toContain(text);
		expect(withField(value)).not.toMatch(/[{}[\]]/);
	});

	it('stops at a depth that nobody reads', () => {
		const deep = Array.from({ length: 5000 }).reduce<Json>((inner) => ({ inner }), 'end');

		expect(withField(deep)).toContain('more inside');
	});

	it('shows pictures, film and sound, and offers the rest for download', () => {
		const html = htmlOf('open');

		expect(html).toMatch(/<img src="\?media=0" alt="A figure[^"]+" loading=lazy>/);
		expect(html).toMatch(/<video src="\?media=film" [^>]*controls preload=metadata/);
		expect(html).toMatch(/<audio src="\?media=sound" [^>]*controls/);
		expect(html).toMatch(/<a href="\?media=file" download="treatment &quot;final&quot;.pdf">/);
	});

	it.each(['https://evil.example/x.png', '//evil.example/x.png', 'javascript:alert(1)', '/rest/users'])(
		'takes no media from %s',
		(src) => {
			const media = [{ src, mimeType: 'image/png', alt: '', fileName: '' }];

			expect(pieceHtml(0, undefined, { media })).not.toContain(src);
		},
	);
});

describe('a page that comes back', () => {
	it('keeps everything that was typed, but the passcode', () => {
		const html = htmlOf('wrongPasscode');

		expect(html).toMatch(/name="d0" value="approve" checked/);
		expect(html).toMatch(/name="d1" value="redirect" checked/);
		expect(html).toMatch(/name="s1" value=run checked/);
		expect(html).toMatch(/name="d4" value="reopen" checked/);
		expect(html).toContain('>The client left.</textarea>');
		expect(html).toContain('<textarea name="e1.logline">He follows her.\nShe leads him.</textarea>');
		expect(html).toMatch(/id=reviewer [^>]*value="Ana D."/);
		expect(html).toMatch(
			/<input id=passcode name=passcode type=password required autocomplete=off aria-describedby=passcodeHelp maxlength="200" aria-invalid=true>/,
		);
	});

	it('keeps a first line break, which browsers drop', () => {
		expect(htmlOf('inputRefused')).toContain('>\n\nNot sure about the ending</textarea>');
	});

	it('asks again for a piece that changed, and shows what changed word by word', () => {
		const html = htmlOf('changed');

		expect(html).toMatch(/name="d0" value="" checked/);
		expect(html).toContain('<del>drowned city with a stolen reel of film.</del>');
		expect(html).toContain('<ins>flooded city');
	});

	it('shows the new text of a changed field unless the reviewer had edited it', () => {
		const changes = [{ name: 'logline', label: 'Logline', before: 'Old', after: 'New' }];
		const shownAfter = (edit: string) => {
			const { html } = renderReview(
				pageOf(undefined, {
					pieces: [pieceOf(0, undefined, { fields: [{ name: 'logline', label: 'Logline', value: 'New' }] })],
					state: {
						kind: 'refused',
						problems: [{ code: 'changed', index: 0, changes }],
						typed: {
							reviewer: '',
							pieces: { 0: { contentHash: '', action: '', note: '', scope: '', edits: { logline: edit } } },
						},
					},
				}),
			);
			return /name="e0.logline">([^<]*)</.exec(html)?.[1];
		};

		expect(shownAfter('Old')).toBe('New');
		expect(shownAfter('Mine')).toBe('Mine');
	});
});

describe('the form', () => {
	it('sends what the parser reads', () => {
		const { html } = renderReview(
			pageOf(undefined, { state: { kind: 'ticked', typed: typedOf(), count: 1 } }),
		);
		const hidden = [...html.matchAll(/<input type=hidden name="?(\w+)"? value="?([\w-]+)"?>/g)];
		const chosen = [...html.matchAll(/name="(d\d)" value="(\w*)" checked/g)];
		const sent = Object.fromEntries([...hidden, ...chosen].map(([, name, value]) => [name, value]));
		const parsed = parseSubmission({ ...sent, reviewer: 'Ana', send: 'decided', n1: 'Darker', n4: 'Why' });

		expect(parsed.kind === 'submission' && parsed.submission.choices.map(({ action }) => action)).toEqual([
			'approve',
			'redirect',
			'reopen',
		]);
	});

	it('ends with the field that says it is whole', () => {
		expect(htmlOf('open')).toMatch(/<input type=hidden name="end" value=1><\/form>/);
	});
});

describe('the size of a page without its media', () => {
	it.each([
		['sixtyPieces', 150_000],
		['onePiece', 22_000],
	])('"%s" is at most %i bytes', (name, most) => {
		expect(Buffer.byteLength(htmlOf(name))).toBeLessThanOrEqual(most);
	});
});

describe('a long page', () => {
	const editorsIn = (html: string) => [
		...new Set([...html.matchAll(/<textarea name="e(\d+)\./g)].map(([, index]) => Number(index))),
	];
	const buttonsToEdit = (html: string) => html.match(/<button name=edit /g)?.length ?? 0;
	const pageWith = (count: number) => renderReview(pageOf(undefined, { pieces: manyPieces(count) })).html;

	it('has a button for the texts of each piece, from 21 pieces on', () => {
		expect([editorsIn(pageWith(20)).length, buttonsToEdit(pageWith(20))]).toEqual([20, 0]);
		expect([editorsIn(pageWith(21)).length, buttonsToEdit(pageWith(21))]).toEqual([0, 21]);
	});

	it('has the texts of the piece that was asked for, and of those asked for before, and keeps what was typed', () => {
		const html = htmlOf('editing');

		expect(editorsIn(html)).toEqual([1, 3]);
		expect(html.match(/<details class=edit open>/g)).toHaveLength(2);
		expect(html).toMatch(/<textarea name="e3.logline" id="e3">A courier/);
		expect(html).toContain('<textarea name="e1.logline">He follows her.\nShe leads him.</textarea>');
		expect(html).toMatch(/name="d0" value="approve" checked/);
		expect(html).toMatch(/id=reviewer [^>]*value="Ana D."/);
	});

	it('has no texts to edit where nothing is decided any more', () => {
		const problems = [{ code: 'passcodeLocked' }] as const;
		const { html } = renderReview(
			pageOf(undefined, {
				pieces: manyPieces(21),
				state: { kind: 'refused', problems, typed: typedOf() },
			}),
		);

		expect([editorsIn(html), buttonsToEdit(html)]).toEqual([[1], 0]);
	});
});

it.each(['https://attack.invalid/a.png', 'data:text/html,<b>', 'data:image/png;base64,"onerror="alert(1)'])(
	'takes no logo from %s',
	(logo) => {
		expect(renderReview(pageOf(undefined, { logo })).html).not.toContain('class=logo');
	},
);

it('numbers what has an order, however short it is, and shows tags side by side', () => {
	const piece = pieceOf(0);
	const fields = [
		{ name: 'keyFrames', label: 'Key frames', value: ['Leap', 'Fall'] },
		{ name: 'tone', label: 'Tone', value: ['tense', 'dry'] },
	];
	const { html } = renderReview(pageOf(undefined, { pieces: [{ ...piece, fields }] }));

	expect(html).toContain('<dt>Key frames<dd><ol><li>Leap<li>Fall</ol>');
	expect(html).toContain('<dt>Tone<dd><ul class=chips><li>tense<li>dry</ul>');
});

it('gives the same bytes for the same data', () => {
	for (const state of Object.values(STATES)) expect(state()).toEqual(state());
});

it('shows times in UTC when it knows no other zone, and odd ones as they are', () => {
	const { timeZone: _, ...frame } = frameOf();

	expect(
		textOf(renderNotice({ kind: 'expired', frame, hasSent: true, deadline: '2026-03-06T17:00:00Z' }).html),
	).toContain('6 March 2026 at 17:00 UTC');
	expect(
		textOf(renderNotice({ kind: 'expired', frame, hasSent: false, deadline: 'day 1 (soon)' }).html),
	).toContain('on day 1 (soon).');
});
