/** A private PostgreSQL server as a process of its own: does what its parent asks, and ends with it. Argument: JSON options. */
import { startPostgres } from '../../scripts/withPostgres.mjs';

const server = await startPostgres(JSON.parse(process.argv[2] ?? '{}'));
process.on('message', async (/** @type {'start' | 'end' | 'kill'} */ what) => {
	await server[what]();
	process.send?.({ done: what });
});
process.on('disconnect', async () => {
	await server.stop();
	process.exit(0);
});
process.send?.({ url: server.url, folder: server.folder });
