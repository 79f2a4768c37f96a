/** n8n's home for `npm start`: outside the repository, kept from start to start; for the demo a temporary one. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlainError } from '../lib/plainError.mjs';
import { endGroup, isAlive, run } from '../lib/processes.mjs';
import { cacheFolder } from '../n8nInstall.mjs';

/**
 * @typedef {object} Notes What a start remembers for the next one.
 * @property {import('../n8nApi.mjs').Owner} owner
 * @property {number} [port]
 * @property {string} [credentialId]
 * @property {Record<string, { id: string, hash: string, versionId: string }>} workflows Imported templates by file name.
 */

/**
 * @typedef {object} Home
 * @property {string} folder
 * @property {Notes} notes
 * @property {() => Promise<void>} save Writes the notes, readable for this user only: they hold the password.
 * @property {(n8n: { pid: number, baseUrl: string }) => Promise<void>} markRunning
 * @property {() => Promise<void>} close
 */

/** @param {{ temporary: boolean, keep: boolean }} options @returns {Promise<Home>} */
export async function openHome({ temporary, keep }) {
	const folder = temporary ? await mkdtemp(join(tmpdir(), 'greenlight-demo-')) : join(cacheFolder(), 'home');
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const notesFile = join(folder, 'greenlight.json');
	const runningFile = join(folder, 'running.json');
	await claim(runningFile);
	const notes = /** @type {Notes} */ (
		JSON.parse(await readFile(notesFile, 'utf8').catch(() => 'null')) ?? { owner: newOwner(), workflows: {} }
	);
	const save = () => writePrivately(notesFile, notes);
	await save();
	return {
		folder,
		notes,
		save,
		markRunning: (n8n) =>
			writePrivately(runningFile, { starter: process.pid, n8n: n8n.pid, baseUrl: n8n.baseUrl }),
		async close() {
			await rm(runningFile, { force: true });
			if (temporary && !keep) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

/** Two n8n on one home would damage it; one that lost its starter is ended. @param {string} runningFile */
async function claim(runningFile) {
	const running = JSON.parse(await readFile(runningFile, 'utf8').catch(() => 'null'));
	if (
		running &&
		running.starter !== process.pid &&
		isAlive(running.starter) &&
		(await isOurs(running.starter))
	) {
		throw new PlainError(
			`Greenlight is already running${running.baseUrl ? ` at ${running.baseUrl}` : ''}: end it with Ctrl-C in its terminal first (process ${running.starter}).`,
		);
	}
	if (running?.n8n && isAlive(running.n8n) && (await isOurs(running.n8n))) await endGroup(running.n8n, 8_000);
	await writePrivately(runningFile, { starter: process.pid });
}

/** Whether the process is what it was when its number was noted: numbers are used again. @param {number} pid */
async function isOurs(pid) {
	const { code, output } = await run(['ps', '-p', String(pid), '-o', 'args=']);
	return code !== 0 || /start\.mjs|n8n/.test(output);
}

/** @param {string} file @param {unknown} content */
async function writePrivately(file, content) {
	const part = `${file}.part-${process.pid}`;
	await writeFile(part, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
	await rename(part, file);
}

function newOwner() {
	// n8n asks for a capital letter and a digit.
	const password = `Green-${randomBytes(9).toString('base64url')}-7`;
	return { email: 'owner@example.com', password, firstName: 'Greenlight', lastName: 'Owner' };
}
