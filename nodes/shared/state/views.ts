/** A document's built-in fields, typed. What does not fit its type is left out: state written by hand never breaks a step. */
import { z } from 'zod/v4';
import {
	artefactSchema,
	decisionSchema,
	directiveSchema,
	reviewSchema,
	roundDecisionSchema,
	verdictSchema,
	type Artefact,
	type Decision,
	type Directive,
	type Review,
	type RoundDecision,
	type Verdict,
} from './fields';
import { freeze, isObject, type Json } from './json';
import type { StateDocument } from './stateStore';

/** All artefacts, in the order in which they were first written. */
export function artefactsOf(document: StateDocument): Artefact[] {
	return entriesOf(document, 'artefacts', artefactSchema);
}

/** From the best to the worst. */
const OUTCOMES = ['pass', 'unsure', 'fail'] as const;

/**
 * What is said of an artefact as it is now, if anybody checked exactly this content. Of each validator the latest verdict
 * counts, and of several validators the worst: one cannot outvote another.
 */
export function verdictFor(
	document: StateDocument,
	artefact: { id: string; contentHash: string },
): Verdict | undefined {
	return worstVerdict(verdictsOn(document, artefact));
}

/** All that was said of an artefact as it is now, oldest first. */
export function verdictsOn(
	document: StateDocument,
	artefact: { id: string; contentHash: string },
): Verdict[] {
	return entriesOf(document, 'verdicts', verdictSchema).filter(
		(verdict) => verdict.artefactId === artefact.id && verdict.contentHash === artefact.contentHash,
	);
}

/** Of each validator's latest verdict the worst, with the issues of all. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict | undefined {
	const latest = [...new Map(verdicts.map((verdict) => [verdict.by, verdict])).values()];
	const [worst] = latest.sort((a, b) => OUTCOMES.indexOf(b.outcome) - OUTCOMES.indexOf(a.outcome));
	return worst === undefined ? undefined : { ...worst, issues: latest.flatMap(({ issues }) => issues) };
}

export function directivesOf(document: StateDocument): Directive[] {
	return entriesOf(document, 'directives', directiveSchema);
}

/** The latest decision of a person on an artefact as it is now. */
export function decisionOn(
	document: StateDocument,
	artefact: { id: string; contentHash: string },
): Decision | undefined {
	return decisionsOf(document).findLast(
		(decision) => decision.artefactId === artefact.id && decision.contentHash === artefact.contentHash,
	);
}

/** All decisions of people, oldest first. */
export function decisionsOf(document: StateDocument): Decision[] {
	return entriesOf(document, 'decisions', decisionSchema);
}

/** What Human Gates asked about, in the order in which they asked first. */
export function reviewsOf(document: StateDocument): Review[] {
	return entriesOf(document, 'reviews', reviewSchema).map(({ deadline, ...review }) =>
		typeof deadline === 'string' ? { ...review, deadline } : review,
	);
}

/** What the run's routers decided, in the order of the decisions. */
export function roundsOf(document: StateDocument): RoundDecision[] {
	return entriesOf(document, 'rounds', roundDecisionSchema);
}

/** What one step was asked for. Entries of steps that make work are named `<step>#<item>`, others `<step>`. */
export interface Requested {
	id: string;
	/** The step's name, without its workflow. */
	step: string;
	/** Whether the step makes work itself, in place of having found it. */
	isMaker: boolean;
	count: number;
	/** Hashes of the files that came with the request, where some did. */
	files: string[];
	/** Its places are `firstSlot` to `firstSlot + count - 1`. */
	firstSlot: number;
}

/** Read of a document once, as a step asks with each of its items. */
const requests = new WeakMap<StateDocument, readonly Requested[]>();

const requestedSchema = z.object({
	id: z.string(),
	count: z.number(),
	files: z.array(z.string()).optional(),
});

/** What the run's steps were asked for, in the order of asking. */
export function requestsOf(document: StateDocument): readonly Requested[] {
	const known = requests.get(document);
	if (known !== undefined) return known;
	let firstSlot = 1;
	const list = entriesOf(document, 'requested', requestedSchema).map(({ id, count, files = [] }) => {
		const node = id.slice(id.indexOf('/') + 1);
		const item = /#[\d/]+$/.exec(node);
		const request = {
			id,
			step: item === null ? node : node.slice(0, item.index),
			isMaker: item !== null,
			count,
			files,
			firstSlot,
		};
		firstSlot += count;
		return request;
	});
	requests.set(document, freeze(list));
	return list;
}

/** The round that the run has reached: one after the last one that was sent back. */
export function currentRound(document: StateDocument): number {
	const sent = roundsOf(document).filter(({ kind }) => kind === 'retry');
	return sent.reduce((latest, { round }) => Math.max(latest, round + 1), 0);
}

/** What was parsed of a document, by field. A document is never changed, so this holds as long as it does. */
const parsed = new WeakMap<StateDocument, Map<string, unknown[]>>();
/** What was parsed of an entry, frozen: a document that differs in a few entries costs only those. */
const parsedEntries = new WeakMap<z.ZodType, WeakMap<object, unknown>>();

function entriesOf<T>(document: StateDocument, field: string, schema: z.ZodType<T>): T[] {
	const fields = parsed.get(document) ?? new Map<string, unknown[]>();
	parsed.set(document, fields);
	const known = fields.get(field);
	// Each field is parsed with one schema only.
	if (known !== undefined) return [...(known as T[])];
	const value = document.fields[field];
	const entries = Array.isArray(value) ? value.flatMap((entry) => parseEntry(entry, schema) ?? []) : [];
	fields.set(field, entries);
	return [...entries];
}

function parseEntry<T>(entry: Json, schema: z.ZodType<T>): T | undefined {
	if (!isObject(entry)) return undefined;
	const ofSchema = parsedEntries.get(schema) ?? new WeakMap<object, unknown>();
	parsedEntries.set(schema, ofSchema);
	if (!ofSchema.has(entry)) {
		const { data } = schema.safeParse(entry);
		ofSchema.set(entry, isObject(data) ? freeze(data) : data);
	}
	return ofSchema.get(entry) as T | undefined;
}
