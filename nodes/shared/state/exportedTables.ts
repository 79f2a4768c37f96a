/** What the rows of an exported run look like. */
import { z } from 'zod/v4';
import { MAX_KEY, MAX_NAME } from './names';

interface ExportedTable {
	/** Every column, as `MIGRATIONS` has it. */
	row: z.ZodType<Record<string, string | number | null>>;
	/** What tells a run's rows apart. */
	key: readonly string[];
}

const text = z.string();
const name = z.string().max(MAX_NAME);
const key = z.string().max(MAX_KEY);
/** Files are named by run and hash, and neither may lead elsewhere. */
const runId = z.string().regex(/^[\w-]{1,100}$/);
const fileHash = z.string().regex(/^[0-9a-f]{64}$/);
const whole = z.int32();
const number = z.number();

/**
 * Every table that has rows of a run, in the order of import. But for its links, which are about executions of one n8n, and
 * the bytes of media, which have lines of their own.
 */
export const TABLES = new Map<string, ExportedTable>([
	[
		'runs',
		{
			key: [],
			row: z.strictObject({
				run_id: runId,
				run_key: name,
				title: text,
				search_text: text,
				status: text,
				status_note: text,
				version: whole,
				unsnapshotted: whole,
				started_from: text,
				workflow_id: text,
				forked_from: text.nullable(),
				head_hash: text,
				cost_usd: number,
				unpriced_calls: whole,
				step_count: whole,
				ledger_count: whole,
				created_at: text,
				updated_at: text,
				// Missing in exports of an earlier Greenlight.
				spend_cap_usd: number.nonnegative().nullable().default(null),
				held_usd: number.nonnegative().default(0),
				estimate_usd: number.nonnegative().nullable().default(null),
			}),
		},
	],
	[
		'fields',
		{ key: ['name'], row: z.strictObject({ run_id: runId, name, position: whole, declaration: text }) },
	],
	['bodies', { key: ['hash'], row: z.strictObject({ run_id: runId, hash: name, body: text }) }],
	[
		'versions',
		{
			key: ['version'],
			row: z.strictObject({
				run_id: runId,
				version: whole,
				at: text,
				written_by: text,
				kind: text,
				row_hash: text,
			}),
		},
	],
	[
		'changes',
		{
			key: ['version', 'seq'],
			row: z.strictObject({
				run_id: runId,
				version: whole,
				seq: whole,
				field: name,
				entry: name,
				position: whole,
				hash: text.nullable(),
			}),
		},
	],
	[
		'live',
		{
			key: ['field', 'entry'],
			row: z.strictObject({
				run_id: runId,
				field: name,
				entry: name,
				position: whole,
				hash: text,
				version: whole,
			}),
		},
	],
	['snapshots', { key: ['version'], row: z.strictObject({ run_id: runId, version: whole, entries: text }) }],
	['checkpoints', { key: ['name'], row: z.strictObject({ run_id: runId, name, version: whole }) }],
	[
		'commands',
		{
			key: ['command_id'],
			row: z.strictObject({ run_id: runId, command_id: key, version: whole, outcome: text.nullable() }),
		},
	],
	[
		'steps',
		{
			key: ['step_key'],
			row: z.strictObject({
				run_id: runId,
				step_key: key,
				seq: whole,
				kind: text,
				state: text,
				node: text,
				round: whole,
				slot: text,
				owner: text.nullable(),
				answer: text.nullable(),
				failure: text.nullable(),
				cost_usd: number.nullable(),
				unpriced: whole,
				started_at: text,
				updated_at: text,
			}),
		},
	],
	['ledger', { key: ['seq'], row: z.strictObject({ run_id: runId, seq: whole, at: text, entry: text }) }],
	[
		'media',
		{
			key: ['hash'],
			row: z.strictObject({
				run_id: runId,
				hash: fileHash,
				mime_type: text,
				bytes: whole,
				file_name: text.nullable(),
			}),
		},
	],
]);
