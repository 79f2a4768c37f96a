import type { IExecuteFunctions, INodeExecutionData, IPairedItemData } from 'n8n-workflow';
import type { RunScope } from '../../shared/host';
import type { Escalation, RetryOrder, RoundDecision } from '../../shared/state';
import type { ArrivedRound, HeldItem } from './arrivals';

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
): Promise<OutputItems> {
	const { artefactsOf, itemOf, verdictFor } = await import('../../shared/state');
	const { runId, round } = arrived;
	const document = await scope.store.read(runId);
	const artefacts = new Map(artefactsOf(document).map((artefact) => [artefact.id, artefact]));
	const everHeld = await heldBefore(scope, arrived);

	return {
		done: decision.done.flatMap((id) => compose(id, {})),
		retry: decision.retry.map(toRetryItem),
		escalate: decision.escalate.map(toEscalatedItem),
	};

	function compose(id: string, more: Record<string, unknown>, to = round): INodeExecutionData[] {
		const artefact = artefacts.get(id);
		if (artefact === undefined) return [];
		const held = everHeld.get(id);
		const work = itemOf(runId, artefact, to, { verdict: verdictFor(document, artefact) });
		return [
			{
				json: plain({ ...cleaned(held), ...work, ...more }),
				...(held?.item.binary === undefined ? {} : { binary: held.item.binary }),
				...pairing(held),
			},
		];
	}

	function toRetryItem(order: RetryOrder): INodeExecutionData {
		const more = { slot: order.slot, why: order.why, next: order.next, reasons: order.reasons };
		const [item] = order.artefactId === undefined ? [] : compose(order.artefactId, more, round + 1);
		const held = [...everHeld.values()].find(({ slot }) => slot === order.slot) ?? arrived.arrivals[0];
		return (
			item ?? {
				json: plain({ title: '', status: 'new', ...more, runId, round: round + 1 }),
				...pairing(held),
			}
		);
	}

	function toEscalatedItem(escalation: Escalation): INodeExecutionData {
		const { status, why, failure } = escalation;
		const [item] = escalation.artefactId === undefined ? [] : compose(escalation.artefactId, { status, why, failure });
		return (
			item ?? {
				json: plain({ title: '', status, why, failure, slot: escalation.slot, runId, round }),
				...pairing(arrived.arrivals[0]),
			}
		);
	}

	/** Without what was there in this execution there is no lineage to keep; n8n then finds none, rather than a wrong one. */
	function pairing(held: HeldItem | undefined): { pairedItem?: IPairedItemData } {
		if (held === undefined || held.executionId !== context.getExecutionId() || held.source === null) return {};
		return { pairedItem: { item: held.index, input: held.input, sourceOverwrite: held.source } };
	}
}

/** The latest arrival of each piece of work, over all rounds: what passed in the first round leaves in the last one. */
async function heldBefore(scope: RunScope, { runId, arrivals }: ArrivedRound): Promise<Map<string, HeldItem>> {
	const recorded = await scope.store.listSteps(runId, { kind: 'arrival', node: scope.node });
	const held = recorded.flatMap(({ answer }): HeldItem[] => {
		const value = Object(answer);
		return typeof value.artefactId === 'string' ? [value] : [];
	});
	return new Map([...held, ...arrivals].flatMap((entry) => (entry.artefactId === undefined ? [] : [[entry.artefactId, entry]])));
}

/** What other steps put on the item, without what Greenlight says of a round that is over. */
function cleaned(held: HeldItem | undefined): Record<string, unknown> {
	const { failure: _failure, verdict: _verdict, next: _next, replayed: _replayed, reasons: _reasons, ...kept } =
		held?.item.json ?? {};
	return kept;
}

function plain(value: Record<string, unknown>): INodeExecutionData['json'] {
	return JSON.parse(JSON.stringify(value));
}

