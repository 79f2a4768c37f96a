/** How content becomes the fields of a page. Loads nothing, so that deciding needs no more than it has. */
import { labelOf } from '../html';
import type { Artefact, Json } from '../state';
import type { PieceField } from './page';

/** A piece's fields in the order in which they were written; the title stands above them. */
export function fieldsOf({ content, title }: Pick<Artefact, 'content' | 'title'>): PieceField[] {
	return fieldsIn(content).filter(({ name, value }) => !(name === 'title' && value === title));
}

/** Every member of `content` that has a value, in its order. */
export function fieldsIn(content: Readonly<Record<string, Json | undefined>>): PieceField[] {
	return Object.entries(content).flatMap(([name, value]) =>
		value === undefined ? [] : [{ name, label: labelOf(name), value }],
	);
}
