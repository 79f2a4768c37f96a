/** Style guides that stand in a run's state: a field of the user's own, or what a person accepted. */
import { PipelineError } from '../errors';
import {
	artefactsOf,
	decisionsOf,
	type Artefact,
	type Json,
	type JsonObject,
	type StateDocument,
} from '../state';
import { guideOfCompiled } from './compileGuide';

/** The kind of the work that Compile Guide makes. */
export const GUIDE_KIND = 'styleGuide';

/** The guide in a content field: text, a list of rules or an object. Fails with `input_missing`. */
export function guideInField(document: StateDocument, field: string): Json {
	const value = Object.hasOwn(document.fields, field) ? document.fields[field] : undefined;
	if (value !== undefined && value !== null && value !== '') return value;
	throw new PipelineError('input_missing', `The state has no style guide in the field '${field}'.`, {
		hint: "Write it there with 'State: Write' before this step, or choose the run that has it in 'Run with the Guide'.",
	});
}

export interface AcceptedGuide {
	title: string;
	source: JsonObject;
	/** A version that was made later has no decision yet. */
	isNewerWaiting: boolean;
}

/**
 * The guide that a person accepted last: a piece of work of Compile Guide that is locked, and whose approval is about this very
 * content. Fails with `input_missing` where there is none, with `input_refused` where its rules do not fit its text.
 */
export function acceptedGuide(document: StateDocument): AcceptedGuide {
	const guides = artefactsOf(document).filter(
		({ kind, status }) => kind === GUIDE_KIND && status !== 'replaced',
	);
	const decisions = decisionsOf(document);
	const lastWordOn = ({ id, contentHash }: Artefact): number =>
		decisions.findLastIndex((each) => each.artefactId === id && each.contentHash === contentHash);
	const accepted = guides
		.filter((guide) => guide.locked && decisions[lastWordOn(guide)]?.action === 'approve')
		.sort((one, other) => lastWordOn(one) - lastWordOn(other))
		.at(-1);
	if (accepted === undefined) {
		const isWaiting = guides.length > 0;
		throw new PipelineError(
			'input_missing',
			isWaiting
				? 'Nobody has accepted the rules of the style guide yet.'
				: 'No style guide was compiled in this run.',
			{
				hint: isWaiting
					? "Lead 'Compile Guide' into a Human Gate and approve the rules there, then run again."
					: "Run 'Compile Guide', approve its rules at a Human Gate, and choose that run in 'Run with the Guide'.",
			},
		);
	}
	const after = guides.slice(guides.indexOf(accepted) + 1);
	return {
		title: accepted.title,
		source: guideOfCompiled(accepted.content),
		isNewerWaiting: after.some((guide) => lastWordOn(guide) === -1),
	};
}
