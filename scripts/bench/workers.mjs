/** Child processes that do the runs of a bench, and may be killed in the middle of one. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../lib/processes.mjs';

/** @typedef {Record<string, any>} Json */

let executions = 0;

/** A place for a process that takes jobs. It is started when there is one to do, and again after it was killed. @param {string} program @param {string} folder */
export function openWorker(program, folder) {
	/** @type {import('node:child_process').ChildProcess | undefined} */
	let child;
	return {
		/** @param {Json} job @returns {Promise<Json>} */
		async take(job) {
			if (child === undefined) {
				child = fork(join(REPOSITORY, 'scripts', 'bench', program), [], {
					env: {
						...process.env,
						N8N_USER_FOLDER: folder,
						N8N_ENCRYPTION_KEY: 'bench',
						N8N_LOG_LEVEL: 'silent',
					},
					stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
				});
				await once(child, 'message');
			}
			const worker = child;
			const gone = new AbortController();
			const ended = once(worker, 'message', gone).then(([result]) => result);
			const killed = once(worker, 'exit', gone).then(() => ({ isKilled: true, why: 'killed' }));
			ended.catch(() => undefined);
			killed.catch(() => undefined);
			worker.send({ ...job, executionId: String(++executions) });
			const result = await Promise.race([ended, killed]);
			gone.abort();
			if (result.isKilled) child = undefined;
			return result;
		},
		kill: () => void child?.kill('SIGKILL'),
	};
}

/**
 * Does the runs 1 to `runs` with `workers` processes, each with a folder of its own.
 * @param {{ program: string, folder: string, workers: number, runs: number }} how
 * @param {(worker: ReturnType<typeof openWorker>, run: number, folder: string) => Promise<void>} work
 */
export async function inWorkers({ program, folder, workers, runs }, work) {
	let next = 1;
	const one = async (/** @type {number} */ index) => {
		const own = join(folder, `${program}-${index}`);
		await mkdir(own, { recursive: true });
		const worker = openWorker(program, own);
		try {
			while (next <= runs) await work(worker, next++, own);
		} finally {
			worker.kill();
		}
	};
	await Promise.all(Array.from({ length: workers }, (_, index) => one(index)));
}
