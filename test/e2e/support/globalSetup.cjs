/**
 * Starts what most tests share: the stand-in for Gemini and one n8n with the packed package. The scripts are ES modules,
 * which Jest's sandbox cannot load, so they are loaded here, outside of it.
 */
const { randomUUID } = require('node:crypto');
const { existsSync, mkdtempSync, mkdirSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { findBrowser } = require('./browser.cjs');

const REPOSITORY = join(__dirname, '..', '..', '..');

module.exports = async () => {
	const browserPath = findBrowser();
	if (!existsSync(join(REPOSITORY, 'dist', 'nodes'))) {
		throw new Error(
			'The package is not built: run the tests with "npm run test:e2e", which builds it first.',
		);
	}
	const [instance, standInModel, prepare, result, waiting, processes, gate, review, install] =
		await Promise.all([
			import('../../../scripts/n8nInstance.mjs'),
			import('../../../scripts/standInModel.mjs'),
			import('../../../scripts/start/prepare.mjs'),
			import('../../../scripts/start/result.mjs'),
			import('../../../scripts/start/waiting.mjs'),
			import('../../../scripts/lib/processes.mjs'),
			import('../../../scripts/prove/gateFlow.mjs'),
			import('../../../scripts/start/review.mjs'),
			import('../../../scripts/n8nInstall.mjs'),
		]);
	const { openStateStore } = require(join(REPOSITORY, 'dist', 'nodes', 'shared', 'state', 'index.js'));
	const folder = mkdtempSync(join(tmpdir(), 'greenlight-e2e-'));
	const screenshots = join(folder, 'screenshots');
	mkdirSync(screenshots);
	const world = {
		scripts: {
			...instance,
			...standInModel,
			...prepare,
			...result,
			...waiting,
			...processes,
			...review,
			...install,
			gate,
		},
		repository: REPOSITORY,
		folder,
		screenshots,
		browserPath,
		loadLog: join(folder, 'loaded-modules.txt'),
		owner: { email: 'owner@example.com', password: 'Green-e2e-Tests-7', firstName: 'E2E', lastName: 'Owner' },
		openStore: (path) => openStateStore({ path, clock: Date.now, newId: randomUUID }),
		// Outside of the sandbox: it has no dynamic import of its own.
		loadMcp: async () => {
			const { n8nDir } = await install.installN8n();
			const sdk = join(n8nDir, 'node_modules', '@modelcontextprotocol', 'sdk', 'dist', 'cjs', 'client');
			return { ...require(join(sdk, 'index.js')), ...require(join(sdk, 'streamableHttp.js')) };
		},
		cleanUps: [],
	};
	globalThis.greenlightWorld = world;
	try {
		await bringUp(world);
	} catch (error) {
		await require('./globalTeardown.cjs')();
		throw new Error(
			`The end-to-end tests cannot start: ${error.message}${error.details ? `\n${error.details}` : ''}`,
		);
	}
};

async function bringUp(world) {
	const { packPackage, startN8n, startStandIn } = world.scripts;
	world.tarball = await packPackage(REPOSITORY, join(world.folder, 'package'));
	world.standIn = await startStandIn();
	world.cleanUps.push(world.standIn.stop);
	world.n8n = await startN8n({
		userFolder: join(world.folder, 'shared'),
		packageTarball: world.tarball,
		env: {
			NODE_OPTIONS: `--require ${join(__dirname, 'moduleLoadHook.cjs')}`,
			GREENLIGHT_E2E_LOAD_LOG: world.loadLog,
			// Executions of tests are many and short.
			N8N_CONCURRENCY_PRODUCTION_LIMIT: '-1',
		},
	});
	world.cleanUps.push(world.n8n.stop);
	await world.n8n.api.enter(world.owner);
}
