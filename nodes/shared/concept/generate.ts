/** Concepts for an intent, with word of those that repeat what is there already. */
import type { PaidAnswer, StructuredRequest } from '../model';
import { findNearDuplicates, type NearDuplicate } from './nearDuplicates';
import { generateConceptsRequest, type GenerateConceptsInput } from './prompts';
import type { Concept } from './schemas';

/** Asks the model one question. Under which key it is paid and recorded is the caller's. */
export type Ask = <T>(request: StructuredRequest<T>) => Promise<PaidAnswer<T>>;

export interface GeneratedConcepts extends PaidAnswer<{ concepts: Concept[] }> {
	/** Concepts that nearly repeat an approved one or one before them. They are still in `value`. */
	repeated: NearDuplicate[];
}

/** Asks for `input.count` concepts and compares them with `input.approved` and each other. Fails as the request and `ask`. */
export async function generateConcepts(ask: Ask, input: GenerateConceptsInput): Promise<GeneratedConcepts> {
	const answer = await ask(generateConceptsRequest(input));
	return { ...answer, repeated: findNearDuplicates(answer.value.concepts, input.approved ?? []) };
}
