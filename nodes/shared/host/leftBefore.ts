import type { IExecuteFunctions } from 'n8n-workflow';
import { executionRecord } from './engine';

/** A piece of work as it left a step. */
export interface LeftPiece {
	artefactId: string;
	contentHash: string;
	round: number;
}

/** The work that this step has given out in this execution. Empty where n8n does not show it. */
export function leftBefore(context: IExecuteFunctions): LeftPiece[] {
	const record = executionRecord(context);
	if (record === undefined) return [];
	return record.passes(record.own).flatMap(({ outputs }) =>
		outputs.flat().flatMap((item) => {
			const { artefactId, contentHash, round, failure } = Object(Object(item).json);
			// What came with a failure went straight on, and may have left its work behind.
			return typeof artefactId === 'string' && failure === undefined
				? [{ artefactId, contentHash: String(contentHash), round: Number(round) }]
				: [];
		}),
	);
}
