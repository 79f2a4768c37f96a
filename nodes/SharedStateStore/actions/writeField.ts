import type { IDataObject } from 'n8n-workflow';
import { PipelineError } from '../../shared/errors';
import { hashOf, stepKey, type Command, type Json, type MergeRule } from '../../shared/state';
import type { Operation } from './router';

/**
 * Writes one field of the item's run, under a key: n8n's retries and a replay of the run do not write twice. A name that
 * the run does not know is declared with the rule.
 */
export async function writeField(
	{ context, scope, item, itemIndex }: Parameters<Operation>[0],
	field: string,
	rule: MergeRule,
	toCommand: (declared: MergeRule) => Command,
): Promise<IDataObject[]> {
	if (field === '') throw new PipelineError('input_missing', "'Field' is empty.");
	const { run, round } = await scope.find(itemIndex, item.json);
	const known = (await scope.store.declaredFields(run.runId)).find(({ name }) => name === field);
	const command = toCommand(known?.rule ?? rule);
	const expected = String(context.getNodeParameter('expectedVersion', itemIndex, '') ?? '').trim();
	const [result] = await scope.store.write(run.runId, [
		{
			by: scope.nodeName,
			commands: [command],
			commandId: stepKey({
				runId: run.runId,
				workflowId: scope.workflowId,
				nodeName: scope.nodeName,
				round,
				slot: String(item.json.artefactId ?? itemIndex + 1),
				part: 0,
				take: Number(context.getNodeParameter('take', itemIndex, 1)),
				requestHash: hashOf(command),
			}),
			...(known === undefined ? { declare: [{ name: field, rule, type: {}, part: 'content' }] } : {}),
			...(expected === '' ? {} : { expectedVersion: Number(expected) }),
		},
	]);
	if (result === undefined || !result.ok) {
		const failure = result?.failure;
		throw new PipelineError(failure?.code ?? 'internal', failure?.message ?? 'Nothing was written.', {
			...(failure === undefined ? {} : { hint: failure.hint }),
		});
	}
	return [{ ...item.json, runId: run.runId, version: result.version, ...(result.replayed ? { replayed: true } : {}) }];
}

/** What a person typed: JSON where it is JSON, otherwise text. */
export function readValue(value: unknown): Json {
	if (typeof value !== 'string') return JSON.parse(JSON.stringify(value ?? null));
	try {
		return JSON.parse(value);
	} catch {
		return value;
	}
}
