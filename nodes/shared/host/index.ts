/** The only shared code that knows n8n. */
export { isRow, pairingOf, recordArrivals, type ArrivedItems, type HeldItem } from './arrivals';
export {
	instanceId,
	isMoreToCome,
	keepLineage,
	leadsBack,
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
} from './engine';
export { isForAnother } from './isForAnother';
export { leftBefore } from './leftBefore';
export { passesBefore } from './passesBefore';
export { passThrough, plain } from './passThrough';
export { runPerItem } from './perItem';
export { stepsWithSettings } from './stepsWithSettings';
export { registerAll, registerWork, type Piece } from './registerWork';
export {
	chosenRun,
	openRunScope,
	readSpendCap,
	type Beginning,
	type FoundRun,
	type RunScope,
} from './runScope';
export { reviewLink } from './reviewLink';
export { runTitle } from './runTitle';
export { isStatusKey, resultLink, statusLink, type StatusTicket } from './statusLink';
export { PROCESS_ID, closeStores, openStore, openStoreOf, openStoreOfWebhook, stateFilePath } from './store';
export { refuseChosenByModel } from './toolGuard';
export { asPipelineError, failedItem, toNodeError } from './toNodeError';
export { refusal, writeOrThrow } from './writeOrThrow';
export { hasGemini, openAsker, type Asker } from './gemini';
export { freeBytes, geminiFacts, openAddress, ownAddress, savesProgress, storeFacts } from './setUpFacts';
export { counted, tell } from './hints';
