import { selectSet, slugOf, zipOf } from '../../nodes/shared/export';
import type { Artefact, Decision } from '../../nodes/shared/state';
import { artefact, verdict } from '../support/samples';
import { RUN, documentOf, readZip } from './support';

const file = (letter: string, mimeType = 'image/png', fileName?: string) => ({
	hash: letter.repeat(64),
	mimeType,
	bytes: 7,
	...(fileName === undefined ? {} : { fileName }),
});
const decision = (id: string, more: Partial<Decision> = {}): Decision => ({
	artefactId: id,
	contentHash: artefact(id).contentHash,
	action: 'approve',
	reviewer: 'Ana',
	reviewerVerified: 'none',
	decidedAt: '2026-11-20T09:00:00.000Z',
	round: 0,
	...more,
});
const approved = (id: string, more: Partial<Artefact> = {}) =>
	artefact(id, { status: 'approved', locked: true, ...more });
const json = (value: unknown) => JSON.parse(JSON.stringify(value));

describe('the approved set', () => {
	const artefacts = [
		approved('b', { slot: 2 }),
		artefact('c', { slot: 3, status: 'passed' }),
		artefact('changed since it passed', { slot: 4, status: 'passed' }),
		artefact('approved and reopened', { slot: 5, status: 'approved', locked: false }),
		approved('a', { slot: 1, costUsd: 4, why: 'inside', madeFrom: ['intent@1'] }),
		...(['new', 'failed', 'unsure', 'rejected', 'redirected', 'replaced'] as const).map((status) =>
			artefact(status, { status }),
		),
	];
	const document = documentOf(
		json({
			artefacts,
			verdicts: [verdict('a'), verdict('c'), verdict('b', 'pass', { contentHash: 'of earlier content' })],
			decisions: [
				decision('a', { reviewer: 'Bo', note: 'old' }),
				decision('a'),
				decision('a', { action: 'reject', reviewer: 'Cy' }),
				decision('b', { contentHash: 'of earlier content' }),
			],
		}),
	);

	it('is what a person approved, by place; and what passed only if asked', () => {
		const ids = (include: 'approved' | 'approvedAndPassed') =>
			selectSet(document, RUN, include).set.artefacts.map(({ id }) => id);
		expect(ids('approved')).toEqual(['a', 'b']);
		expect(ids('approvedAndPassed')).toEqual(['a', 'b', 'c']);
	});

	it('has who approved and what was said of this content, and nothing of how it was made', () => {
		const { set } = selectSet(document, RUN, 'approved');
		expect(set).toEqual({
			title: RUN.title,
			runId: 'run-1',
			asOf: RUN.asOf,
			count: 2,
			artefacts: [
				{
					id: 'a',
					contentHash: artefact('a').contentHash,
					kind: 'concept',
					title: 'Concept a',
					slot: 1,
					status: 'approved',
					content: artefact('a').content,
					media: [],
					verdict: { outcome: 'pass', note: 'matches the guide' },
					approval: { by: 'Ana', at: '2026-11-20T09:00:00.000Z' },
				},
				expect.not.objectContaining({ verdict: expect.anything(), approval: expect.anything() }),
			],
		});
	});

	it('names files by place, title and number, each once', () => {
		const { set, hashes } = selectSet(
			documentOf(
				json({
					artefacts: [
						approved('a', { title: 'Roof / Chase', media: [file('a'), file('b', 'video/quicktime')] }),
						approved('b', { title: 'roof chase', media: [file('c', 'image/png', '../../evil.PNG')] }),
						approved('c', { title: '🎬', slot: 2, media: [file('d', 'x/y+z', 'no ending')] }),
						approved('d', { title: '夜の追跡', slot: 3, media: [file('e', 'image/jpeg')] }),
					],
				}),
			),
			RUN,
			'approved',
		);
		expect([...hashes.keys()]).toEqual([
			'1-roof-chase-1.png',
			'1-roof-chase-2.mov',
			'1-roof-chase-2.png',
			'2-concept-1.bin',
			'3-夜の追跡-1.jpg',
		]);
		expect(set.artefacts.flatMap(({ media }) => media.map(({ name }) => name))).toEqual([...hashes.keys()]);
		expect(hashes.get('1-roof-chase-2.png')).toBe('c'.repeat(64));
	});

	it('leaves out state of another form', () => {
		const bad = [{ id: 'x', status: 'approved' }, 7, null];
		expect(selectSet(documentOf({ artefacts: bad, decisions: bad }), RUN, 'approved').set.count).toBe(0);
	});
});

it.each([
	['Spring Shoe: launch!', 'spring-shoe-launch'],
	['../../etc/passwd', 'etc-passwd'],
	['Café — ÜBER', 'café-über'],
	['हिन्दी', 'हिन्दी'],
	['<script>', 'script'],
	['🎬', 'run'],
	['x'.repeat(100), 'x'.repeat(60)],
])('a title %s in a file name is %s', (title, slug) => {
	expect(slugOf(title, 'run')).toBe(slug);
});

describe('the ZIP', () => {
	const files = new Map([
		['1-roof-1.png', new Uint8Array([1, 2, 3])],
		['2-夜-1.mp4', new Uint8Array(100_000).fill(7)],
		['3-empty-1.txt', new Uint8Array()],
	]);

	it('has every file whole, under its name', () => {
		const read = readZip(zipOf(files, RUN.asOf));
		expect([...read.keys()]).toEqual([...files.keys()]);
		for (const [name, bytes] of files) expect(read.get(name)?.equals(bytes)).toBe(true);
	});

	it('is the same bytes for the same day, whenever it is made, and also for years that a ZIP cannot have', () => {
		const made = zipOf(files, RUN.asOf);
		expect(Buffer.from(zipOf(files, '2026-11-22T23:59:59.000Z')).equals(made)).toBe(true);
		expect(Buffer.from(zipOf(files, '2026-11-23T00:00:00.000Z')).equals(made)).toBe(false);
		expect(readZip(zipOf(files, '1970-01-01T00:00:00.000Z')).size).toBe(3);
	});
});
