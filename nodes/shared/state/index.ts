/** The shared state of a run. Other rooms import from here only. */
import { openSqlite } from './backends/sqlite';
import { SqlStateStore, type StoreEnvironment } from './sqlStore';
import type { StateStore } from './stateStore';

/** Opens the embedded store at `path` (created with its folder where needed) or in memory for `:memory:`. */
export async function openStateStore(options: { path: string } & StoreEnvironment): Promise<StateStore> {
	return new SqlStateStore(await openSqlite(options.path), options);
}

export * from './fields';
export * from './stateStore';
export { ARTEFACTS, BUILT_IN_FIELDS } from './builtInFields';
export { MAX_VALUE_BYTES } from './fieldTypes';
export { canonicalJson, hashOf, isObject, type Json, type JsonObject } from './json';
export { itemOf } from './itemOf';
export { roundId, statusAtEnd } from './statusAtEnd';
export { stepKey, type StepKeyParts } from './stepKey';
export {
	artefactsOf,
	attemptsOf,
	currentRound,
	directivesOf,
	requestedCount,
	roundsOf,
	verdictFor,
} from './views';
