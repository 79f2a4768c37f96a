import type { IDataObject } from 'n8n-workflow';
import { PipelineError } from '../../shared/errors';
import type {
	Command,
	FieldDeclaration,
	Json,
	MergeRule,
	WriteRequest,
	WriteResult,
} from '../../shared/state';
import { commandIdOf } from './commandId';
import type { Operation } from './router';
import { readVersion } from './version';

/** A write of one item, and what the item becomes by what came of it. */
export interface PlannedWrite {
	runId: string;
	request: WriteRequest;
	toRow(result: Extract<WriteResult, { ok: true }>): IDataObject;
}

/**
 * What writes one field of the item's run, under a key: n8n's retries and a replay of the run do not write twice. A name that
 * the run does not know is declared with the rule.
 */
export async function planField(
	call: Parameters<Operation>[0],
	field: string,
	rule: MergeRule,
	toCommand: (declared: FieldDeclaration | undefined) => Command,
): Promise<PlannedWrite> {
	const { context, scope, item, itemIndex } = call;
	if (field === '') throw new PipelineError('input_missing', "'Field' is empty.");
	const found = await scope.find(itemIndex, item.json);
	const { runId } = found.run;
	const known = (await scope.store.declaredFields(runId)).find(({ name }) => name === field);
	const command = toCommand(known);
	const expectedVersion = readExpectedVersion(context.getNodeParameter('expectedVersion', itemIndex, ''));
	const request: WriteRequest = {
		by: scope.nodeName,
		commands: [command],
		commandId: await commandIdOf(call, found, command),
		...(known === undefined ? { declare: [{ name: field, rule, type: {}, part: 'content' as const }] } : {}),
		...(expectedVersion === undefined ? {} : { expectedVersion }),
	};
	return {
		runId,
		request,
		toRow: ({ version, replayed }) => ({
			...item.json,
			runId,
			version,
			...(replayed ? { replayed: true } : {}),
		}),
	};
}

function readExpectedVersion(value: unknown): number | undefined {
	const version = readVersion(value);
	if (typeof version !== 'string') return version;
	throw new PipelineError(
		'input_refused',
		`'Saved Version' should be a version number, but is '${version}'.`,
	);
}

/**
 * What a person typed: JSON where it is JSON, otherwise text. A field of text takes it as it is. A number that would become
 * another one, such as a long id, stays the text that it is.
 */
export function readValue(value: unknown, declared?: FieldDeclaration): Json {
	if (typeof value === 'string' && declared?.type.type === 'string') return value;
	if (typeof value !== 'string') return JSON.parse(JSON.stringify(value ?? null));
	try {
		// What was typed is in the third argument, which TypeScript does not know yet.
		return JSON.parse(value, (_name, ...[parsed, typed]: unknown[]) => {
			const { source } = Object(typed);
			return typeof parsed === 'number' && !isKept(parsed, String(source)) ? source : parsed;
		});
	} catch {
		return value;
	}
}

/** Whether a number is the one that was typed, however it was typed: 1.50 is 1.5, and 1e3 is 1000. */
function isKept(parsed: number, typed: string): boolean {
	return Number.isFinite(parsed) && digitsOf(String(parsed)) === digitsOf(typed);
}

/** A number's own digits and how far they are shifted, without zeros that say nothing. */
function digitsOf(number: string): string {
	const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:e(.+))?$/i.exec(number) ?? [];
	const digits = `${whole}${fraction}`.replace(/^0+/, '');
	const significant = digits.replace(/0+$/, '');
	if (significant === '') return '0';
	return `${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}
