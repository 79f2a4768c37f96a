/** Which processes of n8n use this store, by what each says of itself. Called inside the store's transactions. */
import { z } from 'zod/v4';
import type { Transaction } from './backends/database';

/** After which a process that was not heard of again is forgotten. */
const FORGOTTEN_MS = 86_400_000;

const processFactsSchema = z.object({
	role: z.enum(['main', 'worker', 'webhook']),
	host: z.string(),
	pid: z.number(),
	/** Versions; null where it does not know. */
	node: z.string(),
	n8n: z.string().nullable(),
	greenlight: z.string().nullable(),
	queueMode: z.boolean(),
	/** Where it keeps its state, without user and password. */
	state: z.string(),
	/** Where it says that the world reaches n8n; empty: nobody said. */
	address: z.string(),
	/** n8n's setting for packages that it has not verified; null: as n8n has it. */
	unverifiedPackages: z.boolean().nullable(),
});

/** What a process says of itself. */
export type ProcessFacts = z.infer<typeof processFactsSchema>;

/** A process that was heard of. */
export interface SeenProcess extends ProcessFacts {
	processId: string;
	/** How long ago by the store's clock, ms. */
	heardMsAgo: number;
	/** How far its clock was ahead of the database's, ms; 0 where the store has no clock of its own. */
	clockAheadMs: number;
}

/** Puts down the process, heard of now, and forgets those of more than a day ago. */
export async function noteProcess(
	tx: Transaction,
	processId: string,
	facts: ProcessFacts,
	clock: () => number,
): Promise<void> {
	const before = clock();
	const there = await tx.now();
	const now = there ?? before;
	// The answer was on its way for half of the time that it took.
	const ahead = there === undefined ? 0 : Math.round((before + clock()) / 2 - there);
	await tx.run(
		'INSERT INTO processes (process_id, facts, clock_ahead_ms, heard_at) VALUES (?, ?, ?, ?) ON CONFLICT (process_id) DO UPDATE ' +
			'SET facts = excluded.facts, clock_ahead_ms = excluded.clock_ahead_ms, heard_at = excluded.heard_at',
		processId,
		JSON.stringify(facts),
		ahead,
		new Date(now).toISOString(),
	);
	await tx.run('DELETE FROM processes WHERE heard_at < ?', new Date(now - FORGOTTEN_MS).toISOString());
}

/** Those heard of within the last day, the last one first. What another version of this package wrote and this one cannot read is left out. */
export async function listProcesses(tx: Transaction, clock: () => number): Promise<SeenProcess[]> {
	const rows = await tx.all('SELECT * FROM processes ORDER BY heard_at DESC, process_id');
	const now = (await tx.now()) ?? clock();
	return rows.flatMap((row) => {
		const facts = processFactsSchema.safeParse(JSON.parse(String(row.facts)));
		if (!facts.success) return [];
		const heardMsAgo = now - Date.parse(String(row.heard_at));
		if (heardMsAgo > FORGOTTEN_MS) return [];
		const clockAheadMs = Number(row.clock_ahead_ms);
		return [{ ...facts.data, processId: String(row.process_id), heardMsAgo, clockAheadMs }];
	});
}
