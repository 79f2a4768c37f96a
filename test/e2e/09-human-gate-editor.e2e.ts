/** A person in Chromium: the editor while the gate waits, and the page behind its link. */
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { AFTER, APPROVED, GATE, REJECTED, REDIRECTED, outOf, piecesOf } from './support/gate';
import { until, world, type Json, type N8n } from './support/world';

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];

describe('the human gate in the editor', () => {
	let browser: Browser;
	let page: Page;
	let n8n: N8n;
	let workflow: Json;

	beforeAll(async () => {
		n8n = world.n8n;
		const made = world.scripts.gate.gateWorkflow({ name: 'editor-gate', pieces: piecesOf(3) });
		made.nodes = made.nodes.filter(({ name }: Json) => name !== 'Called');
		delete made.connections.Called;
		workflow = await n8n.api.importWorkflow(made);
		browser = await chromium.launch({ executablePath: world.browserPath, args: ARGUMENTS });
		const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
		page = await context.newPage();
		page.setDefaultTimeout(20_000);
		await page.goto(`${n8n.baseUrl}/signin`);
		await page.locator('input[type="email"], input[name="emailOrLdapLoginId"]').fill(world.owner.email);
		await page.locator('input[type="password"]').fill(world.owner.password);
		await page.locator('[data-test-id="form-submit-button"]').click();
		await page.waitForURL((url) => !url.pathname.startsWith('/signin'));
	});
	afterAll(() => browser?.close());

	it('shows the link while it waits, which opens the page; sending goes on in the editor', async () => {
		await page.goto(`${n8n.baseUrl}/workflow/${workflow.id}`);
		const node = (name: string) => page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
		await node('Button').waitFor();
		await page.locator('[data-test-id="execute-workflow-button"]').click();
		const id = await until('the execution waits', async () => {
			const [newest] = await n8n.api.listExecutions({ workflowId: workflow.id, status: ['waiting'] });
			return newest?.id;
		});
		const link = page.getByRole('link', { name: 'Open the review page' }).first();
		await page.screenshot({ path: join(world.screenshots, 'gate-waiting.png') });
		await node(GATE).dblclick();
		await page.locator('[data-test-id="ndv"]').waitFor();
		await link.waitFor();
		await page.screenshot({ path: join(world.screenshots, 'gate-panel.png') });

		const [review] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
		await review.getByRole('heading', { name: 'Which stills?' }).waitFor();
		await review.screenshot({ path: join(world.screenshots, 'gate-page.png'), fullPage: true });
		await review.locator('input[name="d0"][value="approve"]').check();
		await review.locator('input[name="d1"][value="reject"]').check();
		await review.locator('input[name="d2"][value="redirect"]').check();
		await review.locator('textarea[name="n2"]').fill('More rain.');
		await review.locator('input[name="reviewer"]').fill('Maya');
		await review.getByRole('button', { name: 'Send decisions' }).click();
		await review.getByText('the run goes on').first().waitFor();
		await review.screenshot({ path: join(world.screenshots, 'gate-thanks.png'), fullPage: true });

		const execution = await n8n.api.waitForExecution(id);
		expect(execution.status).toBe('success');
		const left = (output: number) => outOf(execution, String(AFTER[output])).map(({ json }) => json.own);
		expect([APPROVED, REJECTED, REDIRECTED].map(left)).toEqual([
			['Brief of p0'],
			['Brief of p1'],
			['Brief of p2'],
		]);
		await page.keyboard.press('Escape');
		await node(String(AFTER[APPROVED])).locator('[data-test-id^="canvas-node-status-success"]').waitFor();
		await page.screenshot({ path: join(world.screenshots, 'gate-done.png') });
	});
});
