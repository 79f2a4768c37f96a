import { createHash } from 'node:crypto';
import { contactSheet, type ApprovedSet, type SetPiece } from '../../nodes/shared/export';

const HOSTILE = `</title><script>alert(1)</script>"' onerror=x <img src=x> & &lt;b&gt; javascript:alert(1) \u0000\u001b`;

const piece = (more: Partial<SetPiece> = {}): SetPiece => ({
	id: 'a',
	contentHash: 'h',
	kind: 'concept',
	title: 'Over the wet roofs',
	slot: 1,
	status: 'approved',
	content: { title: 'Over the wet roofs', logline: 'She runs.' },
	media: [],
	...more,
});
const sheet = (pieces: SetPiece[], files: Record<string, Uint8Array> = {}, more: Partial<ApprovedSet> = {}) =>
	contactSheet(
		{
			title: 'Spring',
			runId: 'run-1',
			asOf: '2026-11-22T12:04:05.000Z',
			count: pieces.length,
			artefacts: pieces,
			...more,
		},
		new Map(Object.entries(files)),
	);
const body = (html: string) => html.slice(html.indexOf('<body>'));
/** Every tag with its attributes. */
const tagsOf = (html: string) => [...html.matchAll(/<([a-z][a-z0-9]*)\b([^>]*)>/gi)];

describe('the contact sheet', () => {
	it('says what the set is and who approved, and nothing of the check', () => {
		const html = body(
			sheet([
				piece({
					verdict: { outcome: 'pass', note: 'matches the guide' },
					approval: { by: 'Ana', at: '2026-11-20T09:00:00.000Z', note: 'Keep the rain' },
				}),
				piece({ slot: 2, status: 'passed' }),
			]),
		);
		for (const text of [
			'<h1 dir="auto">Spring</h1>',
			'2 pieces: 1 approved, 1 passed and not approved yet · as of 22 November 2026, 12:04 UTC',
			'Approved by <bdi>Ana</bdi>, 20 November 2026, 09:00 UTC',
			'Keep the rain',
			'She runs.',
		])
			expect(html).toContain(text);
		expect(html).not.toMatch(/Check|matches the guide/);
		expect(html.match(/Over the wet roofs/g)).toHaveLength(2);
	});

	it('lays out text, lists, words, numbers, yes and no, and fields within fields, and leaves out what is empty', () => {
		const content = {
			visualApproach: 'Rain.\nSodium light.',
			key_frames: ['A long first frame, seen from above', 'Leap'],
			tone: ['tense', 'noir'],
			shots: [{ lens: '35mm', seconds: 4 }],
			steps: ['Run', 'Fall'],
			isNight: true,
			nothing: null,
			empty: ['', null],
			none: {},
		};
		const html = body(sheet([piece({ content })]));
		for (const text of [
			'<dt dir="auto">Visual approach</dt><dd dir="auto">Rain.\nSodium light.</dd>',
			'<dt dir="auto">Key frames</dt><dd dir="auto"><ol><li dir="auto">A long first frame, seen from above</li>',
			'<ul class="words"><li dir="auto">tense</li><li dir="auto">noir</li></ul>',
			'<li dir="auto"><dl><div><dt dir="auto">Lens</dt><dd dir="auto">35mm</dd></div>',
			'<dt dir="auto">Steps</dt><dd dir="auto"><ol><li dir="auto">Run</li><li dir="auto">Fall</li></ol>',
			'<dt dir="auto">Is night</dt><dd dir="auto">Yes</dd>',
		])
			expect(html).toContain(text);
		expect(html).not.toMatch(/Nothing|Empty|None/);
	});

	it('shows the colours of a palette, and no other text as a colour', () => {
		const content = {
			palette: ['#14213D', 'bone #e8e6e3'],
			note: `The red #c3073f is hers alone, and ${'so '.repeat(9)}on.`,
		};
		const html = body(sheet([piece({ content })]));

		expect(
			[...html.matchAll(/<svg aria-hidden=true><rect fill="(#\w{6})" \/><\/svg>/g)].map(([, fill]) => fill),
		).toEqual(['#14213D', '#e8e6e3']);
		expect(html).toContain('<li dir="auto">#14213D<svg');
	});

	it('shows pictures inside the page, and names all other files with their size', () => {
		const picture = new Uint8Array([1, 2, 3]);
		const html = sheet(
			[
				piece({
					media: [
						{ name: '1-a-1.png', mimeType: 'image/png', bytes: 3 },
						{ name: '1-a-2.mp4', mimeType: 'video/mp4', bytes: 12_345_678 },
						{ name: '1-a-3.html', mimeType: 'text/html', bytes: 1 },
						{ name: '1-a-4.png', mimeType: 'image/png', bytes: 70_000_000 },
					],
				}),
			],
			{ '1-a-1.png': picture },
		);
		expect([...html.matchAll(/<img[^>]*>/g)].map(([tag]) => tag)).toEqual([
			'<img src="data:image/png;base64,AQID" alt="Over the wet roofs">',
		]);
		expect(html).toContain('1-a-2.mp4 (12.3 MB)');
		expect(html).toContain('1-a-3.html (1 kB)');
		expect(html).toContain('1-a-4.png (70.0 MB)');
	});

	it('shows hostile text as text, wherever it comes from', () => {
		const html = sheet(
			[
				piece({
					id: HOSTILE,
					title: HOSTILE,
					content: { [HOSTILE]: HOSTILE, list: [HOSTILE, { [HOSTILE]: HOSTILE }] },
					media: [
						{ name: HOSTILE, mimeType: `image/png" onerror="x`, bytes: 1 },
						{ name: 'ok.png', mimeType: 'image/png', bytes: 1 },
					],
					verdict: { outcome: 'pass', note: HOSTILE },
					approval: { by: HOSTILE, at: HOSTILE, note: HOSTILE },
				}),
			],
			{ 'ok.png': new Uint8Array([1]), [HOSTILE]: new Uint8Array([1]) },
			{ title: HOSTILE, runId: HOSTILE },
		);
		const tags = tagsOf(html);
		expect([...new Set(tags.map(([, name]) => name))].sort()).toEqual(
			'article bdi body dd div dl dt h1 h2 head header html img li main meta ol p span style title ul'.split(
				' ',
			),
		);
		const names = tags.flatMap(
			([, , attributes = '']) => attributes.replace(/"[^"]*"/g, '').match(/[^\s=]+/g) ?? [],
		);
		expect([...new Set(names)].sort()).toEqual(
			'alt charset class content dir http-equiv lang name src'.split(' '),
		);
		expect(tags.filter(([, name]) => name === 'img')).toHaveLength(1);
		expect(html).not.toMatch(/[\u0000-\u0008\u001b]/);
		expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onerror=x');
	});

	it('loads nothing and runs nothing: its policy allows only its own style and pictures within', () => {
		const html = sheet([piece()]);
		const style = /<style>([\s\S]*)<\/style>/.exec(html)?.[1] ?? '';
		const hash = createHash('sha256').update(style).digest('base64');
		expect(html).toContain(
			`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">`,
		);
		expect(html).not.toMatch(/<script|<link|<iframe|<a |\bstyle=|url\(|@import|https?:/i);
	});
});
