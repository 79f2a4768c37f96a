import type { RunStatus } from './fields';
import type { StateDocument } from './stateStore';
import { roundsOf } from './views';

/**
 * What a run is when its execution ended without an error: stalled while a router still holds work or what was sent back
 * never came again, otherwise finished.
 */
export function statusAtEnd(
	document: StateDocument,
	held: ReadonlyArray<{ node: string; round: number }>,
): { status: RunStatus; note: string } {
	const rounds = roundsOf(document);
	const isDecided = (node: string, round: number): boolean => rounds.some(({ id }) => id === roundId(node, round));
	const waiting = held.find(({ node, round }) => !isDecided(node, round));
	if (waiting !== undefined) {
		return { status: 'stalled', note: `'${nameOf(waiting.node)}' still waits for work that never reached it.` };
	}
	const sentBack = rounds.find(({ id, kind, round }) => {
		return kind === 'retry' && !isDecided(id.slice(0, id.lastIndexOf('#')), round + 1);
	});
	if (sentBack !== undefined) {
		return { status: 'stalled', note: 'Work that was sent back never came again.' };
	}
	return { status: 'finished', note: '' };
}

/** The id of a router's decision on a round, in the record field `rounds`. */
export function roundId(node: string, round: number): string {
	return `${node}#${round}`;
}

function nameOf(node: string): string {
	return node.slice(node.indexOf('/') + 1);
}
