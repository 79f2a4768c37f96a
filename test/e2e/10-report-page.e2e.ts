/**
 * The reliability report in Chromium, opened as the file that it is: axe, width, paper, and attacks in every name. Name a folder in
 * GREENLIGHT_SCREENSHOTS to get pictures.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { source as AXE } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { renderReport, type ReliabilityReport } from '../../nodes/shared/report';
import ATTACKS from '../page/attacks.json';
import { sampleReport } from '../report/samples';
import { launchBrowser } from './support/reviewServer';

const SHOTS = process.env.GREENLIGHT_SCREENSHOTS;
const REPORTS: Readonly<Record<string, () => ReliabilityReport>> = {
	month: () => sampleReport(120),
	few: () => sampleReport(4),
	one: () => sampleReport(1, 'Noir rooftop chase'),
	none: () => sampleReport(0),
};
const VIEWS = {
	desktop: { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
	dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
	phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
} as const;
const RUN_AXE = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
	violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(' | ')))`;
/** The elements of the page with the names of their attributes, in order. */
const SKELETON = `[...document.querySelectorAll('*')].map((each) => [each.tagName, ...each.getAttributeNames()].join(' ')).join('\\n')`;

describe('the reliability report in Chromium', () => {
	let browser: Browser;
	let folder: string;
	let file: string;
	let page: Page;
	const signs: string[] = [];

	beforeAll(async () => {
		browser = await launchBrowser();
		folder = mkdtempSync(join(tmpdir(), 'greenlight-report-'));
		file = join(folder, 'reliability-report.html');
		if (SHOTS !== undefined) mkdirSync(SHOTS, { recursive: true });
	});
	afterAll(async () => {
		await browser?.close();
		rmSync(folder, { recursive: true, force: true });
	});
	afterEach(() => page.context().close());

	async function open(html: string, view: keyof typeof VIEWS = 'desktop'): Promise<void> {
		const context = await browser.newContext(VIEWS[view]);
		page = await context.newPage();
		signs.length = 0;
		page.on('console', (message) => signs.push(`console ${message.text()}`));
		page.on('dialog', (dialog) => {
			signs.push(`dialog ${dialog.message()}`);
			void dialog.dismiss();
		});
		page.on('request', (request) => {
			if (request.url() !== pathToFileURL(file).href) signs.push(`request ${request.url()}`);
		});
		await show(html);
	}

	async function show(html: string): Promise<void> {
		writeFileSync(file, html);
		await page.goto(pathToFileURL(file).href);
	}

	const shoot = async (name: string): Promise<void> => {
		if (SHOTS !== undefined)
			await page.screenshot({ path: join(SHOTS, `report-${name}.png`), fullPage: true });
	};

	/** The picture in docs/reliability.md: down to the end of the steps. */
	const shootGuide = async (): Promise<void> => {
		if (SHOTS === undefined) return;
		const steps = await page.locator('article').first().boundingBox();
		const clip = {
			x: 0,
			y: 0,
			width: 1280,
			height: Math.ceil((steps?.y ?? 0) + (steps?.height ?? 900)) + 24,
		};
		await page.screenshot({ path: join(SHOTS, 'report-guide.png'), fullPage: true, clip });
	};

	describe.each(Object.keys(VIEWS) as Array<keyof typeof VIEWS>)('on %s', (view) => {
		it.each(Object.keys(REPORTS))(
			'"%s" fits, loads nothing, and axe has nothing against it',
			async (name) => {
				await open(renderReport(REPORTS[name]?.() ?? sampleReport(0)), view);

				expect(await page.evaluate(`document.documentElement.scrollWidth <= innerWidth`)).toBe(true);
				await shoot(`${name}-${view}`);
				if (name === 'month' && view === 'desktop') await shootGuide();
				expect(signs).toEqual([]);
				// The page runs no script; what follows is ours.
				await page.evaluate(AXE);
				expect(await page.evaluate(RUN_AXE)).toEqual([]);
			},
		);
	});

	it('fits on A4, in light colours also from a dark screen', async () => {
		await open(renderReport(sampleReport(120)), 'dark');
		await page.emulateMedia({ media: 'print' });
		await page.setViewportSize({ width: 688, height: 1000 });

		expect(await page.evaluate(`document.documentElement.scrollWidth <= innerWidth`)).toBe(true);
		expect(await page.evaluate(`getComputedStyle(document.body).backgroundColor`)).toBe('rgb(255, 255, 255)');
		await shoot('month-print');
		const pdf = await page.pdf({ preferCSSPageSize: true });
		if (SHOTS !== undefined) writeFileSync(join(SHOTS, 'report-month.pdf'), pdf);
		expect(pdf.length).toBeGreaterThan(10_000);
	});

	it('makes no element of any text of a run, and runs none', async () => {
		const withText = (text: string): string => {
			const base = sampleReport(30, text);
			const [pipeline] = base.pipelines;
			const named = pipeline?.steps.map((step) => ({ ...step, step: text })) ?? [];
			return renderReport({
				...base,
				asOf: text,
				begunSince: text,
				pipelines: [1, 2].flatMap(() =>
					pipeline === undefined ? [] : [{ ...pipeline, workflowId: text, steps: named }],
				),
			});
		};
		await open(withText('plain'));
		const skeleton = await page.evaluate(SKELETON);
		for (const attack of ATTACKS) {
			await show(withText(attack));
			expect([attack, await page.evaluate(SKELETON)]).toEqual([attack, skeleton]);
			expect([attack, ...signs]).toEqual([attack]);
		}
	});
});
