/**
 * The state store beside LangGraph's checkpoint savers and beside plain inserts, all in one run: ratios, not speeds. CPU
 * first, since it does not depend on what else the machine does. The job is appending entries of 1 KB, each durable.
 */
import { rm, stat, mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from '../lib/processes.mjs';
import { hundredWriters } from '../prove/writers.mjs';
import { startPostgres } from '../withPostgres.mjs';
import { loadPeers } from './peers.mjs';

const require = createRequire(import.meta.url);
const { openStateStore } = require(join(REPOSITORY, 'dist', 'nodes', 'shared', 'state'));
const REPEATS = 5;
/** The job: so many appends of 1 KB. */
const STEPS = 1000;

/** @typedef {import('../prove/writers.mjs').Place} Place */

let ids = 0;
/** @param {Place} place */
const open = (place) => openStateStore({ ...place, clock: () => Date.now(), newId: () => `b${++ids}` });

/** @param {any} store @param {any[]} [fields] */
async function startRun(store, fields = [{ name: 'log', type: {}, rule: 'append', part: 'content' }]) {
	const started = await store.startRun({
		runKey: `bench ${++ids}`,
		title: 'Bench',
		startedFrom: 'production',
		workflowId: 'bench',
		fields,
	});
	return started.run.runId;
}

/** Text of 1 KB that no compression makes smaller. @param {number} number */
const entry = (number) =>
	`${String(number).padStart(8, '0')}${require('node:crypto').randomBytes(508).toString('hex')}`;

/** Time and CPU of a job. @param {() => Promise<unknown>} job */
async function measure(job) {
	const cpu = process.cpuUsage();
	const start = performance.now();
	await job();
	const used = process.cpuUsage(cpu);
	return { wallMs: performance.now() - start, cpuMs: (used.user + used.system) / 1000 };
}

/** @param {number[]} values */
function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Appends through the store, one write for each. @param {any} store @param {string} runId @param {number} steps @param {number[]} [times] */
async function append(store, runId, steps, times) {
	for (let number = 0; number < steps; number++) {
		const start = performance.now();
		await store.write(runId, [
			{ by: 'Bench', commands: [{ op: 'append', field: 'log', values: [entry(number)] }] },
		]);
		times?.push(performance.now() - start);
	}
}

/** A graph that appends one entry of 1 KB at each step. @param {any} graph @param {any} saver @param {number} steps */
async function invokeGraph(graph, saver, steps) {
	const { Annotation, END, START, StateGraph } = graph;
	const State = Annotation.Root({
		n: Annotation(),
		log: Annotation({
			reducer: (/** @type {string[]} */ a, /** @type {string[]} */ b) => a.concat(b),
			default: () => [],
		}),
	});
	const app = new StateGraph(State)
		.addNode('step', (/** @type {{ n: number }} */ state) => ({ n: state.n + 1, log: [entry(state.n)] }))
		.addEdge(START, 'step')
		.addConditionalEdges('step', (/** @type {{ n: number }} */ state) => (state.n >= steps ? 'end' : 'on'), {
			end: END,
			on: 'step',
		})
		.compile({ checkpointer: saver });
	await app.invoke(
		{ n: 0, log: [] },
		{ configurable: { thread_id: `t${++ids}` }, recursionLimit: steps + 5, durability: 'sync' },
	);
}

/** A prepared insert of the same entry, each in a transaction of its own, on disk before it returns. @param {string} path @param {number} steps */
async function insertPlainly(path, steps) {
	const { DatabaseSync } = await import('node:sqlite');
	const database = new DatabaseSync(path);
	database.exec(
		'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS log (run TEXT, n INTEGER, body TEXT)',
	);
	const insert = database.prepare('INSERT INTO log VALUES (?, ?, ?)');
	for (let number = 0; number < steps; number++) {
		database.exec('BEGIN IMMEDIATE');
		insert.run('r', number, JSON.stringify(entry(number)));
		database.exec('COMMIT');
	}
	database.close();
}

/** Bytes of a store's file once its log is folded in. @param {any} store @param {string} path */
async function fileBytes(store, path) {
	await store.close();
	return (await stat(path)).size;
}

/** What 50 KB of state and 21 small steps add to the file beyond the state. @param {string} path */
async function growthBeyondState(path) {
	const store = await open({ path });
	const runId = await startRun(store, [{ name: 'step', type: {}, rule: 'set', part: 'content' }]);
	const blob = require('node:crypto').randomBytes(25_000).toString('hex');
	await store.write(runId, [{ by: 'Bench', commands: [{ op: 'set', field: 'brief', value: blob }] }]);
	for (let step = 0; step < 21; step++) {
		await store.write(runId, [{ by: 'Bench', commands: [{ op: 'set', field: 'step', value: step }] }]);
	}
	return (await fileBytes(store, path)) - blob.length;
}

/**
 * CPU time of jobs that are done in turns, the median of each. One turn does a job so often that the clock can tell.
 * @param {Record<string, () => Promise<unknown>>} jobs @param {number} turns @param {number} [often] @returns {Promise<Record<string, number>>}
 */
async function cpuInTurns(jobs, turns, often = 20) {
	/** @type {Record<string, number[]>} */
	const times = Object.fromEntries(Object.keys(jobs).map((name) => [name, []]));
	for (let turn = 0; turn < turns; turn++) {
		for (const [name, job] of Object.entries(jobs)) {
			const { cpuMs } = await measure(async () => {
				for (let count = 0; count < often; count++) await job();
			});
			times[name]?.push(cpuMs);
		}
	}
	return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}

/**
 * Reading the newest state of a young run and of an old one, and old versions of that one. The state stays as large as it is.
 * @param {string} path @param {number} versions
 */
async function readTimes(path, versions) {
	const store = await open({ path });
	const cells = Array.from({ length: 50 }, (_, index) => ({ id: `c${index}`, text: entry(index) }));
	const grown = async (/** @type {number} */ to) => {
		const runId = await startRun(store, [{ name: 'cells', type: {}, rule: 'mergeById', part: 'content' }]);
		for (let version = 0; version < to; version++) {
			const items = version === 0 ? cells : [{ id: `c${version % 50}`, text: entry(version) }];
			await store.write(runId, [{ by: 'Bench', commands: [{ op: 'mergeById', field: 'cells', items }] }]);
		}
		return runId;
	};
	const [young, old] = [await grown(10), await grown(versions)];
	let seed = 7;
	const { early, late, before } = await cpuInTurns(
		{
			early: () => store.read(young),
			late: () => store.read(old),
			before: () => {
				seed = (seed * 48_271) % 2_147_483_647;
				return store.read(old, 1 + (seed % (versions - 1)));
			},
		},
		9,
	);
	await store.close();
	return {
		latest10000Vs10: (late ?? Number.NaN) / (early ?? Number.NaN),
		oldVsLatest: (before ?? Number.NaN) / (late ?? Number.NaN),
	};
}

/**
 * 100 writers at once, in turns: commands inside the transaction, and reading, changing and writing back until it fits. How
 * much longer the second takes.
 * @param {{ path: string }} place
 */
async function hotRunVsCasLoop(place) {
	const store = await open(place);
	const fields = [
		{ name: 'log', type: {}, rule: 'append', part: 'content' },
		{ name: 'whole', type: {}, rule: 'set', part: 'content' },
	];
	const together = (/** @type {(number: number) => Promise<unknown>} */ writer) =>
		measure(() => Promise.all(Array.from({ length: 100 }, (_, number) => writer(number))));
	/** @type {{ ours: number[], loop: number[] }} */
	const times = { ours: [], loop: [] };
	for (let repeat = 0; repeat < REPEATS; repeat++) {
		const hot = await startRun(store, fields);
		const ours = await together((number) =>
			store.write(hot, [
				{ by: 'Bench', commands: [{ op: 'append', field: 'log', values: [entry(number)] }] },
			]),
		);
		const cas = await startRun(store, fields);
		const loop = await together(async (number) => {
			for (;;) {
				const { version, fields: now } = await store.read(cas);
				const value = [...(now.whole ?? []), entry(number)];
				const [result] = await store.write(cas, [
					{ by: 'Bench', expectedVersion: version, commands: [{ op: 'set', field: 'whole', value }] },
				]);
				if (result.ok) return;
			}
		});
		times.ours.push(ours.wallMs);
		times.loop.push(loop.wallMs);
	}
	await store.close();
	return median(times.loop) / median(times.ours);
}

/** Of 100 writers to one run, in one process and in four, on each backend: how many are lost at worst. @param {Place[]} places */
async function lostOf100(places) {
	let worst = 0;
	for (const place of places) {
		for (const processes of [1, 4]) {
			const { runId } = await hundredWriters(place, processes);
			const store = await open(place);
			const stored = new Set((await store.read(runId)).fields.log);
			await store.close();
			worst = Math.max(worst, 100 - stored.size);
		}
	}
	return worst;
}

/** @param {{ say: (line: string) => void }} bench @returns {Promise<Record<string, number>>} */
export async function bench({ say }) {
	const peers = await loadPeers(say);
	const folder = await mkdtemp(join(tmpdir(), 'greenlight-bench-'));
	const server = await startPostgres();
	try {
		/** @type {Record<string, Array<{ wallMs: number, cpuMs: number }>>} */
		const rows = { store: [], insert: [], sqliteSaver: [], storePg: [], postgresSaver: [] };
		/** @type {number[]} */
		const tails = [];
		for (let repeat = 0; repeat < REPEATS; repeat++) {
			say(`Round ${repeat + 1} of ${REPEATS} …`);
			const path = (/** @type {string} */ name) => join(folder, `${name}-${repeat}.sqlite`);
			const store = await open({ path: path('store') });
			const runId = await startRun(store);
			/** @type {number[]} */
			const times = [];
			rows.store?.push(await measure(() => append(store, runId, STEPS, times)));
			tails.push(median(times.slice(-100)) / median(times.slice(0, 100)));
			await store.close();
			rows.insert?.push(await measure(() => insertPlainly(path('insert'), STEPS)));
			const saver = peers.sqlite.SqliteSaver.fromConnString(path('saver'));
			rows.sqliteSaver?.push(await measure(() => invokeGraph(peers.graph, saver, STEPS)));
			const pg = await open({ server: server.url });
			const pgRun = await startRun(pg);
			rows.storePg?.push(await measure(() => append(pg, pgRun, STEPS)));
			await pg.close();
			const pgSaver = peers.postgres.PostgresSaver.fromConnString(server.url);
			await pgSaver.setup();
			rows.postgresSaver?.push(await measure(() => invokeGraph(peers.graph, pgSaver, STEPS)));
			await pgSaver.end();
		}
		say('Sizes, reads and a hot run …');
		const sized = async (/** @type {number} */ steps) => {
			const path = join(folder, `size-${steps}.sqlite`);
			const store = await open({ path });
			await append(store, await startRun(store), steps);
			return fileBytes(store, path);
		};
		const bytes1000 = await sized(1000);
		const bytes2000 = await sized(2000);
		const reads = await readTimes(join(folder, 'reads.sqlite'), 10_000);
		const each = (/** @type {string} */ name, /** @type {'cpuMs' | 'wallMs'} */ what) =>
			(rows[name] ?? []).map((row) => row[what] / STEPS);
		for (const name of Object.keys(rows)) {
			const [cpu, wall] = [each(name, 'cpuMs'), each(name, 'wallMs')];
			const range = (/** @type {number[]} */ values) =>
				`${median(values).toFixed(3)} (${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)})`;
			say(`${name.padEnd(14)} CPU ms/step ${range(cpu).padEnd(26)} wall ms/step ${range(wall)}`);
		}
		const ratio = (
			/** @type {string} */ a,
			/** @type {string} */ b,
			/** @type {'cpuMs' | 'wallMs'} */ what,
		) => median(each(a, what)) / median(each(b, what));
		return {
			cpuVsSqliteSaver: ratio('store', 'sqliteSaver', 'cpuMs'),
			cpuVsRawInsert: ratio('store', 'insert', 'cpuMs'),
			fileMb1000x1k: bytes1000 / 1e6,
			growth2000Vs1000: bytes2000 / bytes1000,
			tailVsHead: median(tails),
			kb50k21: (await growthBeyondState(join(folder, 'small.sqlite'))) / 1000,
			latest10000Vs10: reads.latest10000Vs10,
			oldVsLatest: reads.oldVsLatest,
			pgMsVsPostgresSaver: ratio('storePg', 'postgresSaver', 'wallMs'),
			hotRunVsCasLoop: await hotRunVsCasLoop({ path: join(folder, 'hot.sqlite') }),
			lostOf100: await lostOf100([{ path: join(folder, 'lost.sqlite') }, { server: server.url }]),
		};
	} finally {
		await server.stop();
		await rm(folder, { recursive: true, force: true });
	}
}
