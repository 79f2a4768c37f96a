import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const IS_WINDOWS = process.platform === 'win32';
const KEPT_OUTPUT = 64 * 1024;

export const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Runs a command to its end and keeps the last 64 KB of what it printed. Never throws for a failed command.
 * @param {readonly string[]} command Program and arguments.
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, show?: boolean, signal?: AbortSignal }} [options]
 *   `show` also prints the output to stderr as it comes.
 * @returns {Promise<{ code: number, output: string }>} `code` is 1 also for a program that is missing, timed out or killed.
 */
export async function run(command, options = {}) {
	const [program = '', ...args] = command;
	const child = spawn(program, args, {
		cwd: options.cwd,
		env: options.env ?? process.env,
		stdio: ['ignore', 'pipe', 'pipe'],
		shell: IS_WINDOWS && !program.endsWith('.exe'),
		detached: !IS_WINDOWS,
	});
	let output = '';
	const keep = (/** @type {Buffer} */ chunk) => {
		output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
		if (options.show) process.stderr.write(chunk);
	};
	child.stdout.on('data', keep);
	child.stderr.on('data', keep);
	const end = () => signalGroup(child.pid, 'SIGKILL');
	const timer = options.timeoutMs ? setTimeout(end, options.timeoutMs) : undefined;
	options.signal?.addEventListener('abort', end);
	process.once('exit', end);
	try {
		return await new Promise((resolve) => {
			child.on('error', (error) => resolve({ code: 1, output: `${output}${error.message}` }));
			child.on('close', (code) => resolve({ code: code ?? 1, output }));
		});
	} finally {
		clearTimeout(timer);
		options.signal?.removeEventListener('abort', end);
		process.removeListener('exit', end);
	}
}

/** Whether a process with this id exists. @param {number | undefined} pid */
export function isAlive(pid) {
	if (!pid) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
	}
}

/**
 * Signals a process and everything that it started. The process must lead its own group (`detached`).
 * @param {number | undefined} pid @param {NodeJS.Signals | 0} signal @returns {boolean} Whether anything was there.
 */
export function signalGroup(pid, signal) {
	if (!pid) return false;
	try {
		if (!IS_WINDOWS) process.kill(-pid, signal);
		else if (signal === 0) process.kill(pid, 0);
		else spawn('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore' });
		return true;
	} catch {
		return false;
	}
}

/**
 * Ends a process group: politely, then after the grace for good.
 * @param {number | undefined} pid @param {number} graceMs
 */
export async function endGroup(pid, graceMs) {
	if (!signalGroup(pid, 'SIGTERM')) return;
	const deadline = Date.now() + graceMs;
	while (Date.now() < deadline) {
		if (!signalGroup(pid, 0)) return;
		await sleep(100);
	}
	signalGroup(pid, 'SIGKILL');
}

/**
 * Different ports of 127.0.0.1 that are free now.
 * @param {number} count @param {readonly number[]} [preferred] Tried first, in this order.
 * @returns {Promise<number[]>}
 */
export async function freePorts(count, preferred = []) {
	const held = [];
	const ports = [];
	for (const candidate of [...preferred, ...Array.from({ length: count }, () => 0)]) {
		if (ports.length === count) break;
		const server = await holdPort(candidate);
		if (!server) continue;
		held.push(server);
		ports.push(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
	}
	await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
	return ports;
}

/** @param {number} port @returns {Promise<import('node:net').Server | undefined>} Undefined when it is taken. */
function holdPort(port) {
	return new Promise((resolve) => {
		const server = createServer();
		server.once('error', () => resolve(undefined));
		server.listen(port, '127.0.0.1', () => resolve(server));
	});
}

/**
 * How to call npm: the npm that runs this script, else the one on PATH.
 * @param {string} [nodeBin] The Node to run it with.
 * @returns {string[]}
 */
export function npmCommand(nodeBin = process.execPath) {
	const npm = process.env.npm_execpath;
	return npm && /npm-cli\.c?js$/.test(npm) && existsSync(npm) ? [nodeBin, npm] : ['npm'];
}

/**
 * Options of every install: no chatter, what is in npm's cache is taken from there, and a connection that stalls is tried
 * again after seconds in place of npm's own five minutes.
 */
export const NPM_INSTALL_OPTIONS = [
	'--no-audit',
	'--no-fund',
	'--loglevel=error',
	'--prefer-offline',
	'--fetch-timeout=20000',
	'--fetch-retries=5',
	'--fetch-retry-mintimeout=1000',
	'--fetch-retry-maxtimeout=10000',
];

/** The Node 24 that n8n needs: this one, else the one that the package pins. @returns {string | undefined} */
export function findNode24() {
	if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
	const pinned = join(REPOSITORY, 'node_modules', 'node', 'bin', IS_WINDOWS ? 'node.exe' : 'node');
	return existsSync(pinned) ? pinned : undefined;
}

/** `1 min 30 s` @param {number} ms */
export function duration(ms) {
	const seconds = Math.round(ms / 1000);
	return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Whether this module is what Node was started with. @param {string} moduleUrl `import.meta.url` */
export function isMain(moduleUrl) {
	const started = process.argv[1];
	return (
		started !== undefined &&
		existsSync(started) &&
		realpathSync(started) === realpathSync(fileURLToPath(moduleUrl))
	);
}

/**
 * Calls back once when the person or the system asks to end: Ctrl-C, a closed terminal, SIGTERM, or, under npm, the end of npm.
 * @param {(exitCode: number) => void} callback Gets the exit code that is usual for the signal.
 */
export function onEndRequest(callback) {
	let asked = false;
	const ask = (/** @type {number} */ exitCode) => {
		if (asked) return;
		asked = true;
		callback(exitCode);
	};
	process.on('SIGINT', () => ask(130));
	process.on('SIGTERM', () => ask(143));
	process.on('SIGHUP', () => ask(129));
	// A closed terminal makes every further line an error; that is no reason to leave things running.
	for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
	if (process.env.npm_lifecycle_event) void watchNpm(() => ask(143));
}

/** npm may be killed without a word to what it runs, and stands behind a shell. @param {() => void} onGone */
async function watchNpm(onGone) {
	const parent = process.ppid;
	const grandparent = Number((await run(['ps', '-o', 'ppid=', '-p', String(parent)])).output);
	const above = grandparent > 1 ? (await run(['ps', '-o', 'args=', '-p', String(grandparent)])).output : '';
	const npm = above.includes('npm') ? grandparent : undefined;
	setInterval(() => {
		if (process.ppid !== parent || (npm && !isAlive(npm))) onGone();
	}, 1_000).unref();
}
