import { hashOf, stepKey } from '../../shared/state';
import type { FoundRun } from '../../shared/host';
import type { Operation } from './router';

/**
 * The key of what an operation does: played again it happens once. The pass is part of it, so that a step in a loop of n8n
 * does its work each time around.
 */
export async function commandIdOf(
	{ context, scope, item, itemIndex }: Parameters<Operation>[0],
	{ run, round }: FoundRun,
	request: unknown,
): Promise<string> {
	const { passNumber } = await import('../../shared/host');
	return stepKey({
		runId: run.runId,
		workflowId: scope.workflowId,
		nodeName: scope.nodeName,
		round,
		slot: `${String(item.json.artefactId ?? itemIndex + 1)}/${passNumber(context)}`,
		part: 0,
		take: Number(context.getNodeParameter('take', itemIndex, 1)),
		requestHash: hashOf(request),
	});
}
