/** The shapes of a question, of the call that it becomes, and of what comes back. */
import type { z } from 'zod/v4';
import type { PipelineError } from '../errors';
import type { Usage } from '../state/fields';
import { hashOf, type JsonObject } from '../state/json';
import { toWireSchema } from './wireSchema';

/** `flex` costs half and may take minutes; `standard` answers at once. */
export const SERVICE_TIERS = ['standard', 'flex'] as const;
export type ServiceTier = (typeof SERVICE_TIERS)[number];

/** How long the model thinks before it answers. Thoughts are billed as output. Not every model knows every level. */
export const THINKING_LEVELS = ['minimal', 'low', 'medium', 'high'] as const;
export type ThinkingLevel = (typeof THINKING_LEVELS)[number];

/** A file that goes along with the prompt. */
export interface Attachment {
	mimeType: string;
	/** The file's bytes, base64. */
	data: string;
}

/** How a picture should be. */
export interface PictureFormat {
	/** One of `ASPECT_RATIOS`. */
	aspectRatio: string;
	/** One of `PICTURE_SIZES`. */
	size: string;
}

/** Settings of the model. What is not set is not sent, so that the model's own default holds. */
export interface ModelOptions {
	/** 0 to 2. Newer models ignore or refuse it. */
	temperature?: number | undefined;
	/** Thoughts count too: a small limit gives a cut-off or empty answer. */
	maxOutputTokens?: number | undefined;
	thinking?: ThinkingLevel | undefined;
	/** Default `standard`. */
	tier?: ServiceTier | undefined;
}

/** A question whose answer is JSON of a known shape. */
export interface StructuredRequest<T> {
	/** Model name, with or without `models/` in front. */
	model: string;
	/** Standing orders; never text that a user typed. */
	system: string;
	prompt: string;
	attachments?: readonly Attachment[];
	/** What the answer must be. A reduced copy goes to Gemini; the whole of it is checked here. Its output must be JSON. */
	schema: z.ZodType<T>;
	options?: ModelOptions;
	/** A picture is asked for. What `schema` checks is then what `picturesAsAnswers` says of it. */
	picture?: PictureFormat;
}

/** One call of the model. */
export interface GeminiRequest extends ModelOptions {
	model: string;
	system?: string;
	prompt: string;
	attachments?: readonly Attachment[];
	/** When given, the answer is asked for as JSON of this schema. */
	jsonSchema?: JsonObject;
	/** When given, the answer is asked for as a picture. */
	picture?: PictureFormat;
	/** An earlier answer to the prompt, and what is said about it now. */
	followUp?: { answer: string; prompt: string };
	/** Goes on with an answer that ended with `CONTINUATION`. */
	continuationToken?: string;
}

/** What came back from one call, also when it must not be used. */
export interface GeminiAnswer {
	/** The answer's text without thoughts; empty when there is none. */
	text: string;
	/** The last picture of the answer that is not a thought. */
	picture?: { mimeType: string; data: string };
	/** Why a whole answer is of no use all the same. */
	unusable?: PipelineError;
	/** Why the model stopped, such as `STOP`; `undefined` when it does not say. */
	finishReason: string | undefined;
	/** Why the prompt was refused. */
	blockReason: string | undefined;
	/** What the safety rules found in the prompt that was refused, else in the answer, in words for people. */
	harms?: readonly string[];
	/** With which the rest of a long answer can be asked for. */
	continuationToken?: string;
	/** Tokens that are billed; null when the answer does not say. */
	usage: Usage | null;
	/** The model that answered, which may be more exact than the name that was asked for. */
	model: string;
}

/** The bare name of a model: `models/gemini-x` and `gemini-x` are one. */
export function bareModelName(model: string): string {
	return model.trim().replace(/^(publishers\/google\/)?models\//, '');
}

/** The call that `request` stands for. */
export function toGeminiRequest<T>(request: StructuredRequest<T>): GeminiRequest {
	return {
		...request.options,
		model: bareModelName(request.model),
		system: request.system,
		prompt: request.prompt,
		...(request.attachments?.length ? { attachments: request.attachments } : {}),
		...(request.picture ? { picture: request.picture } : { jsonSchema: toWireSchema(request.schema) }),
	};
}

/**
 * Hash of everything that is sent: model, system, prompt, attachments by their own hash, schema and settings. Holds no
 * time, key or address, so the same question has the same hash in every process.
 */
export function requestHash<T>(request: StructuredRequest<T>): string {
	const { attachments = [], tier = 'standard', ...sent } = toGeminiRequest(request);
	return hashOf({
		...sent,
		tier,
		attachments: attachments.map(({ mimeType, data }) => ({ mimeType, data: hashOf(data) })),
	});
}
