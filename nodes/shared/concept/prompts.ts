/** The questions that the creative steps ask. Pure: input in, a request for the model room out. */
import { PipelineError } from '../errors';
import type { Attachment, ModelOptions, StructuredRequest } from '../model';
import type { Json } from '../state/json';
import { block, jsonBlock, MATERIAL_RULE } from './material';
import { conceptSchema, conceptsSchema, customSchema, intentSchema } from './schemas';
import type { Concept, CustomField, CustomValue, Intent } from './schemas';

/** Longest text of one field, in UTF-16 units. */
export const MAX_TEXT_LENGTH = 1_000_000;
/** Most concepts of one call. */
export const MAX_CONCEPTS = 20;

/** What every question needs beside its content. */
export interface Asking {
	model: string;
	options?: ModelOptions;
}

/** What a concept is known by. */
export interface ConceptName {
	title: string;
	logline: string;
}

export interface CaptureIntentInput extends Asking {
	/** May be empty when there is an attachment. */
	brief: string;
	attachments?: readonly Attachment[];
}

/** What was decided before; every question is told. */
export interface Earlier {
	/** Kept work; never repeated. */
	approved?: readonly ConceptName[];
	/** Work that was turned down, and why. */
	rejected?: ReadonlyArray<{ title: string; why: string }>;
	/** Reviewers' notes; each is given word for word. */
	directives?: readonly string[];
}

export interface GenerateConceptsInput extends Asking, Earlier {
	/** May be left out when there is a brief. */
	intent?: Intent | undefined;
	/** May be left out when there is an intent. */
	brief?: string | undefined;
	/** How many, 1 to 20. */
	count: number;
	/** Ideas that were offered a moment ago and nearly repeat others. */
	repeated?: ReadonlyArray<ConceptName & { repeats: string }>;
	/** The style guide. */
	guide?: string | undefined;
	attachments?: readonly Attachment[];
}

export interface ReviseConceptInput extends Asking, Earlier {
	concept: Concept;
	/** What to change. May be empty when there are directives. */
	note: string;
	intent?: Intent | undefined;
	guide?: string | undefined;
}

export interface CustomInput extends Asking, Earlier {
	/** What to do, as the node's owner wrote it. */
	instruction: string;
	/** What to work on: text, or data that is given as JSON. */
	input: Json;
	rows: readonly CustomField[];
	/** Why an earlier answer to the same question was turned down, or what has to change in `revising`. */
	reasons?: readonly string[];
	/** The piece of work that is to be changed, where it is not to be written anew. */
	revising?: Json;
	attachments?: readonly Attachment[];
}

const CAPTURE_SYSTEM = [
	'You are the development producer of a creative studio. You turn a client brief into a precise statement of intent.',
	'Keep to what the brief says. Where it is silent, choose what serves it best and stay modest; never contradict it.',
	'Write in the language of the brief.',
	MATERIAL_RULE,
].join('\n');

const CONCEPT_SYSTEM = [
	'You are the creative director of a studio. You develop concepts that can be produced, for a given intent.',
	'Every point under must have holds in every concept, no point under must avoid appears in any.',
	'Directives are decisions of the reviewers about the work: each one holds in every concept, and goes before the brief and the style guide where they differ.',
	'Write in the language of the brief, or of the intent where there is no brief.',
	MATERIAL_RULE,
].join('\n');

const CUSTOM_SYSTEM = [
	'You carry out the task in the block TASK on the material in the block INPUT, and answer in the agreed fields only.',
	'Directives are decisions of the reviewers about the work: each one holds, and goes before the task where they differ.',
	MATERIAL_RULE,
].join('\n');

/** Brief to intent. Fails with `input_missing` for an empty brief without attachment, `input_refused` for one too long. */
export function captureIntentRequest(input: CaptureIntentInput): StructuredRequest<Intent> {
	const { brief, attachments = [] } = input;
	checkLength('Brief', brief);
	if (isBlank(brief) && attachments.length === 0) throw emptyBrief();
	return {
		...toAsking(input, attachments),
		system: CAPTURE_SYSTEM,
		prompt: joinParts([
			isBlank(brief) ? 'The brief is attached.' : block('BRIEF', brief),
			!isBlank(brief) && attachments.length > 0 && 'The attached files belong to the brief.',
			'State the intent of this brief.',
		]),
		schema: intentSchema,
	};
}

/** A number of concepts for an intent, as `{concepts: [...]}` of exactly that length. Fails as `captureIntentRequest`. */
export function generateConceptsRequest(
	input: GenerateConceptsInput,
): StructuredRequest<{ concepts: Concept[] }> {
	const { intent, brief = '', count, repeated = [], guide = '', attachments = [] } = input;
	checkLength('Brief', brief);
	checkLength('Style Guide', guide);
	if (!intent && isBlank(brief)) throw emptyBrief();
	if (!Number.isInteger(count) || count < 1 || count > MAX_CONCEPTS) {
		const message = `'Number of Concepts' is ${count}; it has to be a whole number from 1 to ${MAX_CONCEPTS}.`;
		throw new PipelineError('input_refused', message);
	}
	return {
		...toAsking(input, attachments),
		system: CONCEPT_SYSTEM,
		prompt: joinParts([
			!isBlank(brief) && block('BRIEF', brief),
			attachments.length > 0 && 'The attached files belong to the brief.',
			intent && jsonBlock('INTENT', intent),
			!isBlank(guide) && `The work follows this style guide.\n${block('STYLE GUIDE', guide)}`,
			...earlierParts(input, 'concepts'),
			repeated.length > 0 &&
				`These ideas were offered a moment ago, and each nearly repeats the concept that it names. Write others in their place, far from both.\n${jsonBlock('REPEATED', [...repeated])}`,
			count === 1
				? 'Write exactly 1 concept.'
				: `Write exactly ${count} concepts. Each one is a different idea, not a variation of another.`,
		]),
		schema: conceptsSchema(count),
	};
}

/** A concept, changed as a note says. Fails with `input_missing` when there is neither a note nor a directive. */
export function reviseConceptRequest(input: ReviseConceptInput): StructuredRequest<Concept> {
	const { concept, note, intent, directives = [], approved = [], guide = '' } = input;
	const others = approved.filter(
		({ title, logline }) => title !== concept.title || logline !== concept.logline,
	);
	checkLength('Note', note);
	checkLength('Style Guide', guide);
	if (isBlank(note) && directives.every(isBlank)) {
		throw new PipelineError('input_missing', "'Note' is empty. Say what to change in the concept.");
	}
	return {
		...toAsking(input),
		system: CONCEPT_SYSTEM,
		prompt: joinParts([
			intent && jsonBlock('INTENT', intent),
			!isBlank(guide) && `The work follows this style guide.\n${block('STYLE GUIDE', guide)}`,
			jsonBlock('CONCEPT', concept),
			...earlierParts({ ...input, approved: others }, 'concepts'),
			!isBlank(note) && `What has to change in the concept.\n${block('NOTE', note)}`,
			'Write the revised concept. Change what the note and the directives ask for, and keep everything else.',
		]),
		schema: conceptSchema,
	};
}

/** A task of the user's own, answered in the user's own fields. Fails as `customSchema`, and on an empty instruction. */
export function customRequest(input: CustomInput): StructuredRequest<Record<string, CustomValue>> {
	const { instruction, rows, reasons = [], revising, attachments = [] } = input;
	checkLength('Task', instruction);
	if (isBlank(instruction)) {
		throw new PipelineError('input_missing', "'Task' is empty. Say what the model should write.");
	}
	const material = typeof input.input === 'string' ? input.input : JSON.stringify(input.input, null, 2);
	checkLength('Input', material);
	return {
		...toAsking(input, attachments),
		system: CUSTOM_SYSTEM,
		prompt: joinParts([
			!isBlank(material) && block('INPUT', material),
			attachments.length > 0 && 'The attached files belong to the input.',
			...earlierParts(input, 'pieces of work'),
			revising !== undefined && `This is your earlier answer to the task.\n${jsonBlock('WORK', revising)}`,
			reasons.length > 0 &&
				(revising === undefined
					? `An earlier answer was turned down for these reasons. Do better.\n${block('REASONS', reasons.join('\n'))}`
					: `What has to change in the work.\n${block('NOTE', reasons.join('\n'))}`),
			block('TASK', instruction),
			revising === undefined
				? 'Carry out the task.'
				: 'Write the work again. Change what the note and the directives ask for, and keep everything else.',
		]),
		schema: customSchema(rows),
	};
}

function toAsking({ model, options }: Asking, attachments: readonly Attachment[] = []) {
	return {
		model,
		...(options ? { options } : {}),
		...(attachments.length > 0 ? { attachments } : {}),
	};
}

function toName({ title, logline }: ConceptName): ConceptName {
	return { title, logline };
}

/** What was decided before, as parts of a prompt. */
function earlierParts(
	{ approved = [], rejected = [], directives = [] }: Earlier,
	what: string,
): Array<string | false> {
	return [
		approved.length > 0 &&
			`These ${what} are approved and stay. Never repeat or vary one of them.\n${jsonBlock('APPROVED', approved.map(toName))}`,
		rejected.length > 0 &&
			`These ${what} were turned down, with the reason. Do not make the same mistake again.\n${jsonBlock(
				'TURNED DOWN',
				rejected.map(({ title, why }) => ({ title, why })),
			)}`,
		directivesPart(directives),
	];
}

export function directivesPart(directives: readonly string[]): string | false {
	const given = directives.filter((directive) => !isBlank(directive));
	if (given.length === 0) return false;
	const blocks = given.map((directive, at) => block(`DIRECTIVE ${at + 1}`, directive));
	return ['Each of these directives holds for the work.', ...blocks].join('\n');
}

export function joinParts(parts: ReadonlyArray<string | false | undefined>): string {
	return parts.filter((part) => part !== false && part !== undefined).join('\n\n');
}

export function isBlank(text: string): boolean {
	return text.trim() === '';
}

function emptyBrief(): PipelineError {
	return new PipelineError('input_missing', "The 'Brief' is empty.", {
		hint: "Write what the work is for in the step that sets the brief, in the templates 'Set your brief', and run again.",
	});
}

/** Fails with `input_refused` for a text that is too long. */
export function checkLength(field: string, text: string): void {
	if (text.length <= MAX_TEXT_LENGTH) return;
	const [length, limit] = [text.length, MAX_TEXT_LENGTH].map((each) => each.toLocaleString('en-US'));
	throw new PipelineError(
		'input_refused',
		`'${field}' has ${length} characters; at most ${limit} are possible.`,
	);
}
