import type { ArtefactStatus } from './fields';
import { isObject, type Json, type JsonObject } from './json';
import type { StateDocument } from './stateStore';
import { decisionOn, verdictFor } from './views';

const STATUS_OF_OUTCOME = { pass: 'passed', fail: 'failed', unsure: 'unsure' } as const;
const STATUS_OF_ACTION = { reject: 'rejected', redirect: 'redirected', reopen: 'redirected' } as const;

/** A status with its reason. */
export interface Judgement {
	status: ArtefactStatus;
	why: string;
}

/**
 * What the records say of a piece of work as it is: a person's last word on this content, else the validators' verdict. An
 * approval does not count here: what a person approved is locked, and what is not locked is not approved.
 */
export function judgementOf(document: StateDocument, work: { id: string; contentHash: string }): Judgement {
	const decision = decisionOn(document, work);
	if (decision !== undefined && decision.action !== 'approve') {
		return { status: STATUS_OF_ACTION[decision.action], why: decision.note ?? '' };
	}
	const verdict = verdictFor(document, work);
	return verdict === undefined
		? { status: 'new', why: '' }
		: { status: STATUS_OF_OUTCOME[verdict.outcome], why: verdict.note };
}

/** An artefact of an earlier version or another run, without what was thought of it there: unlocked, and judged by `judge`. */
export function judgedAnew(
	value: Json,
	judge: (work: { id: string; contentHash: string }) => Judgement,
): Json {
	if (!isObject(value)) return value;
	const artefact: JsonObject = { ...(value as JsonObject) };
	if (artefact.locked === true) artefact.locked = false;
	if (artefact.status === undefined || artefact.status === 'replaced') return artefact;
	return { ...artefact, ...judge({ id: String(artefact.id), contentHash: String(artefact.contentHash) }) };
}
