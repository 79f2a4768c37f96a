/** The model room: structured calls of Gemini that are checked, priced and paid once. */
export { addUsage, billOf } from './bill';
export { openGemini, type GeminiClient, type ModelKind } from './client';
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
	type KeptPicture,
	type PictureSize,
} from './image';
export { pixelsOf, readPicture, type Pixels } from './pictureBytes';
export { askOnce, type PaidAnswer, type PaidStep, type StepStore } from './paidOnce';
export { createPacer, pacedClient, pacerOf } from './pacing';
export { costOf, estimate, estimateTokens, PRICE_TABLE, type PriceOverride } from './prices';
export {
	bareModelName,
	requestHash,
	toGeminiRequest,
	type Attachment,
	type GeminiAnswer,
	type GeminiRequest,
	type ModelOptions,
	type ServiceTier,
	type StructuredRequest,
	type ThinkingLevel,
} from './request';
export { estimateRun, type PlannedStep } from './runEstimate';
export { DEFAULT_DEADLINE_MS, type AskDeps, type Spent } from './conversation';
export { askForJson } from './structured';
export { toWireSchema } from './wireSchema';
