/** LangGraph JS, which the benches compare with. */
import { copyFile, mkdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PlainError } from '../lib/plainError.mjs';
import { NPM_INSTALL_OPTIONS, REPOSITORY, npmCommand, run } from '../lib/processes.mjs';
import { cacheFolder } from '../n8nInstall.mjs';

/** What the bench compares with, installed into the cache once. @param {(line: string) => void} say */
export async function loadPeers(say) {
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
