/** Reads what comes back from a call of the model. */
import { z } from 'zod/v4';
import type { Usage } from '../state/fields';
import { foreignAnswer } from './failures';
import { harmsOf, safetyRatingsSchema } from './harms';
import type { GeminiAnswer } from './request';

const tokens = z.number().nonnegative().optional().catch(undefined);

/** The part of a `generateContent` answer that is read here. */
const bodySchema = z.looseObject({
	candidates: z
		.array(
			z.looseObject({
				content: z
					.looseObject({
						parts: z
							.array(
								z.looseObject({
									text: z.string().optional(),
									thought: z.boolean().optional(),
									inlineData: z.looseObject({ mimeType: z.string(), data: z.string() }).optional(),
								}),
							)
							.optional(),
					})
					.optional(),
				finishReason: z.string().optional(),
				safetyRatings: safetyRatingsSchema,
				continuationToken: z.string().optional().catch(undefined),
			}),
		)
		.optional(),
	promptFeedback: z
		.looseObject({ blockReason: z.string().optional(), safetyRatings: safetyRatingsSchema })
		.optional(),
	usageMetadata: z
		.looseObject({
			promptTokenCount: tokens,
			toolUsePromptTokenCount: tokens,
			candidatesTokenCount: tokens,
			thoughtsTokenCount: tokens,
			cachedContentTokenCount: tokens,
			candidatesTokensDetails: z
				.array(z.looseObject({ modality: z.string().optional(), tokenCount: tokens }))
				.optional()
				.catch(undefined),
		})
		.optional(),
	modelVersion: z.string().optional(),
});

/** Reads the body of an answer to a call of `model`. Throws `bad_gateway_body` for a body that is not Gemini's. */
export function readAnswer(body: unknown, model: string): GeminiAnswer {
	const read = bodySchema.safeParse(body);
	if (!read.success) throw foreignAnswer();
	const { candidates, promptFeedback, usageMetadata, modelVersion } = read.data;
	const candidate = candidates?.[0];
	const parts = candidate?.content?.parts ?? [];
	const picture = parts.findLast(({ inlineData, thought }) => inlineData && !thought)?.inlineData;
	return {
		text: parts.map((part) => (part.thought ? '' : (part.text ?? ''))).join(''),
		...(picture ? { picture: { mimeType: picture.mimeType, data: picture.data } } : {}),
		finishReason: candidate?.finishReason,
		blockReason: promptFeedback?.blockReason,
		harms: harmsOf((promptFeedback?.blockReason === undefined ? candidate : promptFeedback)?.safetyRatings),
		...(candidate?.continuationToken === undefined ? {} : { continuationToken: candidate.continuationToken }),
		usage: usageMetadata ? readUsage(usageMetadata) : null,
		model: modelVersion ?? model,
	};
}

function readUsage(counts: NonNullable<z.infer<typeof bodySchema>['usageMetadata']>): Usage {
	const images = (counts.candidatesTokensDetails ?? []).filter(({ modality }) => modality === 'IMAGE');
	const imageTokens = images.reduce((sum, { tokenCount = 0 }) => sum + Math.trunc(tokenCount), 0);
	return {
		inputTokens: Math.trunc((counts.promptTokenCount ?? 0) + (counts.toolUsePromptTokenCount ?? 0)),
		outputTokens: Math.trunc(counts.candidatesTokenCount ?? 0),
		thoughtTokens: Math.trunc(counts.thoughtsTokenCount ?? 0),
		cachedTokens: Math.trunc(counts.cachedContentTokenCount ?? 0),
		...(imageTokens > 0 ? { imageTokens } : {}),
	};
}
