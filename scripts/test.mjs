/**
 * `npm test`: lint, types and the fast suite, each to its end. With `--e2e`: the suite in real n8n. With `--postgres`: what
 * has to hold on PostgreSQL too. The last line is `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY, onEndRequest } from './lib/processes.mjs';

const require = createRequire(import.meta.url);

/** @type {import('node:child_process').ChildProcess | undefined} */
let running;
onEndRequest((exitCode) => {
	running?.kill('SIGTERM');
	process.exit(exitCode);
});

/**
 * A package's command, run with this Node and shown as it comes.
 * @param {string} name @param {string} script @param {readonly string[]} args @returns {Promise<boolean>} Whether it succeeded.
 */
async function stage(name, script, args) {
	process.stdout.write(`\n== ${name}\n`);
	const child = spawn(process.execPath, [script, ...args], {
		cwd: REPOSITORY,
		stdio: ['ignore', 'inherit', 'inherit'],
	});
	running = child;
	return new Promise((resolve) => {
		child.once('error', () => resolve(false));
		child.once('exit', (code) => resolve(code === 0));
	});
}

/** Where a package's command is. @param {string} packageName @param {string} [command] */
function commandOf(packageName, command = packageName) {
	const manifest = require.resolve(`${packageName}/package.json`);
	const { bin } = require(manifest);
	return join(manifest, '..', typeof bin === 'string' ? bin : bin[command]);
}

/**
 * A suite that could not run at all counts as one failure.
 * @param {string} file @param {boolean} succeeded @returns {Promise<{ passed: number, failed: number }>}
 */
async function countTests(file, succeeded) {
	const report = await readFile(file, 'utf8').then(JSON.parse, () => undefined);
	if (!report) return { passed: 0, failed: 1 };
	for (const { assertionResults } of report.testResults) {
		for (const { status, ancestorTitles, title } of assertionResults) {
			if (status === 'todo') process.stdout.write(`Not run: ${ancestorTitles.join(' › ')}: ${title}\n`);
		}
	}
	const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
	return { passed: report.numPassedTests, failed: Math.max(failed, succeeded ? 0 : 1) };
}

/** What each suite runs beside Jest, and how. @type {Readonly<Record<string, { name: string, checks: boolean, jest: string[] }>>} */
const SUITES = {
	'--fast': { name: 'Tests', checks: true, jest: [] },
	'--e2e': {
		name: 'Tests in real n8n',
		checks: false,
		jest: ['--config', 'jest.e2e.config.cjs', '--runInBand'],
	},
	'--postgres': {
		name: 'State and flows on PostgreSQL',
		checks: false,
		jest: ['test/conformance', 'test/state', 'test/engine', '--testTimeout', '60000'],
	},
};

const asked = process.argv[2] ?? '';
const suite = SUITES[asked] ?? SUITES['--fast'];
const jestOptions = process.argv.slice(SUITES[asked] ? 3 : 2);
const folder = await mkdtemp(join(tmpdir(), 'greenlight-test-'));
try {
	const report = join(folder, 'jest.json');
	const checks = suite.checks
		? [
				await stage('Lint', commandOf('eslint'), ['.']),
				await stage('Types', commandOf('typescript', 'tsc'), ['--noEmit', '-p', 'tsconfig.json']),
			]
		: [];
	const jest = await stage(suite.name, commandOf('jest'), [
		...suite.jest,
		'--json',
		`--outputFile=${report}`,
		...jestOptions,
	]);
	const tests = await countTests(report, jest);
	const passed = tests.passed + checks.filter(Boolean).length;
	const failed = tests.failed + checks.filter((ok) => !ok).length;
	process.exitCode = failed > 0 ? 1 : 0;
	process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
} finally {
	await rm(folder, { recursive: true, force: true });
}
