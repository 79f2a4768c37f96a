import type { IExecuteFunctions, ISourceData } from 'n8n-workflow';
import { executionRecord } from './engine';

/** A piece of work as it left a step. */
export interface LeftPiece {
	artefactId: string;
	contentHash: string;
	round: number;
}

/** The work that a step has given out in this execution. Nothing where n8n does not show it. */
export interface LeftWork {
	pieces: LeftPiece[];
	/** Whether an earlier pass brought it, and neither that one nor a later one has given it out. */
	isHeld(brought: { artefactId?: string; source: ISourceData | null }): boolean;
}

export function leftBefore(context: IExecuteFunctions): LeftWork {
	const record = executionRecord(context);
	const passes = record?.passes(record.own) ?? [];
	const left = passes.map(({ outputs }) => outputs.flat().flatMap(pieceOf));
	return {
		pieces: left.flat(),
		isHeld({ artefactId, source }) {
			const brought = passes.findLastIndex(({ sources }) => sources.some((each) => isSame(each, source)));
			if (brought === -1) return false;
			return !left
				.slice(brought)
				.flat()
				.some((piece) => piece.artefactId === artefactId);
		},
	};
}

function pieceOf(item: unknown): LeftPiece[] {
	const { artefactId, contentHash, round, failure } = Object(Object(item).json);
	// What came with a failure went straight on, and may have left its work behind.
	return typeof artefactId === 'string' && failure === undefined
		? [{ artefactId, contentHash: String(contentHash), round: Number(round) }]
		: [];
}

function isSame(
	{ node, pass, output }: { node: string; pass: number; output: number },
	source: ISourceData | null,
): boolean {
	const { previousNode, previousNodeRun = 0, previousNodeOutput = 0 } = source ?? {};
	return node === previousNode && pass === previousNodeRun && output === previousNodeOutput;
}
