/**
 * The state store beside LangGraph's checkpoint savers and beside plain inserts, all in one run: ratios, not speeds. CPU
 * first, since it does not depend on what else the machine does. The job is appending entries of 1 KB, each durable.
 */
import { readFile, rm, stat, mkdtemp, mkdir, copyFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PlainError } from '../lib/plainError.mjs';
import { NPM_INSTALL_OPTIONS, REPOSITORY, npmCommand, run } from '../lib/processes.mjs';
import { cacheFolder } from '../n8nInstall.mjs';
import { startPostgres } from '../withPostgres.mjs';

const require = createRequire(import.meta.url);
const { openStateStore } = require(join(REPOSITORY, 'dist', 'nodes', 'shared', 'state'));
const REPEATS = 3;
const STEPS = 1000;

/** What the bench compares with, installed into the cache once. @param {(line: string) => void} say */
async function loadPeers(say) {
	const manifest = join(REPOSITORY, 'scripts', 'bench', 'peers', 'package.json');
	const folder = join(cacheFolder(), 'bench-peers');
	const wanted = await readFile(manifest, 'utf8');
	const present = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '');
	const isThere = await stat(join(folder, 'node_modules', '@langchain', 'langgraph')).catch(() => undefined);
	if (present !== wanted || !isThere) {
		say('Installing LangGraph to compare with …');
		await mkdir(folder, { recursive: true });
		await copyFile(manifest, join(folder, 'package.json'));
		const result = await run([...npmCommand(), 'install', ...NPM_INSTALL_OPTIONS], {
			cwd: folder,
		});
		if (result.code !== 0)
			throw new PlainError('LangGraph could not be installed.', { details: result.output });
	}
	const resolve = createRequire(join(folder, 'package.json')).resolve;
	const load = (/** @type {string} */ name) => import(pathToFileURL(resolve(name)).href);
	return {
		graph: await load('@langchain/langgraph'),
		sqlite: await load('@langchain/langgraph-checkpoint-sqlite'),
		postgres: await load('@langchain/langgraph-checkpoint-postgres'),
	};
}

let ids = 0;
/** @param {{ path: string } | { server: string }} place */
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

/** Reading the newest state and old ones, with a state that stays as large as it is. @param {string} path */
async function readTimes(path) {
	const store = await open({ path });
	const runId = await startRun(store, [{ name: 'cells', type: {}, rule: 'mergeById', part: 'content' }]);
	const cells = Array.from({ length: 50 }, (_, index) => ({ id: `c${index}`, text: entry(index) }));
	await store.write(runId, [{ by: 'Bench', commands: [{ op: 'mergeById', field: 'cells', items: cells }] }]);
	const grow = async (/** @type {number} */ to) => {
		for (let version = (await store.getRun(runId)).version; version < to; version++) {
			const item = { id: `c${version % 50}`, text: entry(version) };
			await store.write(runId, [
				{ by: 'Bench', commands: [{ op: 'mergeById', field: 'cells', items: [item] }] },
			]);
		}
	};
	const timed = async (/** @type {() => Promise<unknown>} */ read) => {
		const times = [];
		for (let count = 0; count < 60; count++) times.push((await measure(read)).wallMs);
		return median(times);
	};
	await grow(10);
	const early = await timed(() => store.read(runId));
	await grow(10_000);
	const late = await timed(() => store.read(runId));
	let seed = 7;
	const old = await timed(() => {
		seed = (seed * 48_271) % 2_147_483_647;
		return store.read(runId, 1 + (seed % 9_999));
	});
	await store.close();
	return { latest10000Vs10: late / early, oldVsLatest: old / late };
}

/** 100 writers at once: commands inside the transaction, beside reading, changing and writing back until it fits. @param {{ path: string }} place */
async function hotRun(place) {
	const store = await open(place);
	const fields = [
		{ name: 'log', type: {}, rule: 'append', part: 'content' },
		{ name: 'whole', type: {}, rule: 'set', part: 'content' },
	];
	const hot = await startRun(store, fields);
	const ours = await measure(() =>
		Promise.all(
			Array.from({ length: 100 }, (_, number) =>
				store.write(hot, [
					{ by: 'Bench', commands: [{ op: 'append', field: 'log', values: [entry(number)] }] },
				]),
			),
		),
	);
	const cas = await startRun(store, fields);
	const loop = await measure(() =>
		Promise.all(
			Array.from({ length: 100 }, async (_, number) => {
				for (;;) {
					const { version, fields: now } = await store.read(cas);
					const value = [...(now.whole ?? []), entry(number)];
					const [result] = await store.write(cas, [
						{ by: 'Bench', expectedVersion: version, commands: [{ op: 'set', field: 'whole', value }] },
					]);
					if (result.ok) return;
				}
			}),
		),
	);
	const kept = (await store.read(hot)).fields.log.length;
	await store.close();
	return { hotRunVsCasLoop: loop.wallMs / ours.wallMs, lost: 100 - kept };
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
			rows.storePg?.push(await measure(() => append(pg, pgRun, STEPS / 5)));
			await pg.close();
			const pgSaver = peers.postgres.PostgresSaver.fromConnString(server.url);
			await pgSaver.setup();
			rows.postgresSaver?.push(await measure(() => invokeGraph(peers.graph, pgSaver, STEPS / 5)));
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
		const reads = await readTimes(join(folder, 'reads.sqlite'));
		const hot = await hotRun({ path: join(folder, 'hot.sqlite') });
		const stepsOf = (/** @type {string} */ name) =>
			name.endsWith('Pg') || name === 'postgresSaver' ? STEPS / 5 : STEPS;
		const each = (/** @type {string} */ name, /** @type {'cpuMs' | 'wallMs'} */ what) =>
			(rows[name] ?? []).map((row) => row[what] / stepsOf(name));
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
			hotRunVsCasLoop: hot.hotRunVsCasLoop,
			lostOf100: hot.lost,
		};
	} finally {
		await server.stop();
		await rm(folder, { recursive: true, force: true });
	}
}
