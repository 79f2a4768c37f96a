/** The review page in Chromium as a reviewer uses it: without JavaScript, by keyboard, with pictures, film and sound. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { parseSubmission, type Submission } from '../../nodes/shared/review';
import { manyPieces, pageOf, pieceOf } from '../page/samples';
import { STATES } from '../page/states';
import { renderReview, type RenderedPage } from '../../nodes/HumanGate/page';
import { launchBrowser, startReviewServer, type ReviewServer } from './support/reviewServer';

const PHONE = { viewport: { width: 390, height: 844 } };

describe('the review page in Chromium', () => {
	let browser: Browser;
	let server: ReviewServer;
	let page: Page;

	beforeAll(async () => {
		browser = await launchBrowser();
		server = await startReviewServer(state('notValid'));
	});
	afterAll(async () => {
		await browser?.close();
		await server?.close();
	});
	afterEach(() => page.context().close());

	/** Opens a page as it would be opened from a link. */
	async function open(shown: RenderedPage, options: BrowserContextOptions = {}): Promise<void> {
		const context = await browser.newContext(options);
		page = await context.newPage();
		page.setDefaultTimeout(10_000);
		server.page = shown;
		server.sent.length = 0;
		await page.goto(server.url);
	}

	/** What the server received last. */
	function submission(): Submission {
		const parsed = parseSubmission(server.sent.at(-1) ?? '');
		if (parsed.kind === 'problems') throw new Error(JSON.stringify(parsed.problems));
		return parsed.submission;
	}

	const press = (name: string) => page.getByRole('button', { name }).click();
	const count = () => page.locator('#count').innerText();
	const focused = () =>
		page.evaluate<string>(
			`document.activeElement.id || document.activeElement.name || document.activeElement.tagName`,
		);

	it('has an origin of its own, and still shows pictures, film and sound', async () => {
		await open(state('open'));

		expect(await page.evaluate('self.origin')).toBe('null');
		await page.evaluate(`document.querySelector('#p0 img').decode()`);
		for (const kind of ['video', 'audio']) {
			await page.locator(kind).scrollIntoViewIfNeeded();
			await page.waitForFunction(`document.querySelector('${kind}').readyState >= 1`);
		}
		await page.evaluate(`Object.assign(document.querySelector('video'), { muted: true }).play()`);
	});

	it('offers other files for saving', async () => {
		await open(state('open'));
		const download = page.waitForEvent('download');

		await page.getByRole('link', { name: /Download treatment/ }).click();

		expect((await download).url()).toContain('media=file');
	});

	it('cannot talk to anything else', async () => {
		await open(state('open'));

		expect(await page.evaluate(`fetch(location.href).then(() => 'talked', () => 'refused')`)).toBe('refused');
		expect(
			await page.evaluate(`(() => { try { return document.cookie } catch { return 'refused' } })()`),
		).toBe('refused');
	});

	describe('without JavaScript', () => {
		const WITHOUT = { ...PHONE, javaScriptEnabled: false };

		it('sends decisions, notes, edits, name and passcode', async () => {
			await open(state('passcode'), WITHOUT);

			await page.locator('#p0').getByLabel('Approve').check();
			await page.locator('#p1').getByLabel('Redirect', { exact: true }).check();
			await page.locator('#p1').getByLabel(/^Note/).fill('Let her lead.\nMore "grit" & rain – ✓');
			await page
				.locator('#p1')
				.getByLabel(/from now on/)
				.check();
			await page.locator('#p2').getByLabel('Reject').check();
			await page.locator('#p3').getByText('Edit this text').click();
			await page.locator('#p3').getByLabel('Tone').fill('tense\nloud');
			await page.locator('#p3').getByLabel('Approve').check();
			await page.locator('#p4').getByLabel('Reopen', { exact: true }).check();
			await page.locator('#p4').getByLabel(/^Note/).fill('The client left.');
			await page.getByLabel('Your name').fill('Änne');
			await page.getByLabel('Passcode').fill('open sesame');
			await press('Send decisions');

			const { choices, ...rest } = submission();
			expect(rest).toEqual({ nonce: 'n0nce', reviewer: 'Änne', passcode: 'open sesame', send: 'all' });
			expect(choices.map(({ index, action, note, scope }) => [index, action, note, scope])).toEqual([
				[0, 'approve', undefined, undefined],
				[1, 'redirect', 'Let her lead.\nMore "grit" & rain – ✓', 'run'],
				[2, 'reject', undefined, undefined],
				[3, 'approve', undefined, undefined],
				[4, 'reopen', 'The client left.', undefined],
			]);
			expect(choices[0]).toMatchObject(id(0));
			expect(choices[3]?.edits?.tone).toBe('tense\nloud');
		});

		it.each([
			['Save, decide the rest later', 'save'],
			['Send what is decided', 'decided'],
			['Approve all that pass', 'approvePassing'],
		])('sends by "%s"', async (button, send) => {
			await open(state('open'), WITHOUT);

			await page.locator('#p0').getByLabel('Approve').check();
			await press(button);

			expect(submission()).toMatchObject({ send, choices: [{ index: 0, action: 'approve' }] });
		});

		it('sends by "Edit this text" what was typed, and comes back to the texts of that piece', async () => {
			await open(state('sixtyPieces'), WITHOUT);

			await page.locator('#p1').getByLabel('Reject').check();
			server.page = state('editing');
			await page.locator('#p3').getByRole('button', { name: 'Edit this text' }).click();

			expect(submission()).toMatchObject({
				send: 'edit',
				edit: 3,
				choices: [{ index: 1, action: 'reject' }],
			});
			await page.waitForFunction(`document.activeElement.id === 'e3'`);
			const { y = -1 } = (await page.locator('#p3').getByText('Edit this text').boundingBox()) ?? {};
			expect(y).toBeGreaterThanOrEqual(0);
		});

		it('comes back to the problems, also from the overview', async () => {
			await open(state('open'), WITHOUT);

			await page
				.locator('.overview')
				.getByRole('link', { name: /Neon Vertigo/ })
				.click();
			server.page = state('inputRefused');
			await press('Send decisions');

			await page.waitForFunction(`document.activeElement.id === 'problems'`);
			expect(page.url()).toBe(`${server.url}#`);
		});

		it('looks by plain links whether the work is back, and sends nothing again', async () => {
			await open(state('open'), WITHOUT);

			server.page = state('thanks');
			await press('Send what is decided');
			server.page = state('oldRoundLeadsOn');
			await page.getByRole('link', { name: 'See whether it is ready' }).click();
			server.page = state('open');
			await page.getByRole('link', { name: 'Review the work as it is now' }).click();

			await page.waitForURL(/\?nonce=n0nce&signature=00$/);
			expect(await page.locator('#p0').count()).toBe(1);
			expect(server.sent).toHaveLength(1);
		});

		it('continues a run that everything is decided of', async () => {
			await open(state('toContinue'), WITHOUT);

			await press('Continue the run');

			expect(submission()).toMatchObject({ send: 'continue', nonce: 'n0nce', choices: [] });
		});

		it('leads from a problem to where it is put right', async () => {
			await open(state('inputRefused'), WITHOUT);

			await page.locator('#problems').getByRole('link', { name: '2. Neon Vertigo' }).first().click();

			expect(await page.evaluate(`document.querySelector(':target').id`)).toBe('n1');
		});

		it('shows no shortcuts, which would not work', async () => {
			await open(state('open'), { javaScriptEnabled: false });

			expect(await page.getByText('Keyboard shortcuts').isVisible()).toBe(false);
		});
	});

	describe('by keyboard', () => {
		async function type(...keys: string[]): Promise<void> {
			for (const key of keys) await page.keyboard.press(key);
		}

		it('is decided and sent', async () => {
			await open(state('passcode'));

			await type('j', 'a', 'j', 'd');
			expect(await focused()).toBe('n1');
			await page.keyboard.type('jar d?');
			await type('Shift+Tab', 'j', 'r', 'j', 'a');
			expect(await count()).toBe('4 of 4 decided');
			expect(await page.locator('.overview [data-choice]').count()).toBe(4);
			await page.locator('#reviewer').focus();
			await page.keyboard.type(' Maria');
			await type('Tab');
			await page.keyboard.type('open sesame');
			await type('Enter');
			expect(server.sent).toEqual([]);
			while (!(await page.evaluate(`document.activeElement.value === 'all'`))) await type('Tab');
			await Promise.all([page.waitForNavigation(), type('Enter')]);

			expect(submission()).toMatchObject({ send: 'all', passcode: 'open sesame' });
			expect(submission().choices.map(({ action, note }) => [action, note])).toEqual([
				['approve', undefined],
				['redirect', 'jar d?'],
				['reject', undefined],
				['approve', undefined],
			]);
		});

		it('goes back, takes a decision back, and shows the shortcuts', async () => {
			await open(state('open'));

			await type('j', 'j', 'a', 'k');
			expect(await focused()).toBe('p0');
			await type('a', 'l');
			expect(await count()).toBe('1 of 4 decided');
			await type('?');
			expect(await page.locator('#keys').getAttribute('open')).toBe('');
		});

		it('has shortcuts that can be switched off', async () => {
			await open(state('open'));

			await type('?', 'Tab');
			expect(await focused()).toBe('keysOn');
			await type('Space', 'j');

			expect(await focused()).toBe('keysOn');
		});

		it('skips to the pieces first', async () => {
			await open(state('open'));

			await type('Tab');
			expect(await page.evaluate(`document.activeElement.className`)).toBe('skip');
			await type('Enter');

			expect(await focused()).toBe('pieces');
		});

		it.each([
			['on a phone', PHONE],
			['on a desktop', {}],
		])('never works behind the bar %s', async (_, options) => {
			await open(state('open'), { ...options, reducedMotion: 'reduce' });

			const hidden: string[] = [];
			for (let step = 0; step < 60; step++) {
				await type('Tab');
				hidden.push(...(await page.evaluate<string[]>(BEHIND_BAR)));
			}
			expect(hidden).toEqual([]);
		});
	});

	describe('with JavaScript', () => {
		it('approves all that pass at once, without sending, and leaves other choices', async () => {
			await open(state('open'));

			await page.locator('#p3').getByLabel('Reject').check();
			await press('Approve all that pass');

			expect(await count()).toBe('2 of 4 decided');
			expect(await page.locator('#p0').getByLabel('Approve').isChecked()).toBe(true);
			expect(await page.locator('#p3').getByLabel('Reject').isChecked()).toBe(true);
			expect(server.sent).toEqual([]);
		});

		it('asks before decisions that were not sent are left, and not after they were', async () => {
			await open(state('open'));
			const questions: string[] = [];
			page.on('dialog', (dialog) => {
				questions.push(dialog.type());
				void dialog.accept();
			});

			await page.locator('#p0').getByLabel('Approve').click();
			await page.reload();
			expect(questions).toEqual(['beforeunload']);

			await page.locator('#p0').getByLabel('Approve').click();
			await press('Save, decide the rest later');
			expect(questions).toHaveLength(1);
			expect(submission().send).toBe('save');
		});

		it('counts what was decided before', async () => {
			await open(state('partlyDecided'));

			await page.locator('#p2').getByLabel('Reject').check();

			expect(await count()).toBe('3 of 4 decided');
		});

		it('asks for the note of a redirect, and shows its reach only there', async () => {
			await open(state('open'));

			const reach = page.locator('#p0 .scope');
			expect(await reach.isVisible()).toBe(false);
			await page.locator('#p0').getByLabel('Redirect', { exact: true }).check();
			expect(await reach.isVisible()).toBe(true);
			await press('Save, decide the rest later');

			expect(server.sent).toEqual([]);
			expect(await focused()).toBe('n0');
		});

		it('moves to the problems when a page comes back', async () => {
			await open(state('inputRefused'));

			expect(await focused()).toBe('problems');
		});
	});

	describe('on a phone', () => {
		it.each(['open', 'onePiece', 'sixtyPieces', 'standIn'])('"%s" begins with the work', async (name) => {
			await open(state(name), { ...PHONE, hasTouch: true, isMobile: true });

			const { y = 1e9 } = (await page.locator('#p0 h2').boundingBox()) ?? {};
			const bar = (await page.locator('.bar').boundingBox())?.y ?? 0;
			expect(y + 40).toBeLessThan(bar);
			expect(await page.getByText('Keyboard shortcuts').isVisible()).toBe(false);
		});
	});

	it('sends two hundred pieces whole, with the texts of each', async () => {
		const piece = { contentHash: '', action: '', note: '', scope: '', edits: { tone: 'loud' } };
		const typed = { reviewer: 'Ana', pieces: Array.from({ length: 200 }, () => piece) };
		const state = { kind: 'editing', typed, index: 0 } as const;
		await open(renderReview(pageOf(undefined, { pieces: manyPieces(200), state })));

		await press('Approve all that pass');
		await press('Send what is decided');

		expect(submission().choices).toHaveLength(67);
		expect([...new URLSearchParams(server.sent.at(-1))].length).toBeGreaterThan(1000);
	});
});

/** The focused element, if the sticky bar lies over the whole of it. */
const BEHIND_BAR = `(() => {
	const element = document.activeElement;
	const bar = document.querySelector('.bar');
	if (bar.contains(element) || element === document.body) return [];
	const { top, bottom } = element.getBoundingClientRect();
	return Math.min(bottom, top + 24) > bar.getBoundingClientRect().top + 1 ? [element.outerHTML.slice(0, 80)] : [];
})()`;

function state(name: string): RenderedPage {
	const render = STATES[name];
	if (render === undefined) throw new Error(`There is no state "${name}".`);
	return render();
}

function id(index: number) {
	const { artefactId, contentHash } = pieceOf(index);
	return { artefactId, contentHash };
}
