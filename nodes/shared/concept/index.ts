/** The concept room: intents, concepts and the user's own forms, and the questions that get them. */
export { generateConcepts, generatedSchema, type Ask, type GenerateInput } from './generate';
export { newArtefacts, type Origin } from './newArtefacts';
export { contextOfRound, firstPlaceOf } from './roundContext';
export { findNearDuplicates } from './nearDuplicates';
export {
	captureIntentRequest,
	customRequest,
	generateConceptsRequest,
	MAX_TEXT_LENGTH,
	reviseConceptRequest,
	type Asking,
} from './prompts';
export { isSketch, shapeOf, sketchFileName, sketchRequest } from './sketch';
export {
	conceptSchema,
	customSchema,
	intentSchema,
	type Concept,
	type CustomField,
	type CustomFieldType,
	type Intent,
} from './schemas';
