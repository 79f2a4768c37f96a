/** A document's built-in fields, typed. What does not fit its type is left out: state written by hand never breaks a step. */
import { z } from 'zod/v4';
import { artefactSchema, directiveSchema, verdictSchema, type Artefact, type Directive, type Verdict } from './fields';
import type { StateDocument } from './stateStore';

/** All artefacts, in the order in which they were first written. */
export function artefactsOf(document: StateDocument): Artefact[] {
	return entriesOf(document, 'artefacts', artefactSchema);
}

/** The latest verdict on an artefact as it is now, if there is one for exactly this content. */
export function verdictFor(document: StateDocument, artefact: { id: string; contentHash: string }): Verdict | undefined {
	return entriesOf(document, 'verdicts', verdictSchema).findLast(
		(verdict) => verdict.artefactId === artefact.id && verdict.contentHash === artefact.contentHash,
	);
}

export function directivesOf(document: StateDocument): Directive[] {
	return entriesOf(document, 'directives', directiveSchema);
}

function entriesOf<T>(document: StateDocument, field: string, schema: z.ZodType<T>): T[] {
	const value = document.fields[field];
	if (!Array.isArray(value)) return [];
	return value.flatMap((entry) => {
		const parsed = schema.safeParse(entry);
		return parsed.success ? [parsed.data] : [];
	});
}
