/** One running n8n with this package installed the way users install it. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlainError, explainNpmFailure, lastLines } from './lib/plainError.mjs';
import {
	NPM_INSTALL_OPTIONS,
	REPOSITORY,
	endGroup,
	freePorts,
	npmCommand,
	run,
	signalGroup,
} from './lib/processes.mjs';
import { createApi } from './n8nApi.mjs';
import { installN8n } from './n8nInstall.mjs';

export const PACKAGE_NAME = 'n8n-nodes-greenlight';

const READY_TIMEOUT_MS = 180_000;
const STOP_GRACE_MS = 8_000;
/** Settings of whoever starts n8n that would make it another n8n, or send a key elsewhere. */
const NOT_PASSED_ON =
	/^(N8N_|DB_|QUEUE_|EXECUTIONS_|WEBHOOK_URL$|NODE_ENV$|NODE_OPTIONS$|NODE_PATH$|JEST_|npm_|GEMINI_|GOOGLE_|GREENLIGHT_)/;

/**
 * @typedef {object} N8nInstance
 * @property {string} baseUrl
 * @property {import('./n8nApi.mjs').N8nApi} api
 * @property {number} pid Also the process group's id.
 * @property {number} port
 * @property {string} logFile Everything that n8n printed.
 * @property {string} stateFile Where the nodes keep their runs.
 * @property {Promise<void>} exited Settles when n8n ends, for whatever reason.
 * @property {() => Promise<void>} stop Ends this n8n and what it started, nothing else. May be called twice.
 * @property {() => void} kill The same at once and for good, as a crash would.
 */

/**
 * Starts n8n and waits until it answers.
 * @param {object} options
 * @param {string} options.userFolder n8n's home; made if missing.
 * @param {string} [options.packageTarball] From `packPackage`; installed first.
 * @param {string} [options.packageDir] A checkout that is packed and installed first.
 * @param {number} [options.port] Must be free; a free one is taken when absent.
 * @param {Record<string, string>} [options.env] More settings for n8n.
 * @param {(line: string) => void} [options.log]
 * @param {AbortSignal} [options.signal] Ends the start.
 * @returns {Promise<N8nInstance>}
 */
export async function startN8n({
	userFolder,
	packageTarball,
	packageDir,
	port,
	env = {},
	log = () => undefined,
	signal,
}) {
	const { n8nDir, nodeBin } = await installN8n({ log, ...(signal ? { signal } : {}) });
	await mkdir(userFolder, { recursive: true });
	if (packageTarball) await installPackage({ userFolder, tarball: packageTarball, nodeBin });
	else if (packageDir) await installCheckout({ userFolder, packageDir, nodeBin });
	const [n8nPort = 0, brokerPort = 0] = await choosePorts(port);
	const baseUrl = `http://127.0.0.1:${n8nPort}`;
	const logFile = join(userFolder, 'n8n.log');
	signal?.throwIfAborted();
	const output = openSync(logFile, 'a');
	const child = spawn(nodeBin, [join(n8nDir, 'node_modules', 'n8n', 'bin', 'n8n'), 'start'], {
		cwd: userFolder,
		env: n8nEnvironment({ userFolder, nodeBin, n8nPort, brokerPort, env }),
		// A file, never a pipe: n8n spins for ever once its pipe closes.
		stdio: ['ignore', output, output],
		detached: true,
		windowsHide: true,
	});
	closeSync(output);
	const pid = child.pid ?? 0;
	let exitCode = /** @type {number | null | undefined} */ (undefined);
	const exited = new Promise((/** @type {(value: void) => void} */ resolve) => {
		const end = (/** @type {number | null} */ code) => {
			exitCode = code;
			resolve();
		};
		child.once('exit', (code) => end(code));
		child.once('error', () => end(1));
	});
	/** Once: after that another process may have the number. */
	const kill = () => {
		process.removeListener('exit', kill);
		signalGroup(pid, 'SIGKILL');
	};
	process.once('exit', kill);
	const stop = async () => {
		await endGroup(pid, STOP_GRACE_MS);
		await exited;
		process.removeListener('exit', kill);
	};
	try {
		await waitUntilReady(baseUrl, { hasEnded: () => exitCode !== undefined, logFile, signal });
	} catch (error) {
		await stop();
		throw error;
	}
	const stateFile = join(userFolder, '.n8n', 'greenlight', 'state.sqlite');
	return { baseUrl, api: createApi(baseUrl), pid, port: n8nPort, logFile, stateFile, exited, stop, kill };
}

/** @param {number | undefined} wanted @returns {Promise<number[]>} n8n's port and its runner broker's. */
async function choosePorts(wanted) {
	const ports = await freePorts(2, wanted ? [wanted] : []);
	if (wanted && ports[0] !== wanted)
		throw new PlainError(`Port ${wanted} is taken: choose another with --port.`);
	return ports;
}

/**
 * @param {{ userFolder: string, nodeBin: string, n8nPort: number, brokerPort: number, env: Record<string, string> }} options
 * @returns {NodeJS.ProcessEnv}
 */
function n8nEnvironment({ userFolder, nodeBin, n8nPort, brokerPort, env }) {
	const inherited = Object.fromEntries(
		Object.entries(process.env).filter(([name]) => !NOT_PASSED_ON.test(name)),
	);
	return {
		...inherited,
		PATH: `${dirname(nodeBin)}${delimiter}${process.env.PATH ?? ''}`,
		NODE_ENV: 'production',
		N8N_USER_FOLDER: userFolder,
		N8N_PORT: String(n8nPort),
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		WEBHOOK_URL: `http://127.0.0.1:${n8nPort}/`,
		N8N_EDITOR_BASE_URL: `http://127.0.0.1:${n8nPort}/`,
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_DISABLED_MODULES: 'insights,mcp-registry,chat-hub,instance-ai',
		N8N_LOG_LEVEL: 'info',
		GENERIC_TIMEZONE: Intl.DateTimeFormat().resolvedOptions().timeZone,
		...env,
	};
}

/** @param {string} baseUrl @param {{ hasEnded: () => boolean, logFile: string, signal: AbortSignal | undefined }} options */
async function waitUntilReady(baseUrl, { hasEnded, logFile, signal }) {
	const deadline = Date.now() + READY_TIMEOUT_MS;
	while (!(await answers(`${baseUrl}/healthz/readiness`)) || !(await answers(`${baseUrl}/rest/settings`))) {
		signal?.throwIfAborted();
		if (hasEnded() || Date.now() > deadline) {
			const details = lastLines(await readFile(logFile, 'utf8').catch(() => ''));
			const what = hasEnded() ? 'n8n ended while it was starting' : 'n8n did not answer within 3 minutes';
			throw new PlainError(
				/\bENOSPC\b|database or disk is full/.test(details)
					? 'n8n could not start because the disk is full: free some space, then start again.'
					: `${what}: the lines above, from ${logFile}, name the reason.`,
				{ details },
			);
		}
		await sleep(250);
	}
}

/** @param {string} url */
async function answers(url) {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
		const text = await response.text();
		// While it migrates, n8n answers every address with a page.
		return response.ok && text.startsWith('{');
	} catch {
		return false;
	}
}

/**
 * Packs the built package into `folder`, under a name that changes with its content.
 * @param {string} [packageDir] @param {string} [folder] @returns {Promise<string>} The tarball's path.
 */
export async function packPackage(packageDir = REPOSITORY, folder = undefined) {
	const target = folder ?? (await mkdtemp(join(tmpdir(), 'greenlight-package-')));
	await mkdir(target, { recursive: true });
	const work = await mkdtemp(join(target, 'pack-'));
	try {
		const result = await run(
			[...npmCommand(), 'pack', '--ignore-scripts', '--silent', '--pack-destination', work],
			{ cwd: packageDir },
		);
		const name = result.output.trim().split('\n').at(-1) ?? '';
		if (result.code !== 0 || !existsSync(join(work, name))) {
			throw new PlainError(explainNpmFailure('Packing the nodes', result.output), {
				details: lastLines(result.output),
			});
		}
		const hash = createHash('sha256')
			.update(await readFile(join(work, name)))
			.digest('hex')
			.slice(0, 12);
		const tarball = join(target, `${basename(name, '.tgz')}-${hash}.tgz`);
		await rename(join(work, name), tarball);
		return tarball;
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}

/**
 * Installs the package below n8n's own folder, so that its types are `n8n-nodes-greenlight.*`; nothing happens when this very
 * tarball is installed already.
 * @param {{ userFolder: string, tarball: string, nodeBin?: string }} options
 */
export async function installPackage({ userFolder, tarball, nodeBin = process.execPath }) {
	const prefix = join(userFolder, '.n8n', 'nodes');
	const stamp = join(prefix, '.greenlight-stamp');
	const hash = createHash('sha256')
		.update(await readFile(tarball))
		.digest('hex');
	const installed = join(prefix, 'node_modules', PACKAGE_NAME);
	if (existsSync(installed) && (await readFile(stamp, 'utf8').catch(() => '')) === hash) return;
	await rm(stamp, { force: true });
	// npm keeps the file's path; it must outlive whoever made it.
	await rm(join(prefix, 'packages'), { recursive: true, force: true });
	await mkdir(join(prefix, 'packages'), { recursive: true });
	const kept = join(prefix, 'packages', `${PACKAGE_NAME}-${hash.slice(0, 12)}.tgz`);
	await copyFile(tarball, kept);
	if (!existsSync(join(prefix, 'package.json')))
		await writeFile(join(prefix, 'package.json'), '{ "private": true }\n');
	await rm(installed, { recursive: true, force: true });
	const result = await run(
		[
			...npmCommand(nodeBin),
			'install',
			'--prefix',
			prefix,
			'--omit=peer',
			'--omit=dev',
			'--ignore-scripts',
			'--no-package-lock',
			...NPM_INSTALL_OPTIONS,
			kept,
		],
		{ cwd: prefix },
	);
	if (result.code !== 0) {
		throw new PlainError(explainNpmFailure('Installing the nodes into n8n', result.output), {
			details: lastLines(result.output),
		});
	}
	await writeFile(stamp, hash);
}

/** @param {{ userFolder: string, packageDir: string, nodeBin: string }} options */
async function installCheckout({ userFolder, packageDir, nodeBin }) {
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-package-'));
	try {
		await installPackage({ userFolder, tarball: await packPackage(packageDir, folder), nodeBin });
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
