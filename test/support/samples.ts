import type { Artefact, Verdict } from '../../nodes/shared/state';
import { hashOf } from '../../nodes/shared/state';

/** A concept as it stands in state. */
export function artefact(id: string, overrides: Partial<Artefact> = {}): Artefact {
	const content = { title: `Concept ${id}`, logline: 'A chase over wet roofs.' };
	return {
		id,
		kind: 'concept',
		title: content.title,
		slot: 1,
		round: 0,
		status: 'new',
		why: '',
		locked: false,
		stale: false,
		contentHash: hashOf(content),
		content,
		madeFrom: [],
		by: 'Write concepts',
		...overrides,
	};
}

/** A verdict on `artefact(id)`. */
export function verdict(
	id: string,
	outcome: Verdict['outcome'] = 'pass',
	overrides: Partial<Verdict> = {},
): Verdict {
	return {
		artefactId: id,
		contentHash: artefact(id).contentHash,
		outcome,
		pass: outcome === 'pass',
		score: outcome === 'pass' ? 1 : 0,
		note: outcome === 'pass' ? 'matches the guide' : 'too clean, not gritty',
		issues: [],
		guideVersion: 'g-1',
		judge: {
			model: outcome === 'unsure' ? 'gemini-3.8-flash' : null,
			votes: outcome === 'unsure' ? 2 : 0,
			flips: 0,
		},
		...overrides,
	};
}
