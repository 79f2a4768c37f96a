/** The model room: structured calls of Gemini that are checked, priced and paid once. */
export { billOf, type Bill } from './bill';
export { openGemini, type CallOptions, type GeminiClient, type ModelInfo } from './client';
export type { GeminiConnection } from './connection';
export { answerFailure, isTransient } from './failures';
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
