import type { Artefact, StateDocument, StateStore } from '../state';
import { fieldsIn } from './fields';
import type { AskedFor, PieceField } from './page';

const MAX_BRIEF_LENGTH = 4000;
const MAX_INTENT_LENGTH = 6000;

/** What the run was asked for, short enough for a page; undefined where it has no brief. */
export function askedForOf({ fields }: StateDocument): AskedFor | undefined {
	const brief = typeof fields.brief === 'string' ? fields.brief.trim() : '';
	const { intent } = fields;
	const isRead = typeof intent === 'object' && intent !== null && !Array.isArray(intent);
	if (brief === '') return undefined;
	return {
		brief: brief.length > MAX_BRIEF_LENGTH ? `${brief.slice(0, MAX_BRIEF_LENGTH).toWellFormed()}…` : brief,
		intent: isRead ? upTo(MAX_INTENT_LENGTH, fieldsIn(intent)) : [],
	};
}

/** The fields that say something, as long as they are not too much. */
function upTo(length: number, fields: readonly PieceField[]): PieceField[] {
	let left = length;
	return fields.filter(({ value }) => {
		const text = JSON.stringify(value);
		left -= text.length;
		return left >= 0 && !['""', '[]', '{}', 'null'].includes(text);
	});
}

/** Names of the models that the makers of `artefacts` asked in this run, as their recorded answers give them. */
export async function modelsOf(
	store: StateStore,
	runId: string,
	artefacts: readonly Artefact[],
): Promise<string[]> {
	const makers = new Set(artefacts.map(({ by }) => by));
	const nameOf = (node: string): string => node.slice(node.indexOf('/') + 1);
	const calls = await store.listSteps(runId, { kind: 'call' });
	const names = calls
		.filter(({ node }) => makers.has(nameOf(node)))
		.map(({ answer }): unknown => Object(answer).model);
	return [...new Set(names.filter((name) => typeof name === 'string'))];
}
