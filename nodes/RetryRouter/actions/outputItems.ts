import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { RunScope } from '../../shared/host';
import type { Escalation, RetryOrder, RoundDecision } from '../../shared/state';
import type { ArrivedRound } from './arrivals';

const KEY_PREFIX = 'g1:';

interface OutputItems {
	done: INodeExecutionData[];
	retry: INodeExecutionData[];
	escalate: INodeExecutionData[];
}

/** A decision as items: the work from state, what other steps added from the held items, and the lineage of each. */
export async function composeItems(
	context: IExecuteFunctions,
	scope: RunScope,
	arrived: ArrivedRound,
	decision: RoundDecision,
	isReplayed: boolean,
): Promise<OutputItems> {
	const { PipelineError } = await import('../../shared/errors');
	const { pairingOf, passThrough, plain, stepsAfter } = await import('../../shared/host');
	const after = stepsAfter(context);
	const { artefactsOf, hashOf, itemOf, verdictFor } = await import('../../shared/state');
	const { runId, round } = arrived;
	const document = await scope.store.read(runId);
	const artefacts = new Map(artefactsOf(document).map((artefact) => [artefact.id, artefact]));
	const gone = decision.done.filter((id) => !artefacts.has(id)).map(toGone);

	return {
		done: decision.done.flatMap((id) => compose(id, {})).map((item) => keyed(item, 'done')),
		retry: decision.retry.map(toRetryItem),
		escalate: [...decision.escalate, ...gone].map(toEscalatedItem).map((item) => keyed(item, 'escalate')),
	};

	/** The same work that leaves the same way again has the same key, for what comes after and must not happen twice. */
	function keyed(item: INodeExecutionData, way: string): INodeExecutionData {
		const { artefactId, slot, contentHash, key } = item.json;
		const isOwn = key === undefined || String(key).startsWith(KEY_PREFIX);
		if (!isOwn) return item;
		const what = plain({ runId, node: arrived.node, way, work: artefactId ?? slot, contentHash });
		const ours = `${KEY_PREFIX}${hashOf(JSON.parse(JSON.stringify(what)))}`;
		return { ...item, json: { ...item.json, key: ours } };
	}

	function compose(id: string, more: Record<string, unknown>, to = round): INodeExecutionData[] {
		const artefact = artefacts.get(id);
		if (artefact === undefined) return [];
		const held = arrived.held.get(id);
		// Another step's error was decided on: left on the item, the next round would take it for a failure of its own.
		const { error: _decided, ...brought } = held?.item.json ?? {};
		const work = itemOf(runId, artefact, to, {
			verdict: verdictFor(document, artefact),
			replayed: isReplayed,
		});
		return [
			{
				json: plain({
					...work,
					...passThrough(brought, Object.keys(artefact.content)),
					...more,
				}),
				...(held?.item.binary === undefined ? {} : { binary: held.item.binary }),
				...pairingOf(context, held),
			},
		];
	}

	function toRetryItem({ slot, artefactId, why, next, reasons, maker }: RetryOrder): INodeExecutionData {
		// Only a maker that Retry leads to can answer; otherwise whoever gets the item does.
		const isReached = maker !== undefined && after?.has(maker) === true;
		const more = { slot, why, next, reasons, ...(isReached ? { maker } : {}) };
		const [item] = artefactId === undefined ? [] : compose(artefactId, more, round + 1);
		const held = [...arrived.held.values()].find((each) => each.slot === slot) ?? arrived.arrivals[0];
		return (
			item ?? {
				json: plain({ title: '', status: 'new', ...more, runId, round: round + 1 }),
				...pairingOf(context, held),
			}
		);
	}

	function toEscalatedItem({ slot, artefactId, status, why, failure }: Escalation): INodeExecutionData {
		const more = {
			status,
			why,
			...(failure === undefined ? {} : { failure }),
			...(isReplayed ? { replayed: true } : {}),
		};
		const [item] = artefactId === undefined ? [] : compose(artefactId, more);
		return (
			item ?? {
				json: plain({ title: '', ...more, slot, runId, round }),
				...pairingOf(context, arrived.arrivals[0]),
			}
		);
	}

	/** Decided and then taken back by a rollback: a person has to know. */
	function toGone(id: string): Escalation {
		const failure = new PipelineError(
			'rolled_back',
			'It had passed, and a rollback took it back.',
		).toFailure();
		return { slot: 1, artefactId: id, status: 'failed', why: failure.message, failure };
	}
}
