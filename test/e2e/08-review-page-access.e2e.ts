/**
 * axe on every state of the review page, light and dark, on a phone and on a desktop. Name a folder in
 * GREENLIGHT_SCREENSHOTS to get a picture of each.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { source as AXE } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { renderReview } from '../../nodes/HumanGate/page';
import { pageOf } from '../page/samples';
import { STATES } from '../page/states';
import { launchBrowser, startReviewServer, type ReviewServer } from './support/reviewServer';

const SHOTS = process.env.GREENLIGHT_SCREENSHOTS;
const THEMES = ['light', 'dark'] as const;
const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };

const RUN_AXE = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
	violations.map(({ id, impact, nodes }) => impact + ' ' + id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(' | ')))`;

const ACCENTS = ['#ffff00', '#000000', '#ffffff', '#7f7f7f', '#ff0000', '#00ff88'];

describe.each(THEMES)('the review page, %s,', (colorScheme) => {
	describe.each(Object.entries(SIZES))('on a %s', (size, viewport) => {
		let browser: Browser;
		let server: ReviewServer;
		let page: Page;

		beforeAll(async () => {
			browser = await launchBrowser();
			server = await startReviewServer(renderReview(pageOf()));
			const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
			page = await context.newPage();
			if (SHOTS !== undefined) mkdirSync(SHOTS, { recursive: true });
		});
		afterAll(async () => {
			await browser?.close();
			await server?.close();
		});

		it.each(Object.keys(STATES))('"%s" has nothing that axe objects to', async (name) => {
			server.page = STATES[name]?.() ?? server.page;
			await page.goto(server.url);
			await page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true; })`);

			expect(await page.evaluate(`document.documentElement.scrollWidth <= innerWidth`)).toBe(true);
			expect(await violations(page)).toEqual([]);
			await shoot(page, `${name}-${colorScheme}-${size}`);
		});

		it.each(ACCENTS)('can be read with the accent %s', async (accent) => {
			server.page = renderReview(pageOf(undefined, { accent }));
			await page.goto(server.url);
			await page.getByRole('button', { name: 'Approve all that pass' }).click();

			expect(await violations(page)).toEqual([]);
		});

		it('would be found unreadable if it were', async () => {
			const { html, ...rest } = renderReview(pageOf());
			server.page = { ...rest, html: html.replace('<label for=reviewer>Your name</label>', 'Your name') };
			await page.goto(server.url);

			expect(await violations(page)).toEqual([
				expect.stringMatching(/^critical label: <input id="reviewer"/),
			]);
		});
	});
});

async function violations(page: Page): Promise<string[]> {
	await page.evaluate(AXE);
	return page.evaluate<string[]>(RUN_AXE);
}

async function shoot(page: Page, name: string): Promise<void> {
	if (SHOTS === undefined) return;
	await page.reload();
	await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: !name.startsWith('sixty') });
}
