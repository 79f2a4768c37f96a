import { createHash } from 'node:crypto';
import { hashOf, type Artefact, type Json } from '../state';

/** Where new work comes from. */
export interface Origin {
	/** Key of the step that made it. The same step makes artefacts with the same ids. */
	stepKey: string;
	kind: string;
	round: number;
	firstSlot: number;
	madeFrom: string[];
	by: string;
	/** The artefact whose place the first piece takes. */
	replaces?: string | undefined;
	/** What the whole answer cost; null when the price is unknown. */
	costUsd?: number | null;
}

/** Artefacts for the pieces of one answer, in order. */
export function newArtefacts(
	pieces: ReadonlyArray<Readonly<Record<string, Json>>>,
	origin: Origin,
): Artefact[] {
	return pieces.map((content, index) => ({
		id: `${origin.kind}-${shortHash([origin.stepKey, index])}`,
		kind: origin.kind,
		title: titleOf(content, `${origin.kind} ${origin.firstSlot + index}`),
		slot: origin.firstSlot + index,
		round: origin.round,
		status: 'new',
		why: '',
		locked: false,
		stale: false,
		contentHash: hashOf(content),
		content: { ...content },
		madeFrom: origin.madeFrom,
		...(origin.replaces === undefined || index > 0 ? {} : { replaces: origin.replaces }),
		by: origin.by,
		...(origin.costUsd === undefined
			? {}
			: { costUsd: origin.costUsd === null ? null : origin.costUsd / pieces.length }),
	}));
}

function titleOf(content: Readonly<Record<string, Json>>, otherwise: string): string {
	return typeof content.title === 'string' && content.title.trim() !== '' ? content.title : otherwise;
}

function shortHash(value: Json): string {
	return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);
}
