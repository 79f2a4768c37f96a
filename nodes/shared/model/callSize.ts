/** How large a call can become, and so what it can cost at most: what a run with a spend cap sets aside for it. */
import type { Usage } from '../state/fields';
import { costOf, type Pricing } from './prices';
import type { Attachment, GeminiRequest } from './request';

/** The longest answer, thoughts included, that any model of the list gives. */
export const LONGEST_OUTPUT_TOKENS = 65_536;
/**
 * The limit that a call gets on a run with a spend cap where the user has set none: without a limit, each call would have
 * to set aside the price of the longest answer there is, and a small cap would let nothing through.
 */
export const CAPPED_OUTPUT_TOKENS = 16_384;

/** No model reads more. */
const LONGEST_INPUT_TOKENS = 1_048_576;
/** What Gemini adds by itself: roles and turns. */
const FRAME_TOKENS = 200;
const LARGEST_IMAGE_TOKENS = 2_600;
/** What a drawn picture of a size is billed as, rounded up. Source: Google's price page, October 2026. */
const PICTURE_TOKENS: Readonly<Record<string, number>> = {
	'1K': 1_200,
	'2K': 1_800,
	'4K': LARGEST_IMAGE_TOKENS,
};

/** Dollars that the call costs at most; null when the price is unknown. */
export function mostUsd(request: GeminiRequest, pricing: Pricing): number | null {
	return costOf(request.model, largestUsage(request), { ...pricing, tier: request.tier });
}

function largestUsage(request: GeminiRequest): Usage {
	const { system = '', prompt, jsonSchema, followUp, attachments = [] } = request;
	const { maxOutputTokens = LONGEST_OUTPUT_TOKENS, picture } = request;
	const imageTokens = picture === undefined ? 0 : pictureTokens(picture.size);
	// A schema can grow when its references are put in.
	const texts = [system, prompt, followUp?.answer ?? '', followUp?.prompt ?? ''].map(bytesOf);
	const schema = jsonSchema === undefined ? 0 : 2 * bytesOf(JSON.stringify(jsonSchema));
	const sizes = [...texts, schema, ...attachments.map(largestAttachment)];
	return {
		inputTokens: Math.min(
			LONGEST_INPUT_TOKENS,
			sizes.reduce((sum, size) => sum + size, FRAME_TOKENS),
		),
		outputTokens: maxOutputTokens + imageTokens,
		imageTokens,
		thoughtTokens: 0,
		cachedTokens: 0,
	};
}

/** What a drawn picture is billed as, about. */
export function pictureTokens(size: string): number {
	return PICTURE_TOKENS[size] ?? LARGEST_IMAGE_TOKENS;
}

/** A token is at least one byte of text. */
function bytesOf(text: string): number {
	return Buffer.byteLength(text, 'utf8');
}

/** Images have a largest size; sound and film have few tokens for their bytes; PDFs are pages, seldom below 4 kB each. */
function largestAttachment({ mimeType, data }: Attachment): number {
	const bytes = Math.ceil((data.length * 3) / 4);
	if (mimeType.startsWith('image/')) return LARGEST_IMAGE_TOKENS;
	if (mimeType.startsWith('audio/') || mimeType.startsWith('video/')) return Math.ceil(bytes / 8);
	return mimeType === 'application/pdf' ? Math.ceil(bytes / 4) + LARGEST_IMAGE_TOKENS : bytes;
}
