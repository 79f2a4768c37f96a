import { PipelineError } from '../errors';
import type { StateStore, WriteRequest, WriteResult } from '../state';

/** Writes one request. A refusal is thrown, with all that it says. */
export async function writeOrThrow(
	store: StateStore,
	runId: string,
	request: WriteRequest,
): Promise<Extract<WriteResult, { ok: true }>> {
	const [result] = await store.write(runId, [request]);
	if (result?.ok === true) return result;
	if (result === undefined) throw new PipelineError('internal', 'The state store gave no answer.');
	throw refusal(result);
}

/** A refused write as the error that it is. */
export function refusal({ failure, details }: Extract<WriteResult, { ok: false }>): PipelineError {
	return new PipelineError(failure.code, failure.message, { ...failure, details });
}
