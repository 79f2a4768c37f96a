/**
 * A process of its own that opens the store once it is told where (`{ place, name }`), adds its name to the run `together`,
 * and says what became of it.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { transformSync } = require('@swc/core');

require.extensions['.ts'] = (module, filename) => {
	const { code } = transformSync(readFileSync(filename, 'utf8'), {
		filename,
		jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
		module: { type: 'commonjs' },
	});
	module._compile(code, filename);
};
require('pg');
const { openStateStore } = require(join(__dirname, '..', '..', 'nodes', 'shared', 'state', 'index.ts'));

async function work({ place, name }) {
	const store = await openStateStore({ ...place, clock: () => Date.now(), newId: () => name });
	const start = { runKey: 'together', title: 'Together', startedFrom: 'production', workflowId: 'w' };
	const { run } = await store.startRun(start);
	const declare = [{ name: 'names', type: {}, rule: 'append', part: 'content' }];
	const commands = [{ op: 'append', field: 'names', values: [name] }];
	const [result] = await store.write(run.runId, [{ by: name, declare, commands }]);
	await store.close();
	return { ok: result.ok, runId: run.runId };
}

process.once('message', (job) => {
	work(job)
		.catch((error) => ({ ok: false, message: error.message }))
		.then((answer) => process.send(answer, () => process.disconnect()));
});
process.send('ready');
