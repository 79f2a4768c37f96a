/** The concept room: intents, concepts and the user's own forms, and the questions that get them. */
export {
	generateConcepts,
	generatedSchema,
	type Ask,
	type GeneratedConcepts,
	type GenerateInput,
} from './generate';
export { newArtefacts, type Origin } from './newArtefacts';
export { contextOfRound, firstPlaceOf, type RoundContext } from './roundContext';
export { findNearDuplicates, NEAR_DUPLICATE_SIMILARITY, type NearDuplicate } from './nearDuplicates';
export {
	captureIntentRequest,
	customRequest,
	generateConceptsRequest,
	MAX_CONCEPTS,
	MAX_TEXT_LENGTH,
	reviseConceptRequest,
	type Asking,
	type CaptureIntentInput,
	type ConceptName,
	type CustomInput,
	type GenerateConceptsInput,
	type ReviseConceptInput,
} from './prompts';
export {
	isSketch,
	shapeOf,
	sketchFileName,
	sketchRequest,
	type SketchInput,
	type SketchShape,
} from './sketch';
export {
	conceptSchema,
	CUSTOM_FIELD_TYPES,
	customSchema,
	intentSchema,
	type Concept,
	type CustomField,
	type CustomFieldType,
	type CustomValue,
	type Intent,
} from './schemas';
