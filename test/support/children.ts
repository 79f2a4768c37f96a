/** Processes that tests start. Each ends with the test's own process. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** The next thing that a child says; fails with what it printed when it ends without a word. */
async function nextWord(child: ChildProcess): Promise<Record<string, unknown>> {
	let printed = '';
	const keep = (chunk: Buffer): void => {
		printed += chunk.toString('utf8');
	};
	child.stderr?.on('data', keep);
	const ended = once(child, 'exit').then(() => {
		throw new Error(`The process ended: ${printed}`);
	});
	const [word] = await Promise.race([once(child, 'message'), ended]);
	child.stderr?.off('data', keep);
	ended.catch(() => undefined);
	return Object(word);
}

function start(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
	return fork(join(__dirname, script), args, {
		env: { ...process.env, ...env },
		execArgv: [],
		stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
	});
}

/** A PostgreSQL server with its own doors and, if asked, a certificate that no authority vouches for. */
export class TestServer {
	private constructor(
		private readonly child: ChildProcess,
		/** Where its superuser gets in. */
		readonly url: string,
		/** What its certificate is in. */
		readonly certificate: string,
	) {}

	static async start(options: { tls?: boolean; doors?: readonly string[] } = {}): Promise<TestServer> {
		const child = start('postgresServer.mjs', [JSON.stringify(options)]);
		const { url, folder } = await nextWord(child);
		return new TestServer(child, String(url), join(String(folder), 'server.crt'));
	}

	/** `end` stops it in order, `kill` as after a power cut and starts it again. */
	async order(what: 'start' | 'end' | 'kill'): Promise<void> {
		const answer = nextWord(this.child);
		this.child.send(what);
		await answer;
	}

	async remove(): Promise<void> {
		const ended = once(this.child, 'exit');
		this.child.disconnect();
		await ended;
	}
}

export type StoreProcessAnswer = { ok: boolean; runId?: string; message?: string };

/** A process that has loaded the store and opens it when `go` is called. */
export async function startStoreProcess(
	env: NodeJS.ProcessEnv = {},
): Promise<{ go(job: { place: object; name: string }): Promise<StoreProcessAnswer> }> {
	const child = start('storeProcess.cjs', [], env);
	await nextWord(child);
	return {
		async go(job) {
			const answer = nextWord(child);
			child.send(job);
			const { ok, ...rest } = await answer;
			return { ok: ok === true, ...rest };
		},
	};
}
