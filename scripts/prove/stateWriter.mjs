/**
 * A process that writes to a run until it is done or killed. Says each write that was acknowledged, by its number, on
 * stdout. Arguments: JSON `{ place, runId, writer, from, count, atOnce }`.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { REPOSITORY } from '../lib/processes.mjs';

const { openStateStore } = createRequire(import.meta.url)(
	join(REPOSITORY, 'dist', 'nodes', 'shared', 'state'),
);
const { place, runId, writer, from, count, atOnce } = JSON.parse(process.argv[2] ?? '{}');

const store = await openStateStore({ ...place, clock: () => Date.now(), newId: () => '' });
let next = from;

async function work() {
	while (next < from + count) {
		const number = next++;
		const name = `${writer}-${number}`;
		for (;;) {
			try {
				const [result] = await store.write(runId, [
					{
						by: writer,
						commandId: name,
						commands: [
							{ op: 'append', field: 'log', values: [name] },
							{ op: 'increment', field: 'count', by: 1 },
						],
					},
				]);
				if (!result.ok) throw new Error(result.failure.message);
				process.stdout.write(`${number}\n`);
				break;
			} catch (error) {
				if (!(error instanceof Error && 'retryable' in error && error.retryable === true)) throw error;
				await new Promise((resolve) => setTimeout(resolve, 50));
			}
		}
	}
}

await Promise.all(Array.from({ length: atOnce }, work));
await store.close();
