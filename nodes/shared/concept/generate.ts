/** Concepts for an intent. What repeats is asked for once more, and named if it still does. */
import { z } from 'zod/v4';
import { isPipelineError } from '../errors';
import { addUsage, type PaidAnswer, type StructuredRequest } from '../model';
import { findNearDuplicates, type NearDuplicate } from './nearDuplicates';
import { generateConceptsRequest, type ConceptName, type GenerateConceptsInput } from './prompts';
import { artefactSchema } from '../state';
import type { Concept } from './schemas';

/** Asks the model one question. Under which key it is paid and recorded is the caller's. */
export type Ask = <T>(request: StructuredRequest<T>) => Promise<PaidAnswer<T>>;

export interface GenerateInput extends GenerateConceptsInput {
	/** Work of earlier rounds that was not accepted. A concept that nearly repeats it is a repeat too. */
	earlier?: readonly ConceptName[];
}

export interface GeneratedConcepts extends PaidAnswer<{ concepts: Concept[] }> {
	/** Concepts that nearly repeat work that is there already, or one before them, also after a second try. They are still in `value`. */
	repeated: NearDuplicate[];
	/** How many were asked for once more because they repeated something. */
	askedAgain: number;
}

/** What is recorded of a generation beside the answers: the work that came of it, and which of it repeats other work. */
export const generatedSchema = z.object({
	artefacts: z.array(artefactSchema),
	repeated: z.array(z.object({ index: z.int(), repeats: z.object({ title: z.string() }) })),
});

/**
 * Asks for `input.count` concepts and compares them with what is approved, what was made before, and each other. Repeats are
 * asked for once more, with the names of what they repeat. Fails as the first request and `ask`; when the second fails, the
 * repeats stay as they are, and are named.
 */
export async function generateConcepts(ask: Ask, input: GenerateInput): Promise<GeneratedConcepts> {
	const { earlier = [], ...question } = input;
	const known = [...(input.approved ?? []), ...earlier];
	const first = await ask(generateConceptsRequest(question));
	const { concepts } = first.value;
	const repeated = findNearDuplicates(concepts, known);
	if (repeated.length === 0) return { ...first, repeated, askedAgain: 0 };

	const places = repeated.map(({ index }) => index);
	const second = await ask(
		generateConceptsRequest({
			...question,
			count: places.length,
			approved: [...(input.approved ?? []), ...concepts.filter((_, index) => !places.includes(index))],
			repeated: repeated.flatMap(({ index, repeats }) => {
				const concept = concepts[index];
				return concept === undefined
					? []
					: [{ title: concept.title, logline: concept.logline, repeats: repeats.title }];
			}),
		}),
	).catch((error: unknown) => {
		if (isPipelineError(error) && error.code !== 'cancelled') return undefined;
		throw error;
	});
	if (second === undefined) return { ...first, repeated, askedAgain: places.length };

	const others = concepts.map((concept, index) => second.value.concepts[places.indexOf(index)] ?? concept);
	return {
		...second,
		value: { concepts: others },
		usage: addUsage(first.usage, second.usage),
		costUsd: first.costUsd === null || second.costUsd === null ? null : first.costUsd + second.costUsd,
		durationMs: first.durationMs + second.durationMs,
		replayed: first.replayed && second.replayed,
		repeated: findNearDuplicates(others, known),
		askedAgain: places.length,
	};
}
