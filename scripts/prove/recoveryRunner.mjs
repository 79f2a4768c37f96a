/**
 * A process that runs the pipeline of the recovery proof through n8n's own engine, once for each job that it is sent. It is
 * there to be killed.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runInEngine } from '../lib/engine.mjs';
import { REPOSITORY } from '../lib/processes.mjs';
import { pipeline } from './recoveryFlow.mjs';

const { stateFilePath } = createRequire(import.meta.url)(
	join(REPOSITORY, 'dist', 'nodes', 'shared', 'host', 'store.js'),
);

/** @param {{ runKey: string, executionId: string, url: string }} job */
async function run({ runKey, ...execution }) {
	const { status, data: ran } = await runInEngine(pipeline(runKey), execution);
	return { status, error: ran.resultData.error?.message };
}

process.on('message', (job) => {
	run(/** @type {any} */ (job)).then(
		(result) => process.send?.(result),
		(error) => process.send?.({ status: 'error', error: String(error) }),
	);
});
process.send?.({ stateFile: stateFilePath() });
