/** The shared state of a run. Other rooms import from here only. */
import { openPostgres, type PostgresOptions } from './backends/postgres';
import { openSqlite } from './backends/sqlite';
import { SqlStateStore, type StoreEnvironment } from './sqlStore';
import type { StateStore } from './stateStore';

/**
 * Opens the embedded store at `path` (created with its folder where needed; `:memory:` keeps it in memory), or the one in a
 * PostgreSQL database. Fails with `store_unavailable`.
 */
export async function openStateStore(
	options: ({ path: string } | PostgresOptions) & StoreEnvironment,
): Promise<StateStore> {
	const database = 'path' in options ? await openSqlite(options.path) : await openPostgres(options);
	return new SqlStateStore(database, options);
}

export type { PostgresOptions, PostgresServer } from './backends/postgres';
export * from './fields';
export * from './stateStore';
export { ARTEFACTS, BUILT_IN_FIELDS, REVIEWS } from './builtInFields';
export { MAX_VALUE_BYTES } from './fieldTypes';
export { contentHashOf } from './contentHash';
export { canonicalJson, hashOf, isObject, type Json, type JsonObject } from './json';
export { piecesOf } from './ledger';
export { identifyWork } from './identifyWork';
export { itemOf } from './itemOf';
export { MAX_MEDIA_BYTES, mediaHashOf } from './media';
export { MAX_NAME, shortKey } from './names';
export { inDollars } from './spend';
export { statusAtEnd } from './statusAtEnd';
export { runsIn, type ExportedRun } from './transfer';
export { stepKey } from './stepKey';
export { continuedRequest, waitingReviews } from './waitingReviews';
export {
	artefactsOf,
	currentRound,
	decisionOn,
	decisionsOf,
	directivesOf,
	requestsOf,
	reviewsOf,
	roundsOf,
	verdictFor,
	verdictsOn,
	worstVerdict,
} from './views';
