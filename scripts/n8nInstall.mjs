/**
 * Real n8n, installed once per version and machine in a cache folder outside the repository. n8n comes from the npm registry;
 * its SQLite driver is native, so its file is fetched, else compiled, and kept by itself.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { withLock } from './lib/lock.mjs';
import {
	PlainError,
	explainNpmFailure,
	isRegistryOutOfReach,
	lastLines,
	reportError,
} from './lib/plainError.mjs';
import {
	NPM_INSTALL_OPTIONS,
	duration,
	findNode24,
	isAlive,
	isMain,
	npmCommand,
	onEndRequest,
	run,
} from './lib/processes.mjs';

export const N8N_VERSION = '2.41.1';

const NEEDED_BYTES = 4 * 1024 ** 3;
const PROGRESS_MS = 15_000;
const PREBUILT_TIMEOUT_MS = 60_000;
const BUILT_DRIVER = join('build', 'Release', 'node_sqlite3.node');

/** @typedef {{ n8nDir: string, nodeBin: string }} N8nInstall `n8nDir` holds `node_modules/n8n`. */

/** Where everything is kept that is too large or too slow to make twice. */
export function cacheFolder() {
	const { GREENLIGHT_CACHE_DIR, XDG_CACHE_HOME } = process.env;
	return GREENLIGHT_CACHE_DIR || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'greenlight');
}

/** @param {string} version @param {string} nodeBin */
async function installKey(version, nodeBin) {
	const { output } = await run([nodeBin, '-p', "process.versions.node.split('.')[0]"]);
	return `n8n-${version}-node${output.trim()}-${process.platform}-${process.arch}`;
}

/**
 * Installs n8n unless the cache has it.
 * @param {{ version?: string, log?: (line: string) => void, signal?: AbortSignal }} [options]
 * @returns {Promise<N8nInstall>}
 */
export async function installN8n({ version = N8N_VERSION, log = () => undefined, signal } = {}) {
	const nodeBin = findNode24();
	if (!nodeBin)
		throw new PlainError('Node.js 24 is missing: run "npm install" in this folder, then start again.');
	const n8nDir = join(cacheFolder(), await installKey(version, nodeBin));
	const install = { n8nDir, nodeBin };
	if (isComplete(n8nDir)) return install;
	await mkdir(dirname(n8nDir), { recursive: true }).catch((error) => {
		throw new PlainError(
			`${dirname(n8nDir)} cannot be made (${error.code}): set GREENLIGHT_CACHE_DIR to a folder that can.`,
		);
	});
	await withLock(
		`${n8nDir}.lock`,
		async () => {
			if (!isComplete(n8nDir)) await installNew(version, install, { log, signal });
		},
		() => log(`Another start is installing n8n ${version}: waiting for it …`),
	);
	return install;
}

/** @param {string} n8nDir */
function isComplete(n8nDir) {
	const modules = join(n8nDir, 'node_modules');
	return existsSync(join(modules, 'n8n', 'bin', 'n8n')) && existsSync(join(modules, 'sqlite3', BUILT_DRIVER));
}

/** @typedef {{ log: (line: string) => void, signal?: AbortSignal | undefined }} Progress */

/**
 * Works in a folder of its own and publishes it by renaming, so that nobody ever sees half an install.
 * @param {string} version @param {N8nInstall} install @param {Progress} progress
 */
async function installNew(version, { n8nDir, nodeBin }, progress) {
	await removeAbandoned(n8nDir);
	await checkSpace(dirname(n8nDir));
	const work = `${n8nDir}.part-${process.pid}`;
	// Without its driver n8n is kept for the next start, after the person has installed a compiler.
	const withoutDriver = `${n8nDir}.without-driver`;
	try {
		if (existsSync(withoutDriver)) await rename(withoutDriver, work);
		else await installFromRegistry(version, work, nodeBin, progress);
		try {
			await provideSqliteDriver(work, nodeBin, progress);
		} catch (error) {
			await rename(work, withoutDriver);
			throw error;
		}
		await publish(work, n8nDir);
	} catch (error) {
		if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOSPC') {
			throw new PlainError(explainNpmFailure(`Installing n8n ${version}`, 'ENOSPC'));
		}
		throw error;
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}

/** Half installs of processes that died. @param {string} n8nDir */
async function removeAbandoned(n8nDir) {
	const folder = dirname(n8nDir);
	for (const name of await readdir(folder)) {
		const [, pid] = /\.part-(\d+)$/.exec(name) ?? [];
		if (pid && !isAlive(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
	}
	if (existsSync(n8nDir)) await rm(n8nDir, { recursive: true, force: true });
}

/** @param {string} folder */
async function checkSpace(folder) {
	const { bavail, bsize } = await statfs(folder);
	const free = bavail * bsize;
	if (free >= NEEDED_BYTES) return;
	throw new PlainError(
		`n8n needs about 4 GB of disk space and ${folder} has ${(free / 1024 ** 3).toFixed(1)} GB left: ` +
			'free some space, or set GREENLIGHT_CACHE_DIR to a folder on another disk.',
	);
}

/**
 * Without scripts: with them the install stops at drivers that download their sources from elsewhere.
 * @param {string} version @param {string} folder @param {string} nodeBin @param {Progress} progress
 */
async function installFromRegistry(version, folder, nodeBin, progress) {
	const manifest = { private: true, dependencies: { n8n: version } };
	await mkdir(folder);
	await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
	await withProgress(
		`Installing n8n ${version}: this takes about 5 minutes, once; it is kept in ${dirname(folder)}`,
		progress,
		() => runNpmInstall(version, folder, nodeBin, progress.signal),
	);
}

/** @param {string} version @param {string} cwd @param {string} nodeBin @param {AbortSignal | undefined} signal */
async function runNpmInstall(version, cwd, nodeBin, signal) {
	const what = `Installing n8n ${version}`;
	const npm = npmCommand(nodeBin);
	const env = installEnvironment(nodeBin);
	// Asked first and once: the install itself would try for minutes before it gives up.
	const probe = await run(
		[
			...npm,
			'view',
			`n8n@${version}`,
			'version',
			'--fetch-retries=1',
			'--fetch-retry-mintimeout=1000',
			'--fetch-timeout=30000',
		],
		{ cwd, env, signal },
	);
	if (probe.code !== 0 && isRegistryOutOfReach(probe.output)) {
		throw new PlainError(explainNpmFailure(what, probe.output));
	}
	const result = await run(
		[...npm, 'install', '--ignore-scripts', '--omit=optional', ...NPM_INSTALL_OPTIONS],
		{ cwd, env, signal },
	);
	if (result.code !== 0)
		throw new PlainError(explainNpmFailure(what, result.output), { details: lastLines(result.output) });
}

/** npm and the tools that it calls must run on the Node that n8n will run on. @param {string} nodeBin */
function installEnvironment(nodeBin) {
	const headers = join(dirname(dirname(nodeBin)), 'node_modules', `node-${process.platform}-${process.arch}`);
	return {
		...process.env,
		PATH: `${dirname(nodeBin)}${delimiter}${process.env.PATH ?? ''}`,
		// The pinned Node brings its headers, so that compiling needs no download.
		...(existsSync(join(headers, 'include', 'node', 'node_api.h')) ? { npm_config_nodedir: headers } : {}),
	};
}

/** @param {string} n8nDir @param {string} nodeBin @param {Progress} progress */
async function provideSqliteDriver(n8nDir, nodeBin, progress) {
	const folder = join(n8nDir, 'node_modules', 'sqlite3');
	const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
	const kept = join(cacheFolder(), `sqlite3-${version}-napi-${process.platform}-${process.arch}.node`);
	const built = join(folder, BUILT_DRIVER);
	const loads = async () => {
		const check = await run([nodeBin, '-e', "require('sqlite3')"], { cwd: n8nDir });
		return check.code === 0;
	};
	if (existsSync(kept)) {
		await mkdir(dirname(built), { recursive: true });
		await copyFile(kept, built);
		if (await loads()) return;
	}
	const env = installEnvironment(nodeBin);
	const fetched = await run(
		[nodeBin, join(n8nDir, 'node_modules', 'prebuild-install', 'bin.js'), '-r', 'napi'],
		{
			cwd: folder,
			env,
			timeoutMs: PREBUILT_TIMEOUT_MS,
			signal: progress.signal,
		},
	);
	if (fetched.code !== 0 || !(await loads())) {
		await withProgress("Compiling n8n's SQLite driver: this takes about 2 minutes, once", progress, () =>
			compileSqliteDriver(folder, n8nDir, env, nodeBin, progress.signal),
		);
		if (!(await loads())) {
			throw new PlainError(
				"n8n's SQLite driver was compiled but does not load: please report this with the name of your system.",
			);
		}
	}
	const fresh = `${kept}.part-${process.pid}`;
	await copyFile(built, fresh);
	await rename(fresh, kept);
}

/**
 * @param {string} folder @param {string} n8nDir @param {NodeJS.ProcessEnv} env @param {string} nodeBin
 * @param {AbortSignal | undefined} signal
 */
async function compileSqliteDriver(folder, n8nDir, env, nodeBin, signal) {
	const missing = [];
	for (const tools of [['python3', 'python'], ['make'], ['g++', 'clang++', 'c++']]) {
		const found = await Promise.all(tools.map((tool) => run([tool, '--version'])));
		if (process.platform !== 'win32' && found.every(({ code }) => code !== 0)) missing.push(tools[0]);
	}
	if (missing.length > 0) {
		throw new PlainError(
			`n8n's SQLite driver could not be fetched ready-made and must be compiled, but ${missing.join(', ')} ` +
				`${missing.length === 1 ? 'is' : 'are'} missing: install python3, make and g++ (Debian and Ubuntu: ` +
				'"apt install python3 make g++"; macOS: "xcode-select --install"), then start again.',
		);
	}
	const result = await run(
		[
			...npmCommand(nodeBin),
			'rebuild',
			'sqlite3',
			'--ignore-scripts=false',
			'--foreground-scripts',
			'--loglevel=error',
		],
		// Not another try to fetch it: that was tried, with a time limit.
		{ cwd: n8nDir, env: { ...env, npm_config_build_from_source: 'true' }, signal },
	);
	if (result.code !== 0 || !existsSync(join(folder, BUILT_DRIVER))) {
		throw new PlainError("Compiling n8n's SQLite driver failed: the lines above name the reason.", {
			details: lastLines(result.output, 30),
		});
	}
	for (const leftover of ['obj.target', '.deps']) {
		await rm(join(folder, 'build', 'Release', leftover), { recursive: true, force: true });
	}
}

/** Whoever renames first wins; the other uses the winner's. @param {string} work @param {string} n8nDir */
async function publish(work, n8nDir) {
	try {
		await rename(work, n8nDir);
	} catch (error) {
		if (!isComplete(n8nDir)) throw error;
	}
}

/**
 * @template T
 * @param {string} sentence @param {Progress} progress @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withProgress(sentence, { log }, work) {
	const begin = Date.now();
	log(`${sentence} …`);
	const timer = setInterval(() => log(`${sentence} (${duration(Date.now() - begin)}) …`), PROGRESS_MS);
	try {
		return await work();
	} finally {
		clearInterval(timer);
	}
}

if (isMain(import.meta.url)) {
	onEndRequest((exitCode) => process.exit(exitCode));
	try {
		const { n8nDir } = await installN8n({ log: (line) => process.stderr.write(`${line}\n`) });
		process.stdout.write(`${n8nDir}\n`);
	} catch (error) {
		process.exitCode = reportError(error);
	}
}
