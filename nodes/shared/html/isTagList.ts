/** Up to here the members of a list can stand side by side. */
const TAG_LENGTH = 28;

/** Fields of such names have an order, however short their members are. */
const IN_ORDER = /\b(acts?|beats?|days?|frames?|moments?|panels?|scenes?|shots?|stages?|steps?)$/i;

/**
 * Whether a list is shown as tags side by side: one of short words that has no order of its own, such as tone or palette. Every
 * other list is numbered. `label`: the field's name as `labelOf` writes it.
 */
export function isTagList(label: string, members: readonly unknown[]): boolean {
	const areShort = members.every((each) => typeof each !== 'object' && String(each).length <= TAG_LENGTH);
	return areShort && !IN_ORDER.test(label);
}
