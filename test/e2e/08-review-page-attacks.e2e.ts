/**
 * Attacks in every text that a model, a flow or a reviewer writes, on every state of the review page, in Chromium with the
 * page's real headers: nothing runs, nothing is asked for, no policy has to step in, and no text becomes an element. With
 * GREENLIGHT_ALL_ATTACKS=1 every attack is run in every text of every state (minutes); without it, each text of each state
 * meets a part of them.
 */
import type { Browser, Page } from 'playwright-core';
import ATTACKS from '../page/attacks.json';
import type { Say } from '../page/samples';
import { STATES } from '../page/states';
import { launchBrowser, startReviewServer, type ReviewServer } from './support/reviewServer';

/** Each load has another attack in each text; the next load moves on by so many. */
const STEP = process.env.GREENLIGHT_ALL_ATTACKS ? 1 : 7;

/** One page that holds everything has no need to be attacked sixty times over, nor a page whose texts another one has in the same places. */
const LEFT_OUT = [
	'sixtyPieces',
	...['statusJustBegun', 'statusDecided', 'statusExpired', 'statusStalled', 'statusCrashed', 'statusStopped'],
	'statusFinishedUnapproved',
];
const NAMES = Object.keys(STATES).filter((name) => !LEFT_OUT.includes(name));

/** Runs in the page before anything of it. */
const WATCH = `
	addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
		console.error('policy ' + violatedDirective + ' ' + blockedURI);
	});
	for (const name of ['alert', 'confirm', 'prompt', 'open']) window[name] = () => console.error('ran ' + name);
`;

/** The elements of a document with the names of their attributes, in order. */
const SKELETON = `(html) => [...new DOMParser().parseFromString(html, 'text/html').querySelectorAll('*')]
	.map((element) => [element.tagName, ...element.getAttributeNames()].join(' ')).join('\\n')`;

it('has a corpus worth its name', () => {
	expect(new Set(ATTACKS).size).toBe(ATTACKS.length);
	expect(ATTACKS.length).toBeGreaterThanOrEqual(100);
});

describe('attacks on the review page', () => {
	let browser: Browser;
	let server: ReviewServer;
	let page: Page;
	let judge: Page;
	const signs: string[] = [];

	beforeAll(async () => {
		browser = await launchBrowser();
		server = await startReviewServer(rendered('notValid', () => 'x'));
		judge = await browser.newPage();
		page = await (await browser.newContext()).newPage();
		await page.addInitScript(WATCH);
		page.on('pageerror', (error) => signs.push(`error ${error.message}`));
		page.on('dialog', (dialog) => {
			signs.push(`dialog ${dialog.message()}`);
			void dialog.dismiss();
		});
		page.on('console', (message) => {
			if (!isOwnNote(message.text())) signs.push(`console ${message.text()}`);
		});
		page.on('request', (request) => {
			if (!isOwn(request.url())) signs.push(`request ${request.url()}`);
		});
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
	});

	/** What Chromium notes itself: the status of the page, and that nobody was asked before a page with unsent decisions was left. */
	const isOwnNote = (text: string) =>
		/^Failed to load resource: the server responded with a status of [45]|^Blocked attempt to show a 'beforeunload'/.test(
			text,
		);
	const isOwn = (url: string) =>
		url === server.url ||
		url.startsWith('data:') ||
		/^\?media=\w+$/.test(url.replace(server.url.split('?')[0] ?? '', ''));

	/** Attacks that become elements, where plain text of the same shape does not. */
	async function elementsOf(name: string): Promise<string[]> {
		const pages = ATTACKS.flatMap((attack) =>
			[attack, attack.replace(/\S/g, 'x')].map((text) => rendered(name, () => text).html),
		);
		const skeletons = await judge.evaluate<string[]>(`(${JSON.stringify(pages)}).map(${SKELETON})`);
		return ATTACKS.filter((_, at) => skeletons[2 * at] !== skeletons[2 * at + 1]);
	}

	/** What a page did that has one attack after the other in its texts, beginning with the one at `first`. */
	async function signsOf(name: string, first: number): Promise<string[]> {
		let next = first;
		signs.length = 0;
		server.page = rendered(name, () => ATTACKS[next++ % ATTACKS.length] ?? '');
		await page.goto(server.url, { waitUntil: 'load' });
		return signs.map((sign) => `${sign} (attacks from ${first})`);
	}

	it.each(NAMES)('become no element on the page "%s"', async (name) => {
		expect(await elementsOf(name)).toEqual([]);
	});

	it.each(NAMES)(
		'do nothing on the page "%s"',
		async (name) => {
			const found: string[] = [];
			for (let first = 0; first < ATTACKS.length; first += STEP) found.push(...(await signsOf(name, first)));
			expect(found).toEqual([]);
		},
		300_000,
	);

	it('would be noticed', async () => {
		const { html, ...rest } = rendered('stopped', () => 'x');
		signs.length = 0;

		server.page = {
			...rest,
			html: html.replace('<main>', '<main><img src=//attack.invalid/x onerror=alert(1)>'),
		};
		await page.goto(server.url);
		expect(signs).toEqual(
			expect.arrayContaining(['console policy script-src-attr inline', 'request http://attack.invalid/x']),
		);

		signs.length = 0;
		const { 'Content-Security-Policy': _, ...headers } = rest.headers;
		server.page = { ...rest, headers, html: server.page.html };
		await page.goto(server.url);
		await page.waitForFunction(`document.images.length > 0 && document.images[0].complete`);
		expect(signs).toContain('console ran alert');
	});
});

function rendered(name: string, say: Say) {
	const render = STATES[name];
	if (render === undefined) throw new Error(`There is no state "${name}".`);
	return render(say);
}
