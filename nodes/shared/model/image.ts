/** Pictures, asked for like any other answer: their bytes go into the store, and what is checked, priced and recorded is their name. */
import { z } from 'zod/v4';
import { isPipelineError, PipelineError } from '../errors';
import type { GeminiClient } from './client';
import { readPicture } from './pictureBytes';
import type { GeminiAnswer } from './request';

/** As Gemini's image models know them, wide ones first. */
export const ASPECT_RATIOS = [
	'8:1',
	'4:1',
	'21:9',
	'16:9',
	'3:2',
	'4:3',
	'5:4',
	'1:1',
	'4:5',
	'3:4',
	'2:3',
	'9:16',
	'1:4',
	'1:8',
] as const;
export type AspectRatio = (typeof ASPECT_RATIOS)[number];

/** Longer side, about: 1,000, 2,000 and 4,000 pixels. */
export const PICTURE_SIZES = ['1K', '2K', '4K'] as const;
export type PictureSize = (typeof PICTURE_SIZES)[number];

/** A picture whose bytes are in the store. */
export const keptPictureSchema = z.object({
	/** SHA-256 of the bytes: their name in the store. */
	hash: z.string().regex(/^[0-9a-f]{64}$/),
	mimeType: z.string(),
	/** How many. */
	bytes: z.int().positive(),
	/** Pixels. */
	width: z.int().positive(),
	height: z.int().positive(),
});
export type KeptPicture = z.infer<typeof keptPictureSchema>;

/** Puts the bytes into the run's store and gives back their name there. */
export type KeepPicture = (file: { bytes: Uint8Array; mimeType: string }) => Promise<{ hash: string }>;

/**
 * A client whose answers to requests for a picture say which picture was kept, as JSON of `keptPictureSchema`. The bytes are
 * safe before the answer is given back, and so before it is recorded. What came whole but is no picture, or could not be
 * kept, is `unusable`: it is paid for, and never goes on.
 */
export function picturesAsAnswers(
	client: Pick<GeminiClient, 'generate'>,
	keep: KeepPicture,
): Pick<GeminiClient, 'generate'> {
	return {
		async generate(request, options) {
			const answer = await client.generate(request, options);
			if (!request.picture || answer.blockReason !== undefined || answer.finishReason !== 'STOP')
				return answer;
			try {
				return { ...answer, text: JSON.stringify(await keepPicture(answer, keep)) };
			} catch (error) {
				if (isPipelineError(error)) return { ...answer, unusable: error };
				throw error;
			}
		},
	};
}

async function keepPicture({ picture, text }: GeminiAnswer, keep: KeepPicture): Promise<KeptPicture> {
	if (picture === undefined) {
		throw text.trim() === ''
			? new PipelineError('empty_response', 'Gemini answered with nothing.')
			: new PipelineError('model_other', 'Gemini answered with words in place of a picture.', {
					hint: "Another try usually helps. If it does not, check that 'Image Model' is one that draws.",
				});
	}
	const bytes = Buffer.from(picture.data, 'base64');
	const facts = readPicture(bytes);
	if (facts === undefined) throw broken('It is not a whole JPEG, PNG or WebP file.');
	const claimed = picture.mimeType.toLowerCase().replace('image/jpg', 'image/jpeg');
	if (claimed !== facts.mimeType) throw broken(`It is called ${shown(claimed)} and is ${facts.mimeType}.`);
	const { hash } = await keep({ bytes, mimeType: facts.mimeType });
	return { hash, bytes: bytes.length, ...facts };
}

function broken(why: string): PipelineError {
	return new PipelineError('model_malformed', `The picture that Gemini sent cannot be used. ${why}`, {
		hint: 'Another try usually helps.',
	});
}

function shown(mimeType: string): string {
	return /^[\w.+/-]{1,60}$/.test(mimeType) ? mimeType : 'something else';
}
