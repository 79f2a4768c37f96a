/** Who may send a paid call, and with which money. Called inside the store's transactions. */
import { PipelineError } from '../errors';
import type { Transaction } from './backends/database';
import { Draft } from './draft';
import * as records from './records';
import { holdFor } from './spend';
import type { Hold, RecordedStep, Step } from './stateStore';

export interface Claim {
	claimed: boolean;
	step: RecordedStep;
	/** What was set aside; missing on a run without a cap. */
	heldUsd?: number;
}

/** A refusal is given back and not thrown: what it wrote into the ledger has to be kept. */
export async function claimStep(
	tx: Transaction,
	runId: string,
	at: string,
	step: Step,
	hold: Hold | undefined,
): Promise<Claim | PipelineError> {
	const [draft, found] = await Promise.all([
		Draft.open(tx, runId, at),
		records.findStep(tx, runId, step.key),
	]);
	if (found !== undefined && found.state !== 'failed') return { claimed: false, step: found };
	const heldUsd = hold === undefined ? undefined : holdFor(draft.origin, hold);
	if (heldUsd instanceof PipelineError) {
		if (hold?.isTrial === true && heldUsd.code === 'budget_exhausted') return heldUsd;
		return refuse(draft, heldUsd, hold?.by ?? step.node, step.round);
	}
	const held = heldUsd === undefined ? {} : { heldUsd };
	draft.addStep({ ...step, state: 'started', ...(heldUsd === undefined ? {} : { holdUsd: heldUsd }) });
	await draft.save();
	const recorded = await records.findStep(tx, runId, step.key);
	if (recorded === undefined) throw new PipelineError('internal', 'A claimed step has no record.');
	return { claimed: true, step: recorded, ...held };
}

/** Sets more money aside; a refusal is given back as by `claimStep`. */
export async function holdMore(
	tx: Transaction,
	runId: string,
	at: string,
	hold: Hold,
): Promise<PipelineError | undefined> {
	const draft = await Draft.open(tx, runId, at);
	const heldUsd = holdFor(draft.origin, hold);
	if (heldUsd instanceof PipelineError) return refuse(draft, heldUsd, hold.by);
	draft.addHold(heldUsd ?? 0);
	await draft.save();
	return undefined;
}

async function refuse(
	draft: Draft,
	error: PipelineError,
	by: string,
	round?: number,
): Promise<PipelineError> {
	const failure = error.toFailure();
	draft.addToLedger({
		layer: failure.layer,
		event: 'failure',
		note: failure.message,
		by,
		failure,
		...(round === undefined ? {} : { round }),
	});
	await draft.save();
	return error;
}
