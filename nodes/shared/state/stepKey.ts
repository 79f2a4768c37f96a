import { hashOf } from './json';

/**
 * What names a step of a run. It holds no execution id, so that n8n's retries, a crash and a new execution of the same run
 * find the same step.
 */
export interface StepKeyParts {
	runId: string;
	workflowId: string;
	nodeName: string;
	round: number;
	/** Artefact id, or the item's position among this run's items. */
	slot: string;
	/** Number of the command or of the repair within the item. */
	part: number;
	/** The node's 'Take': raised by a person who wants a fresh answer to the same question. */
	take: number;
	/** Hash of the whole request as sent, without times and keys. */
	requestHash: string;
}

/** `g1:` and the base64url SHA-256 of the parts. Same parts, same key. */
export function stepKey(parts: StepKeyParts): string {
	return `g1:${hashOf([
		parts.runId,
		`${parts.workflowId}/${parts.nodeName}`,
		parts.round,
		parts.slot,
		parts.part,
		parts.take,
		parts.requestHash,
	])}`;
}
