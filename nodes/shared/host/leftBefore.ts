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
	/** Whether it left in the pass that brought it, or in a later one. What came again since is still there. */
	hasLeft(held: { artefactId?: string; source: ISourceData | null }): boolean;
}

export function leftBefore(context: IExecuteFunctions): LeftWork {
	const record = executionRecord(context);
	const passes = record?.passes(record.own) ?? [];
	const left = passes.map(({ outputs }) => outputs.flat().flatMap(pieceOf));
	return {
		pieces: left.flat(),
		hasLeft({ artefactId, source }) {
			const brought = passes.findLastIndex(({ sources }) => sources.some((each) => isSame(each, source)));
			return left
				.slice(Math.max(brought, 0))
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
