/** The model room: structured calls of Gemini that are checked, priced and paid once. */
export { addUsage, billOf, withBill, type Bill } from './bill';
export { openGemini, type CallOptions, type GeminiClient, type ModelInfo, type ModelKind } from './client';
export type { GeminiConnection, PacingLimits } from './connection';
export { answerFailure } from './failures';
export { Budget } from './budget';
export { CAPPED_OUTPUT_TOKENS, mostUsd } from './callSize';
export {
	ASPECT_RATIOS,
	keptPictureSchema,
	picturesAsAnswers,
	PICTURE_SIZES,
	type AspectRatio,
	type KeepPicture,
	type KeptPicture,
	type PictureSize,
} from './image';
export { pixelsOf, readPicture, type Pixels } from './pictureBytes';
export {
	askOnce,
	payOnce,
	type PaidAnswer,
	type PaidQuestion,
	type PaidStep,
	type StepStore,
} from './paidOnce';
export { createPacer, pacedClient, pacerOf, type Pacer } from './pacing';
export {
	costOf,
	estimate,
	estimateTokens,
	PRICE_TABLE,
	type PlannedWork,
	type PriceOverride,
	type Pricing,
} from './prices';
export {
	bareModelName,
	requestHash,
	SERVICE_TIERS,
	THINKING_LEVELS,
	toGeminiRequest,
	type Attachment,
	type GeminiAnswer,
	type GeminiRequest,
	type ModelOptions,
	type PictureFormat,
	type ServiceTier,
	type StructuredRequest,
	type ThinkingLevel,
} from './request';
export { estimateRun, type PlannedRun, type PlannedStep, type RunEstimate } from './runEstimate';
export {
	DEFAULT_DEADLINE_MS,
	DEFAULT_TRIES,
	MAX_WAIT_MS,
	startConversation,
	type AskDeps,
	type Conversation,
	type Spent,
} from './conversation';
export { askForJson, type StructuredAnswer } from './structured';
export { toWireSchema } from './wireSchema';
