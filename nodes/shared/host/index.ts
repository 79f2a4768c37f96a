/** The only shared code that knows n8n. */
export { pairingOf, recordArrivals, type ArrivedItems, type HeldItem } from './arrivals';
export {
	instanceId,
	isMoreToCome,
	keepLineage,
	outputsTaken,
	lineageToken,
	parkedItems,
	passNumber,
	replaceInput,
	signedLink,
	runsAsTool,
	stepsAfter,
	stepsBefore,
	stepsOfRouter,
	stepsWithSettings,
} from './engine';
export { passThrough, plain } from './passThrough';
export { runPerItem } from './perItem';
export { registerWork } from './registerWork';
export {
	chosenRun,
	openRunScope,
	readSpendCap,
	type Beginning,
	type FoundRun,
	type RunScope,
} from './runScope';
export { runTitle } from './runTitle';
export { PROCESS_ID, closeStores, openStore, openStoreOfWebhook, stateFilePath } from './store';
export { asPipelineError, failedItem, toNodeError } from './toNodeError';
export { refusal, writeOrThrow } from './writeOrThrow';
export { hasGemini, openAsker, type Asker } from './gemini';
export { counted, tell } from './hints';
