import type { IDataObject } from 'n8n-workflow';
import { PipelineError } from '../../shared/errors';
import type { Command, FieldDeclaration, Json, MergeRule } from '../../shared/state';
import { commandIdOf } from './commandId';
import type { Operation } from './router';

/**
 * Writes one field of the item's run, under a key: n8n's retries and a replay of the run do not write twice. A name that
 * the run does not know is declared with the rule.
 */
export async function writeField(
	call: Parameters<Operation>[0],
	field: string,
	rule: MergeRule,
	toCommand: (declared: FieldDeclaration | undefined) => Command,
): Promise<IDataObject[]> {
	const { context, scope, item, itemIndex } = call;
	if (field === '') throw new PipelineError('input_missing', "'Field' is empty.");
	const { writeOrThrow } = await import('../../shared/host');
	const found = await scope.find(itemIndex, item.json);
	const { runId } = found.run;
	const known = (await scope.store.declaredFields(runId)).find(({ name }) => name === field);
	const command = toCommand(known);
	const expectedVersion = readVersion(context.getNodeParameter('expectedVersion', itemIndex, ''));
	const result = await writeOrThrow(scope.store, runId, {
		by: scope.nodeName,
		commands: [command],
		commandId: await commandIdOf(call, found, command),
		...(known === undefined ? { declare: [{ name: field, rule, type: {}, part: 'content' as const }] } : {}),
		...(expectedVersion === undefined ? {} : { expectedVersion }),
	});
	return [{ ...item.json, runId, version: result.version, ...(result.replayed ? { replayed: true } : {}) }];
}

function readVersion(value: unknown): number | undefined {
	const text = String(value ?? '').trim();
	if (text === '') return undefined;
	if (/^\d+$/.test(text)) return Number(text);
	throw new PipelineError('input_refused', `'Saved Version' should be a version number, but is '${text}'.`);
}

/** What a person typed: JSON where it is JSON, otherwise text. A field of text takes it as it is. */
export function readValue(value: unknown, declared?: FieldDeclaration): Json {
	if (typeof value === 'string' && declared?.type.type === 'string') return value;
	if (typeof value !== 'string') return JSON.parse(JSON.stringify(value ?? null));
	try {
		return JSON.parse(value);
	} catch {
		return value;
	}
}
