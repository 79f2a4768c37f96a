/** n8n in queue mode: main, a process for webhooks and workers, with PostgreSQL and Redis of their own on 127.0.0.1. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { PlainError } from '../lib/plainError.mjs';
import { endGroup, freePorts, run, signalGroup } from '../lib/processes.mjs';
import { installN8n } from '../n8nInstall.mjs';
import { startN8n } from '../n8nInstance.mjs';
import { startPostgres } from '../withPostgres.mjs';

/** @typedef {{ pid: number, end: () => Promise<void> }} Started `pid` leads a process group. */
/**
 * @typedef {object} Queue
 * @property {import('../n8nInstance.mjs').N8nInstance} n8n The main process.
 * @property {number} webhookPort
 * @property {string} database Where Greenlight's state is.
 * @property {string} n8nDatabase Where n8n's own tables are.
 * @property {Started} webhook
 * @property {Started[]} workers Those that were started at first.
 * @property {(changes?: Record<string, string>) => Promise<Started>} startWebhook Another one in its place, with other settings.
 * @property {(changes?: Record<string, string>) => Promise<Started>} startWorker One more; it is ready.
 * @property {() => Promise<void>} stop
 */

/**
 * @param {{ folder: string, packageTarball: string, workers?: number, linksToWebhook?: boolean }} options `linksToWebhook`: links
 *   lead to the process for webhooks, as a load balancer does it, and not to main.
 * @returns {Promise<Queue>}
 */
export async function startQueue({ folder, packageTarball, workers: count = 2, linksToWebhook = false }) {
	if ((await run(['redis-server', '--version'])).code !== 0) {
		throw new PlainError(
			"Redis is missing: install it, on Debian and Ubuntu with 'apt-get install redis-server'.",
		);
	}
	/** @type {Array<() => Promise<unknown>>} */
	const undo = [];
	const stop = async () => {
		for (const each of undo.splice(0).reverse()) await each();
	};
	/** @type {Array<number | undefined>} */
	const pids = [];
	/** @param {string} name @param {string[]} command @param {NodeJS.ProcessEnv} env */
	const start = (name, [program = '', ...args], env) => {
		const output = openSync(join(folder, `${name}.log`), 'a');
		const child = spawn(program, args, {
			cwd: folder,
			env,
			stdio: ['ignore', output, output],
			detached: true,
		});
		closeSync(output);
		pids.push(child.pid);
		const end = () => endGroup(child.pid, 5_000);
		undo.push(end);
		return { pid: child.pid ?? 0, end };
	};
	const kill = () => pids.forEach((pid) => signalGroup(pid, 'SIGKILL'));
	process.once('exit', kill);
	undo.push(async () => void process.removeListener('exit', kill));
	try {
		const server = await startPostgres();
		undo.push(server.stop);
		const database = new URL(server.url);
		const client = new pg.Client({ connectionString: server.url });
		await client.connect();
		await client.query('create database n8n');
		await client.end();
		const [redis, port = 0, webhookPort = 0, webhookBroker] = await freePorts(4);
		start(
			'redis',
			['redis-server', '--port', `${redis}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder],
			process.env,
		);
		const userFolder = join(folder, 'queue');
		const env = {
			EXECUTIONS_MODE: 'queue',
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: `${redis}`,
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: database.hostname,
			DB_POSTGRESDB_PORT: database.port,
			DB_POSTGRESDB_DATABASE: 'n8n',
			DB_POSTGRESDB_USER: database.username,
			DB_POSTGRESDB_PASSWORD: 'none',
			GREENLIGHT_DATABASE_URL: server.url,
			N8N_ENCRYPTION_KEY: randomBytes(24).toString('base64'),
			WEBHOOK_URL: `http://127.0.0.1:${linksToWebhook ? webhookPort : port}/`,
		};
		const n8n = await startN8n({ userFolder, packageTarball, port, env });
		undo.push(n8n.stop);
		const { n8nDir, nodeBin } = await installN8n();
		const program = [nodeBin, join(n8nDir, 'node_modules', 'n8n', 'bin', 'n8n')];
		const common = {
			...{
				PATH: process.env.PATH,
				HOME: process.env.HOME,
				NODE_ENV: 'production',
				N8N_USER_FOLDER: userFolder,
			},
			...{ N8N_LISTEN_ADDRESS: '127.0.0.1', N8N_DIAGNOSTICS_ENABLED: 'false' },
			...{ N8N_DISABLED_MODULES: 'insights,mcp-registry,chat-hub,instance-ai', ...env },
		};
		/** @type {Queue['startWebhook']} */
		const startWebhook = async (changes = {}) => {
			const ports = { N8N_PORT: `${webhookPort}`, N8N_RUNNERS_BROKER_PORT: `${webhookBroker}` };
			const webhook = start('webhook', [...program, 'webhook'], { ...common, ...ports, ...changes });
			await isUp(`http://127.0.0.1:${webhookPort}/healthz`);
			return webhook;
		};
		let started = 0;
		/** @type {Queue['startWorker']} */
		const startWorker = async (changes = {}) => {
			const [health, broker] = await freePorts(2);
			const worker = start(`worker-${started++}`, [...program, 'worker', '--concurrency=10'], {
				...common,
				QUEUE_HEALTH_CHECK_ACTIVE: 'true',
				QUEUE_HEALTH_CHECK_PORT: `${health}`,
				N8N_RUNNERS_BROKER_PORT: `${broker}`,
				...changes,
			});
			await isUp(`http://127.0.0.1:${health}/healthz`);
			return worker;
		};
		const webhook = await startWebhook();
		const workers = [];
		while (workers.length < count) workers.push(await startWorker());
		const n8nDatabase = Object.assign(new URL(server.url), { pathname: '/n8n' }).href;
		const running = { webhook, workers, startWebhook, startWorker };
		return { n8n, webhookPort, database: server.url, n8nDatabase, ...running, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

/** @param {string} url */
async function isUp(url) {
	for (const end = Date.now() + 120_000; ; await sleep(300)) {
		const response = await fetch(url).catch(() => undefined);
		if (response?.ok) return;
		if (Date.now() > end) throw new Error(`${url} does not answer after 2 minutes.`);
	}
}
