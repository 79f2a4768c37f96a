/** The pictures of docs/first-pipeline.md: template 02 from the brief to the approved set, as a person sees it. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { itemsOf } from '../prove/gateFlow.mjs';

/** Where a panel has what to fill in. */
const PANEL = '[data-test-id="ndv"]';
const BUTTON = 'When you press the button';
const GATE = 'Ask the creative director';
const RESULT = 'Export the approved set';
const PATIENCE_MS = 60_000;

/**
 * @param {object} place
 * @param {import('playwright-core').Page} place.page Logged in.
 * @param {import('../n8nInstance.mjs').N8nInstance} place.n8n
 * @param {string} place.workflowId Template 02 with its credential.
 * @param {string} place.folder Where the pictures go.
 * @param {(name: string) => void} place.say
 */
export async function shootFirstPipeline({ page, n8n, workflowId, folder, say }) {
	/** @param {string} name @param {import('playwright-core').Page} of */
	const shoot = async (name, of = page) => {
		await of.screenshot({ path: join(folder, `first-${name}.png`) });
		say(`docs/images/first-${name}.png`);
	};
	const url = `${n8n.baseUrl}/workflow/${workflowId}`;
	/** @param {string} step */
	const open = async (step) => {
		await page.locator(`[data-test-id="canvas-node"][data-node-name="${step}"]`).dblclick();
		await page.locator(PANEL).waitFor();
		await sleep(1_000);
	};
	await page.setViewportSize({ width: 1400, height: 800 });
	await page.goto(url);
	await open('Capture the intent');
	await shoot('credential');
	await page.goto(url);
	await open('Set your brief');
	await shoot('brief');

	await page.goto(url);
	await page.locator('[data-test-id="canvas-node"]').first().waitFor();
	// The button that each way to start has beside it, once one points at it.
	await page.locator(`[data-test-id="canvas-node"][data-node-name="${BUTTON}"]`).hover();
	await page.locator(`[data-test-id="execute-workflow-button-${BUTTON}"]`).click();
	const id = await waits(n8n, workflowId);
	await open(GATE);
	const link = page.getByRole('link', { name: 'Open the review page' }).first();
	await link.waitFor();
	await shoot('waiting');

	const [review] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
	await review.setViewportSize({ width: 1100, height: 900 });
	await review.getByRole('button', { name: 'Send decisions' }).waitFor();
	await shoot('review', review);
	await review.getByRole('button', { name: /Approve all that pass/ }).click();
	await review.locator('input[name="reviewer"]').fill('Maya');
	await review.getByRole('button', { name: 'Send decisions' }).click();
	await review.getByText('the run goes on').first().waitFor();
	await shoot('thanks', review);
	await review.close();

	const execution = await n8n.api.waitForExecution(id);
	if (itemsOf(execution, RESULT).length !== 1) throw new Error('The run did not end with an approved set.');
	await page.goto(`${n8n.baseUrl}/workflow/${workflowId}/executions/${id}`);
	const preview = page.locator('[data-test-id="execution-preview-host"]');
	await preview.locator('[data-test-id="canvas-node"]').first().waitFor();
	await sleep(1_500);
	await shoot('finished');
}

/** @param {import('../n8nInstance.mjs').N8nInstance} n8n @param {string} workflowId @returns {Promise<string>} */
async function waits({ api }, workflowId) {
	for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(300)) {
		const [newest] = await api.listExecutions({ workflowId, status: ['waiting'] });
		if (newest !== undefined) return newest.id;
	}
	throw new Error('The run did not wait for a person within a minute.');
}
