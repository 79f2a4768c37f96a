import { PipelineError } from '../errors';
import {
	canonicalJson,
	requestsOf,
	roundDecisionSchema,
	type RoundDecision,
	type StateDocument,
	type StateStore,
} from '../state';
import { ledgerOfRound } from './ledgerOfRound';
import type { RetryPolicy } from './policy';
import {
	decideFromState,
	factsOfRound,
	isExpected,
	nameOf,
	ownArtefacts,
	ownRounds,
	wasGenerated,
	type Arrival,
} from './roundFacts';

/** A round as one router sees it. */
export interface RouterRound {
	runId: string;
	/** `workflowId/node name`. */
	node: string;
	/** The router's name, for history. */
	by: string;
	round: number;
	/** All that arrived of the round. */
	arrivals: readonly Arrival[];
	/** Failures of an earlier execution, which what arrived now has taken the place of. */
	outdated: readonly Arrival[];
	/** What arrived in this pass. */
	here: readonly Arrival[];
	everArrived: ReadonlySet<string>;
	upstream: ReadonlySet<string> | undefined;
	executionId: string;
	/** Stays the same over n8n's retries of an execution. */
	lineage: string;
	/** Something has left in this execution, or in the one in whose middle it goes on: what left there has left. */
	isContinued: boolean;
	/** The round that this execution has reached already. */
	reached: number;
}

/**
 * Whether a round can be decided. When n8n has nothing left to run that leads here, it can. Otherwise, and where n8n does
 * not show it (`moreToCome` undefined), all that state expects must have arrived; in the first round that is not enough
 * while more is to come, since a second generator that has not run yet is not in state.
 */
export function isRoundComplete(
	document: StateDocument,
	round: RouterRound,
	moreToCome: boolean | undefined,
): boolean {
	if (moreToCome === false) return true;
	return (moreToCome === undefined || round.round > 0) && hasAllExpected(document, round);
}

function hasAllExpected(document: StateDocument, round: RouterRound): boolean {
	const here = new Set(round.arrivals.map(({ artefactId }) => artefactId));
	const own = ownArtefacts({ ...round, document });
	const hasAllKnown = own.every(
		(artefact) => here.has(artefact.id) || !isExpected(artefact, document, round.round, round.node),
	);
	const requested = requestsOf(document)
		.filter(({ step }) => round.upstream?.has(step) ?? true)
		.reduce((sum, { count }) => sum + count, 0);
	const failedAlone = round.arrivals.filter(
		({ artefactId, failure }) => artefactId === undefined && failure !== undefined,
	);
	const isUnplaced = failedAlone.some(({ slot }) => slot === undefined);
	return hasAllKnown && (isUnplaced || own.length + failedAlone.length >= requested);
}

/** A decision, and whether it is one from the record. */
export interface DecidedRound {
	decision: RoundDecision;
	/** An earlier execution, or an earlier try of this one, decided it. */
	isReplayed: boolean;
}

/**
 * Decides a round once, in state. Asked again about the same work with the same verdicts, the recorded decision is given
 * back; other work, changed work and new verdicts are decided anew, and so is what went to a person and could go on now.
 */
export async function decideRound(
	store: StateStore,
	round: RouterRound,
	policy: RetryPolicy,
	{ now, random }: { now: number; random: number },
): Promise<DecidedRound> {
	const document = await store.read(round.runId);
	const run = await store.getRun(round.runId);
	const recorded = ownRounds(document, round.node).filter((decision) => decision.round === round.round);
	const emittedHere = await emittedIn(store, round);
	const names = round.here.map((arrival) => nameOf(arrival, document, round.round));
	const known = recorded.findLast(({ covers }) => names.every((name) => covers.includes(name)));
	if (known?.kind === 'retry' && emittedHere.decisions.has(known.id) && round.reached > round.round) {
		return { decision: cameBack(known), isReplayed: false };
	}
	const asRecorded = (decision: RoundDecision): DecidedRound => ({
		decision,
		isReplayed: !emittedHere.decisions.has(decision.id),
	});
	if (known?.kind === 'done' || known?.kind === 'retry') return asRecorded(known);

	const number = recorded.length + 1;
	const id = `${round.node}#${round.round}${number === 1 ? '' : `.${number}`}`;
	const input = {
		...round,
		id,
		document,
		arrivals: round.arrivals.filter(
			({ artefactId, name }) =>
				artefactId !== undefined ||
				!emittedHere.names.has(name ?? '') ||
				round.here.some((arrival) => arrival.name === name),
		),
		emitted: emittedHere.ids,
		spentUsd: run.costUsd,
		startedAt: run.createdAt,
		now,
		random,
	};
	const decision = decideFromState(input, policy);
	if (known !== undefined && isSame(known, decision)) return asRecorded(known);
	const entry = JSON.parse(JSON.stringify(decision));
	const [result] = await store.write(round.runId, [
		{
			by: round.by,
			asRecordKeeper: true,
			commandId: `round:${id}`,
			commands: [
				{ op: 'mergeById', field: 'rounds', items: [entry] },
				...(number === 1 && wasGenerated(round.round, document, round.node)
					? [{ op: 'increment' as const, field: 'attempts', by: 1 }]
					: []),
			],
			outcome: entry,
			...(decision.kind === 'escalate' || decision.kind === 'partly'
				? { status: { status: 'escalated' as const, note: decision.why } }
				: {}),
			ledger: ledgerOfRound(round, factsOfRound(input), decision),
		},
	]);
	if (result?.ok !== true)
		throw new PipelineError(result?.failure.code ?? 'internal', result?.failure.message ?? '');
	return { decision: roundDecisionSchema.parse(result.outcome), isReplayed: false };
}

/** Notes that a decision has left the router in this execution. */
export async function noteEmitted(
	store: StateStore,
	round: RouterRound,
	decision: RoundDecision,
): Promise<void> {
	await store.recordStep(round.runId, {
		key: `emitted:${decision.id}@${round.executionId}`,
		kind: 'decision',
		state: 'answered',
		node: round.node,
		round: round.round,
		slot: round.executionId,
		answer: {
			id: decision.id,
			execution: round.executionId,
			lineage: round.lineage,
			isContinued: round.isContinued,
			ids: [...decision.done, ...decision.escalate.flatMap(({ artefactId }) => artefactId ?? [])],
			names: decision.covers,
		},
	});
}

/**
 * What has left the router in this execution, and in the one that it goes on with. An execution that began anew under the same
 * token, as after a crash, stays one that began anew in its later passes.
 */
async function emittedIn(
	store: StateStore,
	round: RouterRound,
): Promise<{ decisions: Set<string>; ids: Set<string>; names: Set<string> }> {
	const steps = await store.listSteps(round.runId, { kind: 'decision', node: round.node });
	const all = steps.map(({ answer }) => Object(answer));
	const beganAnew = all.some(
		({ execution, isContinued }) => execution === round.executionId && isContinued === false,
	);
	const isContinued = round.isContinued && !beganAnew;
	const answers = all.filter(
		({ execution, lineage }) => execution === round.executionId || (isContinued && lineage === round.lineage),
	);
	const list = (value: unknown): string[] => (Array.isArray(value) ? value : []);
	return {
		decisions: new Set(
			answers.filter(({ execution }) => execution === round.executionId).map(({ id }) => String(id)),
		),
		ids: new Set(answers.flatMap(({ ids }) => list(ids))),
		names: new Set(answers.flatMap(({ names }) => list(names))),
	};
}

/** The same work again, where something new was asked for: without this, a pinned step would go round for ever. */
function cameBack(decision: RoundDecision): RoundDecision {
	const failure = new PipelineError(
		'came_back_unchanged',
		'What was sent back came again unchanged.',
	).toFailure();
	return {
		...decision,
		kind: 'escalate',
		why: failure.message,
		retry: [],
		escalate: [
			...decision.kept.map(({ id }, index) => ({
				slot: index + 1,
				artefactId: id,
				status: 'passed' as const,
				why: 'It passed.',
			})),
			...decision.retry.map(({ slot, artefactId, why }) => ({
				slot,
				...(artefactId === undefined ? {} : { artefactId }),
				status: 'failed' as const,
				why,
				failure,
			})),
		],
	};
}

function isSame(a: RoundDecision, b: RoundDecision): boolean {
	const essence = ({ kind, done, retry, escalate }: RoundDecision): string =>
		canonicalJson([
			kind,
			done,
			retry.map(({ slot, next }) => [slot, next]),
			escalate.map(({ slot, status }) => [slot, status]),
		]);
	return essence(a) === essence(b);
}
