import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './processes.mjs';

const HEARTBEAT_MS = 5_000;
const SILENT_TOO_LONG_MS = 120_000;

/**
 * Does the work while no other process does work under the same lock folder. A lock whose process died, or that shows no
 * sign of life for two minutes, is taken over.
 * @template T
 * @param {string} folder @param {() => Promise<T>} work @param {() => void} [onWait] Called once when somebody else has the lock.
 * @returns {Promise<T>}
 */
export async function withLock(folder, work, onWait) {
	await mkdir(dirname(folder), { recursive: true });
	let told = false;
	while (!(await take(folder))) {
		if (!told) onWait?.();
		told = true;
		await sleep(500);
	}
	const heartbeat = setInterval(() => {
		const now = new Date();
		utimes(folder, now, now).catch(() => undefined);
	}, HEARTBEAT_MS);
	heartbeat.unref();
	try {
		return await work();
	} finally {
		clearInterval(heartbeat);
		if ((await readOwner(folder)) === process.pid) await rm(folder, { recursive: true, force: true });
	}
}

/** @param {string} folder @returns {Promise<boolean>} */
async function take(folder) {
	try {
		await mkdir(folder);
		await writeFile(join(folder, 'pid'), String(process.pid));
		return true;
	} catch (error) {
		if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
	}
	const owner = await readOwner(folder);
	const age = await stat(folder).then(
		({ mtimeMs }) => Date.now() - mtimeMs,
		() => 0,
	);
	const abandoned = owner === undefined ? age > HEARTBEAT_MS : !isAlive(owner) || age > SILENT_TOO_LONG_MS;
	if (abandoned) await discard(folder, owner);
	return false;
}

/**
 * Moves the abandoned lock aside first: of several that see it, one succeeds; if it had a new owner meanwhile, it is put back.
 * @param {string} folder @param {number | undefined} owner
 */
async function discard(folder, owner) {
	const aside = `${folder}.abandoned-${process.pid}`;
	try {
		await rename(folder, aside);
	} catch {
		return;
	}
	if ((await readOwner(aside)) === owner) await rm(aside, { recursive: true, force: true });
	else await rename(aside, folder).catch(() => undefined);
}

/** @param {string} folder @returns {Promise<number | undefined>} */
async function readOwner(folder) {
	const text = await readFile(join(folder, 'pid'), 'utf8').catch(() => '');
	return Number(text) || undefined;
}
