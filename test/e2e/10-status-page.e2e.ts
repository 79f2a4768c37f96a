/** From the form to the approved set, as somebody who has no login: the page after the form, and the status page behind its link. */
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { unzipSync } from 'fflate';
import { importWorkflow, itemsOf, readTemplate, type Flow } from './support/flow';
import { choose, isGuarded, send, visit, type Answer } from './support/gate';
import { startReviewServer } from './support/reviewServer';
import { until, world, type Json } from './support/world';
import { STATUS_STATES } from '../page/statusStates';

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];
const FORM = 'When a brief is sent';
const STATUS = 'Make the status link';
const GATE = 'Ask the creative director';

/** A template as it is, at an address of its own, published. */
async function publish(name: string, template: string): Promise<Flow> {
	const json: Json = { ...readTemplate(template), name };
	for (const node of json.nodes) if (node.name === FORM) node.parameters.path = name;
	const flow = await importWorkflow(name, json);
	await flow.n8n.api.publish(flow.workflow as { id: string });
	return flow;
}

const titleOf = (html: string): string => /<h1>(.*?)<\/h1>/.exec(html)?.[1] ?? '';
const linkIn = (html: string, text: string): string | undefined => {
	const [, href] = new RegExp(`<a class="?\\w+"? href="([^"]+)">${text}</a>`).exec(html) ?? [];
	return href?.replaceAll('&amp;', '&');
};
const changed = (link: string, change: (url: URL) => void): string => {
	const url = new URL(link);
	change(url);
	return url.toString();
};

describe('the status page', () => {
	let inbox: Json;
	let browser: Browser;

	beforeAll(async () => {
		const { api } = world.n8n;
		inbox = await api.importWorkflow(readTemplate('07-review-inbox'));
		await api.publish(inbox as { id: string });
		browser = await chromium.launch({ executablePath: world.browserPath, args: ARGUMENTS });
	});
	afterAll(() => browser?.close());

	const picture = (page: Page, name: string) =>
		page.screenshot({ path: join(world.screenshots, `${name}.png`), fullPage: true });

	it('is where the form of template 02 leads, asks for the review, and has the approved set', async () => {
		const flow = await publish('status-form', '02-storyboard-with-human-gate');
		const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
		page.setDefaultTimeout(30_000);
		await page.goto(`${flow.n8n.baseUrl}/form/status-form`);
		await page.locator('textarea').fill('A tense rooftop chase at night, noir tone');
		await page.locator('#submit-btn').click();

		const follow = page.getByRole('link', { name: 'See how the run stands' });
		await follow.waitFor();
		await picture(page, 'status-ending');
		const run = await flow.run();
		expect(await page.locator('h1').textContent()).toBe(run.title);
		const link = String(await follow.getAttribute('href'));
		expect(link.startsWith(`${flow.n8n.baseUrl}/webhook/greenlight-status?run=${run.runId}&key=`)).toBe(true);

		await until('the run waits for a person', async () => (await flow.run()).status === 'waiting');
		await follow.click();
		await page.getByRole('heading', { name: /pieces? waits? for your decision/ }).waitFor();
		await picture(page, 'status-waiting');
		const asked = await visit(link);
		expect(isGuarded(asked)).toBe(true);
		expect([asked.status, titleOf(asked.body)]).toEqual([200, run.title]);
		expect(asked.headers).toMatchObject({ 'cache-control': 'no-store', refresh: '60' });
		expect(linkIn(asked.body, 'Download the contact sheet')).toBeUndefined();

		const review = page.getByRole('link', { name: 'Review the work' });
		const reviewUrl = String(await review.getAttribute('href'));
		await review.click();
		await page.getByRole('button', { name: 'Send decisions' }).waitFor();
		expect((await send(reviewUrl, choose(['approve', 'approve', 'approve']))).status).toBe(200);
		await until('the run is finished', async () => (await flow.run()).status === 'finished');

		await page.goto(link);
		await page.getByRole('heading', { name: 'The run is finished' }).waitFor();
		await picture(page, 'status-finished');
		const done = await visit(link);
		expect(done.headers).not.toHaveProperty('refresh');
		const titles = ((await flow.run()).fields.artefacts as Json[])
			.filter(({ locked }) => locked === true)
			.sort((one, two) => one.slot - two.slot)
			.map(({ title }) => String(title));
		expect(titles).toHaveLength(3);
		const [saved] = await Promise.all([
			page.waitForEvent('download'),
			page.getByRole('link', { name: 'Download the contact sheet' }).click(),
		]);
		expect(saved.suggestedFilename()).toMatch(/-approved\.html$/);
		const sheet = await visit(
			new URL(String(linkIn(done.body, 'Download the contact sheet')), link).toString(),
		);
		const zip = await visit(
			new URL(String(linkIn(done.body, 'Download everything as ZIP')), link).toString(),
		);
		const zipped = unzipSync(zip.bytes);
		const inZip = Object.entries(zipped).find(([name]) => name.endsWith('.html'))?.[1];
		for (const answer of [sheet, zip]) expect(isGuarded(answer)).toBe(true);
		for (const text of [sheet.body, Buffer.from(inZip ?? []).toString()]) {
			await page.setContent(text);
			expect(await page.locator('h2').allTextContents()).toEqual(titles);
		}
		expect(Object.keys(zipped).filter((name) => name.endsWith('.json'))).toHaveLength(1);
		await page.close();
	});

	it('says after the form of template 01 what passed, when no person was asked', async () => {
		const flow = await publish('status-form-01', '01-two-agent-storyboard');
		const { status, body } = await flow.n8n.api.submitForm(flow.workflow, {
			'Your brief': 'Two concepts for a noir chase through a printing house',
			'How many concepts': 2,
		});
		expect(status).toBe(200);
		const link = String(linkIn(String(body), 'See how the run stands'));
		// The answer came while the run was under way; it goes on without anybody.
		await until('the run is finished', async () => (await flow.run()).status === 'finished');
		expect(titleOf(String(body))).toBe((await flow.run()).title);
		expect((await visit(link)).body).toContain('2 pieces passed the check. No person was asked');
	});

	it('tells who sent the form why the run could not begin', async () => {
		const flow = await publish('status-failed', '02-storyboard-with-human-gate');
		flow.gemini.behave(() => ({ name: 'bad-key' }));
		const { body } = await flow.n8n.api.submitForm(flow.workflow, { 'Your brief': 'A noir chase' });
		expect(String(body)).toContain('Your brief arrived, but the run could not go on');
	});

	it('has a link for a run of the button too, which npm start finds again', async () => {
		const flow = await publish('status-button', '02-storyboard-with-human-gate');
		const { api, baseUrl } = flow.n8n;
		const execution = await api.waitForExecution(await flow.start(), {
			until: ['waiting', 'error', 'success'],
		});
		expect(execution.status).toBe('waiting');
		const [{ statusUrl } = {} as Json] = itemsOf(execution, STATUS);

		const [found, ...others] = await world.scripts.waitingRuns(api, [inbox, flow.workflow], baseUrl);
		expect(others).toEqual([]);
		expect(found).toEqual({
			title: (await flow.run()).title,
			review: expect.stringContaining('/webhook-waiting/'),
			status: statusUrl,
		});
		expect((await visit(String(found?.review))).body).toContain('Send decisions');
		expect((await visit(String(found?.status))).body).toMatch(/pieces? waits? for your decision/);
	});

	it('reloads by itself although it may run no script', async () => {
		const underWay = STATUS_STATES.statusUnderWay?.();
		if (underWay === undefined) throw new Error('There is no such state.');
		const server = await startReviewServer({ ...underWay, headers: { ...underWay.headers, Refresh: '1' } });
		const page = await browser.newPage();
		await page.goto(server.url);
		await until('the page is asked for again', async () => server.asked.length > 1);
		await page.close();
		await server.close();
	});

	describe('behind a link that is not right', () => {
		let link: string;
		let other: string;
		let run: { runId: string; title: string };

		beforeAll(async () => {
			const flow = await publish('status-links', '02-storyboard-with-human-gate');
			const linkOf = async () => {
				const execution = await flow.n8n.api.waitForExecution(await flow.start(), { until: ['waiting'] });
				expect(itemsOf(execution, GATE)).toEqual([]);
				return String(itemsOf(execution, STATUS)[0]?.statusUrl);
			};
			link = await linkOf();
			other = await linkOf();
			run = (await flow.runs()).find(({ runId }) => link.includes(runId)) ?? { runId: '', title: '' };
		});

		const nothing = (answer: Answer): void => {
			expect(answer.status).toBe(404);
			expect(isGuarded(answer)).toBe(true);
			expect(answer.body).toContain('This link does not work');
			expect(answer.body).not.toContain(run.title);
			expect(answer.headers).not.toHaveProperty('refresh');
		};

		it.each<[string, (url: URL) => void]>([
			['without a key', (url) => url.searchParams.delete('key')],
			['without a run', (url) => url.searchParams.delete('run')],
			['with a changed key', (url) => url.searchParams.set('key', 'a'.repeat(64))],
			['with an empty key', (url) => url.searchParams.set('key', '')],
			['with two runs', (url) => url.searchParams.append('run', 'run-0')],
			[
				'with the key of another run',
				(url) => url.searchParams.set('key', new URL(other).searchParams.get('key') ?? ''),
			],
			['for a run that is not there', (url) => url.searchParams.set('run', 'run-0')],
			[
				'for a file without the key',
				(url) => {
					url.searchParams.set('get', 'zip');
					url.searchParams.delete('key');
				},
			],
			['for a file that there is not', (url) => url.searchParams.set('get', '../../etc/passwd')],
			['for a set before anything is approved', (url) => url.searchParams.set('get', 'zip')],
		])('%s says nothing of the run', async (_what, change) => {
			nothing(await visit(changed(link, change)));
		});

		it('is the same page for all of them', async () => {
			const bodies = await Promise.all(
				['run-0', run.runId].map((id) =>
					visit(
						changed(link, (url) => {
							url.searchParams.set('run', id);
							url.searchParams.set('key', 'x');
						}),
					),
				),
			);
			expect(bodies[0]?.body).toBe(bodies[1]?.body);
		});

		it('has a signature that opens nothing in n8n itself', async () => {
			const { searchParams, origin } = new URL(link);
			const signed = `${origin}/webhook-waiting/0/status?run=${searchParams.get('run')}&signature=${searchParams.get('key')}`;
			for (const form of [undefined, { send: 'all' }]) {
				const answer = await visit(signed, form === undefined ? {} : { form });
				expect([401, 404, 409]).toContain(answer.status);
			}
		});

		it('changes nothing, whatever is sent, and leaves no execution behind', async () => {
			const { api } = world.n8n;
			const before = (await api.listExecutions({ workflowId: inbox.id })).length;
			for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
				const answer = await visit(link, { method });
				expect([method, answer.status >= 500]).toEqual([method, false]);
			}
			expect((await api.listExecutions({ workflowId: inbox.id })).length).toBe(before);
		});
	});
});
