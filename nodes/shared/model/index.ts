/** The model room: structured calls of Gemini that are checked, priced and paid once. */
export { addUsage, billOf, type Bill } from './bill';
export { openGemini, type CallOptions, type GeminiClient, type ModelInfo, type ModelKind } from './client';
export type { GeminiConnection } from './connection';
export { answerFailure, isTransient } from './failures';
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
export { readPicture } from './pictureBytes';
export { askOnce, type PaidAnswer, type PaidStep, type StepStore } from './paidOnce';
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
export {
	askForJson,
	DEFAULT_DEADLINE_MS,
	DEFAULT_TRIES,
	MAX_WAIT_MS,
	type AskDeps,
	type StructuredAnswer,
} from './structured';
export { toWireSchema } from './wireSchema';
