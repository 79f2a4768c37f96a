/**
 * `npm run screenshots [-- PART OF A NAME …]`: a picture of each template's canvas, as a real n8n draws it, and with
 * 02 those of docs/first-pipeline.md, into `docs/images`. Fails when n8n does not know a step or shows a warning on one.
 */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { PlainError, reportError } from './lib/plainError.mjs';
import { REPOSITORY, onEndRequest } from './lib/processes.mjs';
import { OWNER } from './n8nApi.mjs';
import { startN8n } from './n8nInstance.mjs';
import { shootFirstPipeline } from './screenshots/firstPipeline.mjs';
import { startStandIn } from './standInModel.mjs';
import { CHAT_CREDENTIAL_TYPE, CREDENTIAL_TYPE, STAND_IN_KEY, withCredential } from './start/prepare.mjs';

const TEMPLATES = join(REPOSITORY, 'workflows');
const IMAGES = join(REPOSITORY, 'docs', 'images');
/** Around everything on the canvas, px. */
const MARGIN = 24;
const WARNING = '[data-test-id="node-issues"], [data-test-id="parameter-issues"]';
/** What lies over the canvas. */
const HIDDEN = `[data-test-id="canvas-controls"], .vue-flow__panel, [data-test-id="main-header"], [class*="nodeButtonsWrapper"],
	[class*="executionButtons"], .vue-flow__background { visibility: hidden !important; }`;

/** @type {Array<() => Promise<unknown>>} */
const cleanUps = [];
async function cleanUp() {
	for (const undo of cleanUps.splice(0).reverse()) await undo().catch(() => undefined);
}
onEndRequest(async (exitCode) => {
	await cleanUp();
	process.exit(exitCode);
});

async function main() {
	const parts = process.argv.slice(2);
	const files = (await readdir(TEMPLATES))
		.filter(
			(file) => file.endsWith('.json') && (parts.length === 0 || parts.some((part) => file.includes(part))),
		)
		.sort();
	if (files.length === 0) throw new PlainError(`No template has ${parts.join(' or ')} in its name.`);
	const executablePath = createRequire(import.meta.url)('../test/e2e/support/browser.cjs').findBrowser();
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-pictures-'));
	cleanUps.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
	const standIn = await startStandIn();
	cleanUps.push(standIn.stop);
	const n8n = await startN8n({ userFolder: folder, packageDir: REPOSITORY });
	cleanUps.push(n8n.stop);
	await n8n.api.enter(OWNER);
	const credentials = await provideCredentials(n8n.api, standIn.url);
	const browser = await chromium.launch({
		executablePath,
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic'],
	});
	cleanUps.push(() => browser.close());
	const page = await browser.newPage({ viewport: { width: 1800, height: 1100 } });
	page.setDefaultTimeout(30_000);
	await logIn(page, n8n.baseUrl);
	const say = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);
	/** @type {string | undefined} */
	let first;
	for (const file of files) {
		const template = JSON.parse(await readFile(join(TEMPLATES, file), 'utf8'));
		const { id } = await n8n.api.importWorkflow(
			credentials.reduce(
				(json, { types, credential, type }) => withCredential(json, types, credential, type),
				template,
			),
		);
		const path = join(IMAGES, `template-${file.replace(/\.json$/, '.png')}`);
		await shoot(page, `${n8n.baseUrl}/workflow/${id}`, template, path);
		say(`docs/images/template-${file.replace(/\.json$/, '.png')}`);
		if (file.startsWith('02')) first = id;
	}
	if (first !== undefined) await shootFirstPipeline({ page, n8n, workflowId: first, folder: IMAGES, say });
}

/** @param {import('./n8nApi.mjs').N8nApi} api @param {string} url */
async function provideCredentials(api, url) {
	const greenlight = await api.createCredential({
		name: 'Gemini',
		type: CREDENTIAL_TYPE,
		data: { access: 'apiKey', apiKey: STAND_IN_KEY, baseUrl: url, apiVersion: 'v1' },
	});
	const chat = await api.createCredential({
		name: 'Gemini for agents',
		type: CHAT_CREDENTIAL_TYPE,
		data: { host: url, apiKey: STAND_IN_KEY },
	});
	const known = await api.listNodeTypes();
	return [
		{ type: CREDENTIAL_TYPE, credential: greenlight },
		{ type: CHAT_CREDENTIAL_TYPE, credential: chat },
	].map(({ type, credential }) => ({
		type,
		credential,
		types: new Set(
			known
				.filter(({ credentials }) =>
					credentials?.some((/** @type {{ name: string }} */ { name }) => name === type),
				)
				.map(({ name }) => name),
		),
	}));
}

/** @param {import('playwright-core').Page} page @param {string} baseUrl */
async function logIn(page, baseUrl) {
	await page.goto(`${baseUrl}/signin`);
	await page.locator('input[type="email"], input[name="emailOrLdapLoginId"]').fill(OWNER.email);
	await page.locator('input[type="password"]').fill(OWNER.password);
	await page.locator('[data-test-id="form-submit-button"]').click();
	await page.waitForURL((url) => !url.pathname.startsWith('/signin'));
}

/** @param {import('playwright-core').Page} page @param {string} url @param {{ nodes: unknown[] }} template @param {string} path */
async function shoot(page, url, template, path) {
	await page.goto(url);
	const nodes = page.locator('.vue-flow__node');
	await nodes.nth(template.nodes.length - 1).waitFor();
	await page.keyboard.press('1');
	const warnings = await page.locator(`.vue-flow ${WARNING}`).count();
	const unknown = await page.locator('[data-test-id="canvas-node"]').getByText('?', { exact: true }).count();
	if (warnings > 0 || unknown > 0) {
		await page.screenshot({ path });
		throw new PlainError(`${path} shows ${warnings} warnings and ${unknown} steps that n8n does not know.`);
	}
	await page.addStyleTag({ content: HIDDEN });
	const boxes = await settled(nodes);
	const [left, top] = [Math.min(...boxes.map(({ x }) => x)), Math.min(...boxes.map(({ y }) => y))];
	const right = Math.max(...boxes.map(({ x, width }) => x + width));
	const bottom = Math.max(...boxes.map(({ y, height }) => y + height));
	await page.screenshot({
		path,
		clip: {
			x: Math.max(0, left - MARGIN),
			y: Math.max(0, top - MARGIN),
			width: right - left + 2 * MARGIN,
			height: bottom - top + 2 * MARGIN,
		},
	});
}

/** Where the nodes are once the canvas has stopped moving. @param {import('playwright-core').Locator} nodes */
async function settled(nodes) {
	const places = () =>
		nodes.evaluateAll((elements) =>
			elements.map((element) => {
				const { x, y, width, height } = element.getBoundingClientRect();
				return { x, y, width, height };
			}),
		);
	for (let before = await places(); ;) {
		await nodes.page().waitForTimeout(500);
		const now = await places();
		if (JSON.stringify(now) === JSON.stringify(before)) return now;
		before = now;
	}
}

let exitCode = 0;
try {
	await main();
} catch (error) {
	exitCode = reportError(error);
}
await cleanUp();
process.exit(exitCode);
