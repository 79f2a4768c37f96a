/** The editor in Chromium: what a person sees of the template and the nodes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import {
	BUTTON,
	CHECK,
	DONE,
	ROUTER,
	WRITE,
	errorOf,
	importFlow,
	importWorkflow,
	itemsOf,
	readTemplate,
	templateNames,
	type Flow,
} from './support/flow';
import { until, world, type Json } from './support/world';

const ARGUMENTS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

const FAULT = '[data-test-id="node-issues"], [data-test-id="parameter-issues"]';

/** The labels that have to be on a node's panel as the template opens it. */
const PANELS: Array<[node: string, file: string, labels: string[]]> = [
	[
		'Capture the intent',
		'panel-intent',
		['Credential', 'Resource', 'Operation', 'Brief', 'Model', 'When It Fails', 'Options', 'Run'],
	],
	[
		WRITE,
		'panel-concepts',
		[
			'Credential',
			'Resource',
			'Operation',
			'Number of Concepts',
			'Brief',
			'Style Guide',
			'Model',
			'When It Fails',
			'Options',
			'Run',
		],
	],
	[CHECK, 'panel-style', ['Credential', 'Model', 'Options', 'Run']],
	[
		ROUTER,
		'panel-router',
		[
			'Attempts',
			'How Many Have to Pass (0 = All)',
			'How to Try Again',
			'When Nothing Is Left to Try',
			'Options',
			'Run',
		],
	],
	['Hand to a person', 'panel-store', ['Resource', 'Operation', 'Who', 'Why', 'Next Step', 'Run']],
];

describe('the editor', () => {
	let browser: Browser;
	let page: Page;
	let flow: Flow;
	const faults: string[] = [];

	beforeAll(async () => {
		flow = await importFlow('editor');
		browser = await chromium.launch({ executablePath: world.browserPath, args: ARGUMENTS });
		const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
		page = await context.newPage();
		page.setDefaultTimeout(20_000);
		page.on('pageerror', (error) => faults.push(String(error)));
		page.on('response', (response) => {
			if (response.status() >= 400 && /icons|n8n-nodes-greenlight/.test(response.url()))
				faults.push(response.url());
		});
		await logIn(page);
	});
	afterAll(() => browser?.close());

	it('shows every node of the template with its own icon and without a fault', async () => {
		await openWorkflow(page, flow.workflow.id);

		const nodes = flow.workflow.nodes.filter((node: Json) => !node.type.endsWith('stickyNote'));
		await nodeOnCanvas(page)
			.nth(nodes.length - 1)
			.waitFor();
		expect((await nodesOnCanvas(page)).sort()).toEqual(nodes.map(({ name }: Json) => name).sort());
		for (const { name, type } of nodes) {
			if (type.startsWith('n8n-nodes-greenlight.'))
				expect([name, await iconsOf(page, name)]).toEqual([name, [true]]);
		}
		expect(await page.locator(FAULT).count()).toBe(0);
		expect(await nodeOnCanvas(page).getByText('?', { exact: true }).count()).toBe(0);
		await shoot(page, 'canvas');
		expect(faults).toEqual([]);
	});

	it('asks only for the Gemini credential after an import', async () => {
		const { id } = await world.n8n.api.importWorkflow(readTemplate());
		await openWorkflow(page, id);
		await page.locator(FAULT).first().waitFor();

		const marked = await Promise.all(
			(await nodesOnCanvas(page)).map(async (name) =>
				(await nodeOnCanvas(page, name).locator(FAULT).count()) > 0 ? [name] : [],
			),
		);
		expect(marked.flat().filter((name) => !['Capture the intent', WRITE, CHECK].includes(name))).toEqual([]);
		expect(marked.flat()).toEqual(expect.arrayContaining(['Capture the intent', WRITE]));
		await shoot(page, 'canvas-without-credential');
	});

	it.each(templateNames().filter((name) => !name.startsWith('01-')))(
		'shows the template %s without a fault',
		async (template) => {
			const { workflow } = await importWorkflow(`editor-${template}`, readTemplate(template));
			await openWorkflow(page, workflow.id);
			const nodes = workflow.nodes.filter((node: Json) => !node.type.endsWith('stickyNote'));
			await nodeOnCanvas(page)
				.nth(nodes.length - 1)
				.waitFor();
			expect(await page.locator(FAULT).count()).toBe(0);
			expect(await nodeOnCanvas(page).getByText('?', { exact: true }).count()).toBe(0);
			await shoot(page, `canvas-${template}`);
			expect(faults).toEqual([]);
		},
	);

	it.each(PANELS)('opens the panel of %s with its labels', async (name, file, labels) => {
		await openWorkflow(page, flow.workflow.id);
		await nodeOnCanvas(page, name).dblclick();
		const parameters = page.locator('[data-test-id="ndv"] [data-test-id="node-parameters"]');
		await parameters.getByText('Run', { exact: true }).first().waitFor();

		const shown = (await parameters.innerText()).split('\n').map((line) => line.trim());
		expect(labels.filter((label) => !shown.includes(label))).toEqual([]);
		expect(await parameters.locator(FAULT).count()).toBe(0);
		expect(
			await page
				.locator('[data-test-id="ndv"] header')
				.getByRole('link', { name: 'Docs' })
				.getAttribute('href'),
		).toBe(docsOf(flow, name));
		await shoot(page, file);
		expect(faults).toEqual([]);
	});

	it.each(['concepts', 'style', 'retry', 'review', 'status', 'state'])(
		'takes the example of docs/%s.md by copy and paste',
		async (name) => {
			const text = readFileSync(join(__dirname, '../../docs', `${name}.md`), 'utf8');
			const blocks = [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
			const example = blocks.find((block) => 'nodes' in JSON.parse(block)) ?? '';
			const names = JSON.parse(example).nodes.map((node: Json) => node.name);
			await page.goto(`${world.n8n.baseUrl}/workflow/new`);
			await page.locator('[data-test-id="canvas-wrapper"]').waitFor();
			await page.evaluate(`{
				const clipboardData = new DataTransfer();
				clipboardData.setData('text/plain', ${JSON.stringify(example)});
				document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
			}`);

			await nodeOnCanvas(page)
				.nth(names.length - 1)
				.waitFor();
			expect((await nodesOnCanvas(page)).sort()).toEqual(names.sort());
			expect(await nodeOnCanvas(page).getByText('?', { exact: true }).count()).toBe(0);
			await shoot(page, `pasted-${name}`);
			expect(faults).toEqual([]);
		},
	);

	it("runs when the button at 'When you press the button' is clicked, and shows the run", async () => {
		await openWorkflow(page, flow.workflow.id);
		await nodeOnCanvas(page, BUTTON).hover();
		await page.locator(`[data-test-id="execute-workflow-button-${BUTTON}"]`).click();

		const id = await until('the click starts an execution', async () => {
			return (await world.n8n.api.listExecutions({ workflowId: flow.workflow.id }))[0]?.id;
		});
		const execution = await world.n8n.api.waitForExecution(id);
		expect(errorOf(execution)).toBe('');
		expect(itemsOf(execution, ROUTER, DONE)).toHaveLength(3);

		await page.goto(`${world.n8n.baseUrl}/workflow/${flow.workflow.id}/executions/${id}`);
		const shown = page.locator('[data-test-id="execution-preview-host"]');
		await shown.getByText('3 items').first().waitFor();
		for (const name of Object.keys(execution.data.resultData.runData)) {
			const marks = nodeOnCanvas(page, name).locator('[data-test-id^="canvas-node-status-success"]');
			expect(`${name}: ${(await marks.count()) > 0 ? 'success' : 'no mark'}`).toBe(`${name}: success`);
		}
		await shoot(page, 'execution');
		expect(faults).toEqual([]);
	});
});

/** Where the button Docs has to lead: n8n appends nothing to it. */
function docsOf({ workflow }: Flow, step: string): string {
	const type: string = workflow.nodes.find(({ name }: Json) => name === step).type.split('.')[1];
	const anchor = type.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
	return `https://www.npmjs.com/package/n8n-nodes-greenlight#${anchor}`;
}

async function logIn(page: Page): Promise<void> {
	await page.goto(`${world.n8n.baseUrl}/signin`);
	await page.locator('input[type="email"], input[name="emailOrLdapLoginId"]').fill(world.owner.email);
	await page.locator('input[type="password"]').fill(world.owner.password);
	await page.locator('[data-test-id="form-submit-button"]').click();
	await page.waitForURL((url) => !url.pathname.startsWith('/signin'));
}

async function openWorkflow(page: Page, id: string): Promise<void> {
	await page.goto(`${world.n8n.baseUrl}/workflow/${id}`);
	await page.locator('[data-test-id="canvas-node"]').first().waitFor();
}

function nodeOnCanvas(page: Page, name?: string): Locator {
	const named =
		name === undefined ? ':not([data-node-type="n8n-nodes-base.stickyNote"])' : `[data-node-name="${name}"]`;
	return page.locator(`[data-test-id="canvas-node"]${named}`);
}

function nodesOnCanvas(page: Page): Promise<string[]> {
	return nodeOnCanvas(page).evaluateAll((elements) =>
		elements.map((element) => element.getAttribute('data-node-name') ?? ''),
	);
}

/** For each picture on the node: whether it could be drawn. */
function iconsOf(page: Page, name: string): Promise<boolean[]> {
	return nodeOnCanvas(page, name)
		.locator('img')
		.evaluateAll((images) =>
			Promise.all(
				images.map((image) =>
					(image as unknown as { decode(): Promise<void> }).decode().then(
						() => true,
						() => false,
					),
				),
			),
		);
}

async function shoot(page: Page, name: string): Promise<void> {
	await page.screenshot({ path: join(world.screenshots, `${name}.png`) });
}
