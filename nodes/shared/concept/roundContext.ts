import { artefactsOf, directivesOf, requestsOf, roundsOf, type StateDocument } from '../state';
import type { ConceptName } from './prompts';
import { intentSchema, type Intent } from './schemas';

/** What a request of a round is told. */
export interface RoundContext {
	brief: string;
	intent: Intent | undefined;
	/** Accepted in earlier rounds: never repeated. */
	approved: ConceptName[];
	/** Turned down in earlier rounds, and why. */
	rejected: Array<{ title: string; why: string }>;
	directives: string[];
	/** What was made in earlier rounds and not accepted: a new concept has to be another idea. */
	earlier: ConceptName[];
}

/**
 * Taken from the decisions on earlier rounds as they are recorded, and not from the artefacts as they are now: so the same
 * step of the same round asks the same question again after a crash, and finds its recorded answer. Only what `routers`
 * decided counts, the ones that the step's work goes to: how far others are is a matter of chance.
 */
export function contextOfRound(
	document: StateDocument,
	round: number,
	routers?: ReadonlySet<string>,
): RoundContext {
	const earlier = roundsOf(document).filter(
		(decision) =>
			decision.round < round &&
			(routers === undefined || routers.has(decision.node.slice(decision.node.indexOf('/') + 1))),
	);
	const kept = new Map<string, ConceptName>();
	for (const decision of earlier) {
		for (const { id, ...name } of decision.kept) kept.set(id, name);
		// A person may send back what had passed.
		for (const { artefactId } of decision.retry) if (artefactId !== undefined) kept.delete(artefactId);
	}
	const sentBack = new Set(earlier.flatMap(({ retry }) => retry.map(({ artefactId }) => artefactId)));
	const intent = intentSchema.safeParse(document.fields.intent);
	return {
		brief: typeof document.fields.brief === 'string' ? document.fields.brief : '',
		intent: intent.success ? intent.data : undefined,
		approved: [...kept.values()],
		rejected: earlier.flatMap(({ sentBack }) => sentBack),
		directives: directivesOf(document)
			.filter((directive) => directive.round < round && directive.scope === 'run')
			.map(({ text }) => text),
		earlier: artefactsOf(document)
			.filter(({ id }) => sentBack.has(id))
			.map(({ title, content }) => ({
				title,
				logline: typeof content.logline === 'string' ? content.logline : '',
			})),
	};
}

/** The first place of `requester`, after all that were given away before, so that two steps never share one. */
export function firstPlaceOf(document: StateDocument, requester: string): number {
	const requests = requestsOf(document);
	const own = requests.find(({ id }) => id === requester);
	return own?.firstSlot ?? requests.reduce((sum, { count }) => sum + count, 1);
}
