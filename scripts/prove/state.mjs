/** What the state store promises under load, kills and broken disks, on SQLite and on PostgreSQL. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../lib/processes.mjs';
import { startPostgres } from '../withPostgres.mjs';
import { hundredWriters, open, startRun, startWriter } from './writers.mjs';

/** @typedef {import('./writers.mjs').Place} Place */

/** Holds what is stored against what was acknowledged. @param {Place} place @param {string} runId @param {string[]} acknowledged */
async function checkRun(place, runId, acknowledged) {
	const store = await open(place);
	const { fields } = await store.read(runId);
	const log = fields.log ?? [];
	assert.equal(new Set(log).size, log.length, 'a write stands there twice');
	const stored = new Set(log);
	const lost = acknowledged.filter((name) => !stored.has(name));
	assert.deepEqual(lost, [], 'acknowledged writes are lost');
	assert.equal(fields.count ?? 0, log.length, 'a write stands there in part');
	const versions = (await store.history(runId)).map(
		(/** @type {{ version: number }} */ { version }) => version,
	);
	assert.deepEqual(
		versions,
		versions.map((/** @type {number} */ _, /** @type {number} */ index) => index + 1),
		'versions have gaps',
	);
	assert.deepEqual(await store.verify(runId), { ok: true, versions: versions.length });
	await store.close();
	return log.length;
}

/** @param {Place} place @param {number} processes */
async function manyWriters(place, processes) {
	const { runId, names } = await hundredWriters(place, processes);
	assert.equal(names.length, 100);
	assert.equal(await checkRun(place, runId, names), 100);
	return '0 of 100 lost, 0 doubled, no gaps';
}

/** @param {Place} place @param {number} kills */
async function killedWriters(place, kills) {
	const runId = await startRun(place);
	/** @type {string[]} */
	const acknowledged = [];
	let from = 0;
	for (let kill = 0; kill < kills; kill++) {
		const writer = startWriter({ place, runId, writer: 'w', from, count: 1_000_000, atOnce: 2 });
		while (writer.acknowledged.length === 0 && writer.child.exitCode === null) await sleep(2);
		await sleep(Math.random() * 40);
		writer.child.kill('SIGKILL');
		await writer.ended;
		acknowledged.push(...writer.acknowledged.map((number) => `w-${number}`));
		// The writes in flight may or may not be there; asked again under the same command id they are not doubled.
		from = Math.max(from, ...writer.acknowledged) + 1;
		if (kill % 20 === 19) await checkRun(place, runId, acknowledged);
	}
	const stored = await checkRun(place, runId, acknowledged);
	return `${kills} kills, ${acknowledged.length} acknowledged, 0 lost, 0 doubled, ${stored} stored, verified`;
}

/** @param {{ kill(): Promise<void>, restart(): Promise<void> }} server @param {Place} place @param {number} times */
async function killedServer(server, place, times) {
	const runId = await startRun(place);
	const writer = startWriter({ place, runId, writer: 's', from: 0, count: 1_000_000, atOnce: 4 });
	for (let time = 0; time < times; time++) {
		const before = writer.acknowledged.length;
		while (writer.acknowledged.length < before + 5 && writer.child.exitCode === null) await sleep(10);
		await sleep(Math.random() * 50);
		await (time % 2 === 0 ? server.kill() : server.restart());
	}
	const before = writer.acknowledged.length;
	while (writer.acknowledged.length < before + 5 && writer.child.exitCode === null) await sleep(10);
	assert.equal(writer.child.exitCode, null, `the writer gave up: ${writer.errors().slice(0, 500)}`);
	writer.child.kill('SIGKILL');
	await writer.ended;
	const stored = await checkRun(
		place,
		runId,
		writer.acknowledged.map((number) => `s-${number}`),
	);
	return `${times} times killed or restarted, ${writer.acknowledged.length} acknowledged, 0 lost, 0 doubled, ${stored} stored`;
}

/** A file system of 2 MB in memory; needs root and Linux. @param {string} folder */
async function fullDisk(folder) {
	const mounted = await run(['mount', '-t', 'tmpfs', '-o', 'size=2m', 'greenlight-proof', folder]);
	assert.equal(mounted.code, 0, `this machine does not let a small file system be made: ${mounted.output}`);
	try {
		const place = { path: join(folder, 'state.sqlite') };
		const runId = await startRun(place);
		const store = await open(place);
		/** @type {string[]} */
		const acknowledged = [];
		/** @type {any} */
		let refusal;
		for (let number = 0; number < 10_000 && refusal === undefined; number++) {
			const name = `${number}-${'x'.repeat(20_000)}`;
			const commands = [
				{ op: 'append', field: 'log', values: [name] },
				{ op: 'increment', field: 'count', by: 1 },
			];
			try {
				await store.write(runId, [{ by: 'Proof', commands }]);
				acknowledged.push(name);
			} catch (error) {
				refusal = error;
			}
		}
		assert.equal(refusal?.code, 'store_unavailable');
		assert.match(refusal.message, /disk/i);
		await store.close();
		const remounted = await run(['mount', '-o', 'remount,size=8m', folder]);
		assert.equal(remounted.code, 0, remounted.output);
		await checkRun(place, runId, acknowledged);
		const readOnly = await run(['mount', '-o', 'remount,ro', folder]);
		assert.equal(readOnly.code, 0, readOnly.output);
		/** @type {any} */
		const reopened = await open(place).then(
			(/** @type {any} */ opened) =>
				opened
					.write(runId, [{ by: 'Proof', commands: [{ op: 'increment', field: 'count', by: 1 }] }])
					.catch((/** @type {unknown} */ error) => error)
					.finally(() => opened.close()),
			(/** @type {unknown} */ error) => error,
		);
		assert.equal(reopened?.code, 'store_unavailable');
		await run(['mount', '-o', 'remount,rw', folder]);
		await checkRun(place, runId, acknowledged);
		return `"${refusal.message}" after ${acknowledged.length} writes, all of them there; read-only: "${reopened.message}"`;
	} finally {
		await run(['umount', folder]);
	}
}

/** @param {{ claim: (claim: string, check: () => Promise<string>) => Promise<void>, isShort: boolean }} proof */
export async function prove({ claim, isShort }) {
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-proof-'));
	const server = await startPostgres();
	try {
		const places = /** @type {const} */ ([
			['SQLite', { path: join(folder, 'state.sqlite') }],
			['PostgreSQL', { server: server.url }],
		]);
		for (const [name, place] of places) {
			await claim(`${name}: 100 writers to one run in one process`, () => manyWriters(place, 1));
			await claim(`${name}: 100 writers to one run in four processes`, () => manyWriters(place, 4));
			const kills = isShort ? 10 : 200;
			await claim(`${name}: kill -9 of the writer at ${kills} random moments`, () =>
				killedWriters(place, kills),
			);
		}
		const times = isShort ? 4 : 20;
		await claim(`PostgreSQL: the server killed or restarted ${times} times while a process writes`, () =>
			killedServer(server, { server: server.url }, times),
		);
		await claim('SQLite: a full disk and a read-only one', () => fullDisk(folder));
	} finally {
		await server.stop();
		await rm(folder, { recursive: true, force: true });
	}
}
