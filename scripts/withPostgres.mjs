/**
 * Runs a command with a private PostgreSQL server on 127.0.0.1 that lives as long as the command:
 * `node scripts/withPostgres.mjs npm test`. The command finds its address in GREENLIGHT_TEST_POSTGRES_URL.
 */
import { spawn } from 'node:child_process';
import { chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlainError, reportError } from './lib/plainError.mjs';
import { isMain, onEndRequest, run } from './lib/processes.mjs';

const INSTALL_HINT = "Install PostgreSQL first, on Debian and Ubuntu with 'apt-get install postgresql'.";

/** Where Debian, Homebrew and others keep the server's programs; the newest version first. */
async function findServerPrograms() {
	for (const root of ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt']) {
		const versions = await readdir(root).catch(() => []);
		for (const version of versions.sort().reverse()) {
			const bin = join(root, version, 'bin');
			const programs = await readdir(bin).catch(() => []);
			if (programs.includes('initdb') && programs.includes('pg_ctl')) return bin;
		}
	}
	throw new PlainError(`No PostgreSQL server is installed. ${INSTALL_HINT}`);
}

/** @returns {Promise<number>} */
async function findFreePort() {
	const server = createServer();
	await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	return typeof address === 'object' && address !== null ? address.port : 0;
}

/** PostgreSQL refuses to run as root: then as the user that its package made. @param {string[]} command */
async function asServerUser(command) {
	const asOther = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--', ...command] : command;
	const result = await run(asOther, { cwd: tmpdir() });
	if (result.code !== 0)
		throw new PlainError('The private PostgreSQL server did not start.', { details: result.output });
}

/** A certificate for this machine that no authority vouches for. @param {string} folder @returns {Promise<string[]>} The server's settings. */
async function makeCertificate(folder) {
	const [certificate, key] = [join(folder, 'server.crt'), join(folder, 'server.key')];
	const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
	const files = ['-nodes', '-keyout', key, '-out', certificate];
	await asServerUser(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-days', '2', ...names, ...files]);
	return ['ssl=on', `ssl_cert_file=${certificate}`, `ssl_key_file=${key}`];
}

/**
 * Starts a server of its own. Its superuser `greenlight` gets in without a password; `doors` (lines of pg_hba.conf) are for
 * others, who get in without one too if nothing is said.
 * @param {{ tls?: boolean, doors?: readonly string[] }} [options] `tls`: it has a certificate, `server.crt` in `folder`.
 */
export async function startPostgres({ tls = false, doors } = {}) {
	const bin = await findServerPrograms();
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-postgres-'));
	if (process.getuid?.() === 0) {
		const { code, output } = await run(['id', '-u', 'postgres'], { cwd: tmpdir() });
		if (code !== 0) throw new PlainError(`There is no user 'postgres'. ${INSTALL_HINT}`);
		await chown(folder, Number(output.trim()), -1);
	}
	const data = join(folder, 'data');
	const port = await findFreePort();
	const settings = [
		'listen_addresses=127.0.0.1',
		`unix_socket_directories=${folder}`,
		'max_connections=200',
		...(tls ? await makeCertificate(folder) : []),
	];
	const options = [`-p ${port}`, ...settings.map((setting) => `-c ${setting}`)].join(' ');
	const start = () =>
		asServerUser([join(bin, 'pg_ctl'), '-D', data, '-l', join(folder, 'log'), '-o', options, '-w', 'start']);
	await asServerUser([
		join(bin, 'initdb'),
		'-D',
		data,
		'-A',
		'trust',
		'-U',
		'greenlight',
		'--no-sync',
		'-E',
		'UTF8',
		'--locale=C.UTF-8',
	]);
	if (doors !== undefined) {
		const lines = ['host all greenlight 127.0.0.1/32 trust', ...doors];
		await writeFile(join(data, 'pg_hba.conf'), `${lines.join('\n')}\n`);
	}
	await start();
	const end = (/** @type {string} */ mode) =>
		asServerUser([join(bin, 'pg_ctl'), '-D', data, '-m', mode, '-w', 'stop']).catch(() => undefined);
	return {
		url: `postgres://greenlight@127.0.0.1:${port}/postgres`,
		folder,
		start,
		end: () => end('fast'),
		restart: async () => {
			await end('fast');
			await start();
		},
		/** As after a power cut: nothing is finished or flushed. */
		kill: async () => {
			await end('immediate');
			await start();
		},
		/** For good, with all that it kept. */
		stop: async () => {
			await end('immediate');
			await rm(folder, { recursive: true, force: true });
		},
	};
}

if (isMain(import.meta.url)) {
	try {
		const [command, ...args] = process.argv.slice(2);
		if (command === undefined)
			throw new PlainError('Say which command to run: node scripts/withPostgres.mjs npm test');
		const server = await startPostgres();
		const child = spawn(command, args, {
			stdio: 'inherit',
			env: { ...process.env, GREENLIGHT_TEST_POSTGRES_URL: server.url },
		});
		onEndRequest(() => child.kill('SIGTERM'));
		process.exitCode = await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
		await server.stop();
	} catch (error) {
		process.exitCode = reportError(error);
	}
}
