import type { Failure, Layer } from '../errors';
import { ARTEFACTS } from './builtInFields';
import { artefactSchema } from './fields';
import type { Command } from './stateStore';

/** One thing that happened to a run. */
export interface LedgerEntry {
	layer: Layer;
	/** What happened: such as those of `LEDGER_EVENTS`; the table in `docs/reliability.md` says who writes which, with what. */
	event: string;
	/** One sentence for a person. */
	note: string;
	/** Who did it: the step's name, or the reviewer's. */
	by: string;
	/** The step, as `workflowId/node name`. */
	node?: string;
	artefactId?: string;
	/** Of the work that it is about, as it was then. */
	contentHash?: string;
	round?: number;
	/** Which of a step's questions it was, as in its step record. */
	slot?: string;
	/** What it came to, in one word: a verdict's `pass`, a decision's `approve`, a round's `retry`, what is asked for `next`. */
	outcome?: string;
	/** A person changed the work before deciding. */
	isEdited?: boolean;
	/** The work that was made. */
	pieces?: readonly LedgerPiece[];
	/** How many pieces were asked for, or a person was asked about. */
	asked?: number;
	/** The review that it belongs to. */
	review?: string;
	/** How often the model was called for it, repairs and repeated calls included. */
	calls?: number;
	failure?: Failure;
	/** Null when the price is unknown. */
	costUsd?: number | null;
	durationMs?: number;
}

/** What the house's own steps write, in the order in which a run meets it. */
export const LEDGER_EVENTS = [
	'start',
	'work',
	'call',
	'failure',
	'verdict',
	'round',
	'sent back',
	'escalated',
	'review',
	'decision',
	'review sent',
	'continued',
	'review again',
	'handed over',
	'checkpoint',
	'rollback',
	'status',
	'stopped',
] as const;

/** A piece of work in the ledger. */
export interface LedgerPiece {
	artefactId: string;
	slot: number;
	/** The piece whose place it took. */
	replaces?: string;
}

export interface RecordedLedgerEntry extends LedgerEntry {
	/** Place in the run's list, from 1. */
	seq: number;
	/** ISO 8601, UTC. */
	at: string;
}

/** The pieces of work among what is written; what is only said of a piece, such as that it was replaced, is none. */
export function piecesOf(commands: readonly Command[]): LedgerPiece[] {
	return commands
		.flatMap((command) => (command.op === 'mergeById' && command.field === ARTEFACTS ? command.items : []))
		.flatMap((item) => {
			const { data } = artefactSchema.safeParse(item);
			if (data === undefined) return [];
			const { id: artefactId, slot, replaces } = data;
			return [{ artefactId, slot, ...(replaces === undefined ? {} : { replaces }) }];
		});
}
