/** Ledgers for tests of the report: what a run's steps would have written, in few words. */
import { PipelineError, type FailureCode } from '../../nodes/shared/errors';
import { report } from '../../nodes/shared/report';
import type { LedgerEntry, LedgerRow, Run } from '../../nodes/shared/state';

export const START_MS = Date.parse('2026-11-01T08:00:00.000Z');
export const AS_OF = '2026-11-22T12:00:00.000Z';
export const WRITE = 'w1/Write';
export const CHECK = 'w1/Check';
export const ROUTER = 'w1/Router';
export const GATE = 'w1/Gate';

export function runOf(runId: string, more: Partial<Run> = {}): Run {
	return {
		runId,
		runKey: runId,
		title: `Run ${runId}`,
		status: 'finished',
		statusNote: '',
		version: 1,
		startedFrom: 'editor',
		workflowId: 'w1',
		createdAt: new Date(START_MS).toISOString(),
		updatedAt: new Date(START_MS).toISOString(),
		costUsd: 0,
		unpricedCalls: 0,
		spendCapUsd: null,
		heldUsd: 0,
		estimateUsd: null,
		...more,
	};
}

/** The rows of a run, a minute apart. */
export function rowsOf(run: Run, entries: readonly LedgerEntry[], stepMs = 60_000): LedgerRow[] {
	return entries.map((entry, index) => ({
		run,
		entry: { ...entry, seq: index + 1, at: new Date(START_MS + index * stepMs).toISOString() },
	}));
}

const base = { layer: 'handoff', note: 'So it was.', by: 'x' } as const;

export const call = (slot: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
	...base,
	layer: 'capability',
	event: 'call',
	node: WRITE,
	round: 0,
	slot,
	calls: 1,
	asked: 1,
	costUsd: 0.01,
	...more,
});
export const failed = (code: FailureCode, more: Partial<LedgerEntry> = {}): LedgerEntry => {
	const failure = new PipelineError(code, `It was ${code}.`).toFailure();
	return { ...base, layer: failure.layer, event: 'failure', round: 0, failure, ...more };
};
/** Pieces `a`, `b`, … as `<id>@<place>`, and `<id>@<place><<id of what it replaces>`. */
export const work = (slot: string, pieces: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
	...base,
	event: 'work',
	node: WRITE,
	round: 0,
	slot,
	pieces: pieces.split(' ').flatMap((text) => {
		const match = /^(\w+)@(\d+)(?:<(\w+))?$/.exec(text);
		if (match === null) return [];
		const [, artefactId = '', place, replaces] = match;
		return [{ artefactId, slot: Number(place), ...(replaces === undefined ? {} : { replaces }) }];
	}),
	...more,
});
export const verdict = (
	artefactId: string,
	outcome: string,
	more: Partial<LedgerEntry> = {},
): LedgerEntry => ({
	...base,
	event: 'verdict',
	node: CHECK,
	artefactId,
	contentHash: `h-${artefactId}`,
	round: 0,
	outcome,
	...more,
});
export const sentBack = (artefactId: string | undefined, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
	...base,
	layer: 'recovery',
	event: 'sent back',
	node: ROUTER,
	outcome: 'generate',
	...(artefactId === undefined ? {} : { artefactId }),
	...more,
});
export const decision = (
	artefactId: string,
	outcome: string,
	more: Partial<LedgerEntry> = {},
): LedgerEntry => ({
	...base,
	event: 'decision',
	node: GATE,
	artefactId,
	contentHash: `h-${artefactId}`,
	outcome,
	isEdited: false,
	review: 'r1',
	...more,
});
export const review = (event: 'review' | 'review sent' | 'continued', id = 'r1'): LedgerEntry => ({
	...base,
	layer: 'recovery',
	event,
	node: GATE,
	review: id,
});

const ABOUT = { title: 'All runs', scope: 'all', asOf: AS_OF } as const;
/** The report of runs with these ledgers. */
export const reportOf = (...runs: Array<readonly [Partial<Run>, ...LedgerEntry[]]>) =>
	report(
		runs.flatMap(([run, ...entries], index) => rowsOf(runOf(`run-${index}`, run), entries)),
		ABOUT,
	);
/** The only step of that name in the only workflow. */
export const stepOf = (reported: ReturnType<typeof reportOf>, node: string) => {
	const found = reported.pipelines.flatMap(({ steps }) => steps).filter((step) => step.node === node);
	expect(found).toHaveLength(1);
	return found[0]?.pieces;
};
/** A share, as far as it is counted. */
export const right = (count: number, of: number) => expect.objectContaining({ count, of });
