import type { Artefact, NextStep, Verdict } from './fields';
import type { JsonObject } from './json';

/**
 * An artefact as it travels on an n8n item: `title`, `status` and `why` first, then its own fields flat, then what
 * Greenlight needs to know it again.
 */
export function itemOf(
	runId: string,
	artefact: Artefact,
	round: number,
	more: { verdict?: Verdict | undefined; next?: NextStep; replayed?: boolean } = {},
): JsonObject {
	return {
		title: artefact.title,
		status: artefact.status,
		why: artefact.why,
		...artefact.content,
		runId,
		round,
		slot: artefact.slot,
		artefactId: artefact.id,
		kind: artefact.kind,
		contentHash: artefact.contentHash,
		...(more.verdict === undefined ? {} : { verdict: { ...more.verdict, judge: { ...more.verdict.judge } } }),
		...(more.next === undefined ? {} : { next: more.next }),
		...(more.replayed === true ? { replayed: true } : {}),
	};
}
