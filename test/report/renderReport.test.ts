/** The page of a report: what it says, and that nothing in it can become anything but text. */
import { createHash } from 'node:crypto';
import { renderReport } from '../../nodes/shared/report';
import ATTACKS from '../page/attacks.json';
import { sampleReport } from './samples';

const bodyOf = (html: string) => html.slice(html.indexOf('<body>'));
const textOf = (html: string) =>
	bodyOf(html)
		.replace(/<[^>]+>/g, ' ')
		.replace(/\s+/g, ' ');
/** Every tag with the names of its attributes. */
const tagsOf = (html: string) =>
	[...html.matchAll(/<([a-z][a-z0-9]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/gi)].map(
		([, tag, attributes = '']) =>
			[tag, ...[...attributes.matchAll(/\s([\w:-]+)(?:=|\s|$)/g)].map(([, name]) => name)].join(' '),
	);

describe('the page of a report', () => {
	it('says of every figure of how many it is', () => {
		const text = textOf(renderReport(sampleReport(120)));

		for (const sentence of [
			'120 runs begun since 23 October 2026, 12:00 UTC · from',
			'Of 117 runs that ended,',
			'3 more still going on.',
			'of 117, probably between',
			'The steps multiply to',
			'Capture the intent',
			'in all, ',
		])
			expect(text).toContain(sentence);
		expect(text).not.toMatch(/undefined|NaN|null|Infinity|\[object|\.\.|%%/);
	});

	it.each([1, 4])('gives no percentage of %i runs', (count) => {
		const text = textOf(renderReport(sampleReport(count)));

		expect(text).toContain('Too few for a percentage: it takes 10.');
		expect(text).toContain('too few runs to multiply the steps');
		expect(text).not.toMatch(/undefined|NaN|null|Infinity|\[object/);
	});

	it('says so where there is nothing', () => {
		const text = textOf(renderReport(sampleReport(0)));

		for (const sentence of [
			'No run of this time is on record, so there is nothing to report yet.',
			'No step of a run that has ended is on record.',
			'No failure is on record.',
			'No person was asked by a Human Gate.',
		])
			expect(text).toContain(sentence);
	});

	it('allows nothing but its own style, and has no script, link, form or address', () => {
		const html = renderReport(sampleReport(120));
		const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
		const hash = createHash('sha256').update(style).digest('base64');

		expect(html).toContain(
			`content="default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"`
				.replaceAll('&#39;none&#39;', "'none'")
				.replaceAll('&#39;', "'"),
		);
		expect(html).not.toMatch(/<(script|a|form|iframe|img|link|object|embed)\b|https?:|url\(|@import/i);
	});

	it('makes no element or attribute of what stands in the names of runs, steps and workflows', () => {
		const withText = (text: string) => {
			const base = sampleReport(30, text);
			const [pipeline] = base.pipelines;
			if (pipeline === undefined) throw new Error('no pipeline');
			const steps = pipeline.steps.map((step) => ({ ...step, step: text, node: text }));
			return renderReport({
				...base,
				asOf: text,
				begunSince: text,
				pipelines: [pipeline, pipeline].map((each) => ({ ...each, workflowId: text, steps })),
			});
		};
		const skeleton = tagsOf(withText('plain'));
		expect(skeleton.length).toBeGreaterThan(100);
		for (const attack of ATTACKS)
			expect([attack, ...tagsOf(withText(attack))]).toEqual([attack, ...skeleton]);
	});
});
