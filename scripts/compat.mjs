/**
 * The flows on the engine of another n8n: `npm run test:n8n -- 2.39.8 2.40.3`. Installs n8n-core of each version into the cache folder (half a
 * minute, 400 MB), and runs what goes through it: templates, nodes and what is read from n8n's insides. The whole n8n, with editor and web
 * server, is tested in the one version of `scripts/n8nInstall.mjs`. The last line is `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PlainError, explainNpmFailure, lastLines, reportError } from './lib/plainError.mjs';
import { NPM_INSTALL_OPTIONS, REPOSITORY, npmCommand, run } from './lib/processes.mjs';
import { cacheFolder } from './n8nInstall.mjs';

const SUITES = ['test/engine', 'test/host', 'test/nodes'];

/** @param {string} version @returns {Promise<string>} Where it is. */
async function installEngine(version) {
	const folder = join(cacheFolder(), `n8n-core-${version}`);
	const done = join(folder, 'complete');
	if (existsSync(done)) return folder;
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	// zod as n8n itself has it; n8n-core asks for exactly that.
	const dependencies = { 'n8n-core': version, 'reflect-metadata': '0.2.2', zod: '3.25.76' };
	await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
	const { code, output } = await run(
		[...npmCommand(), 'install', '--ignore-scripts', ...NPM_INSTALL_OPTIONS],
		{ cwd: folder },
	);
	if (code !== 0) {
		throw new PlainError(explainNpmFailure(`Installing n8n-core ${version}`, output), {
			details: lastLines(output),
		});
	}
	await writeFile(done, '');
	return folder;
}

/** @param {string} folder @returns {Promise<{ passed: number, failed: number }>} */
async function runSuites(folder) {
	const report = join(folder, 'jest.json');
	await rm(report, { force: true });
	const manifest = createRequire(import.meta.url).resolve('jest/package.json');
	const jest = join(manifest, '..', 'bin', 'jest.js');
	const child = spawn(process.execPath, [jest, ...SUITES, '--silent', '--json', `--outputFile=${report}`], {
		cwd: REPOSITORY,
		env: { ...process.env, GREENLIGHT_N8N_CORE: folder },
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	await new Promise((resolve) => child.once('exit', resolve));
	const found = await readFile(report, 'utf8').then(JSON.parse, () => undefined);
	if (found === undefined) return { passed: 0, failed: 1 };
	return { passed: found.numPassedTests, failed: found.numFailedTests + found.numRuntimeErrorTestSuites };
}

try {
	const versions = process.argv.slice(2);
	if (versions.length === 0 || !versions.every((version) => /^\d+\.\d+\.\d+$/.test(version)))
		throw new PlainError('Say which versions: npm run test:n8n -- 2.39.8 2.40.3');
	let passed = 0;
	let failed = 0;
	for (const version of versions) {
		const counted = await runSuites(await installEngine(version));
		process.stdout.write(`n8n-core ${version}: ${counted.passed} passed, ${counted.failed} failed\n`);
		passed += counted.passed;
		failed += counted.failed;
	}
	process.stdout.write(`${passed} passed, ${failed} failed\n`);
	process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
	process.exitCode = reportError(error);
}
