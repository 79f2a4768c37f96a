import type { FieldDeclaration } from './stateStore';

/** The content field that holds every piece of creative work of a run. Its locked entries are protected. */
export const ARTEFACTS = 'artefacts';

/** What every entry of a field with ids looks like at least. */
export const ENTRY = { type: 'object', required: ['id'], properties: { id: { type: 'string' } } } as const;

/** Declared once more where it is written: runs begun by an earlier Greenlight do not have it. */
export const REVIEWS: FieldDeclaration = {
	name: 'reviews',
	type: ENTRY,
	rule: 'mergeById',
	part: 'record',
};

/** Fields that every run has. Content first; then the records, which only grow and only their own step writes. */
export const BUILT_IN_FIELDS: readonly FieldDeclaration[] = [
	{ name: 'brief', type: { type: 'string' }, rule: 'set', part: 'content' },
	{ name: 'intent', type: { type: 'object' }, rule: 'set', part: 'content' },
	{ name: ARTEFACTS, type: ENTRY, rule: 'mergeById', part: 'content' },
	/** How many pieces of work each step was asked for: `{id: step, count}`, and which files came with it. */
	{ name: 'requested', type: ENTRY, rule: 'mergeById', part: 'record' },
	/** Rounds of generation decided so far, all steps together. */
	{ name: 'attempts', type: { type: 'number' }, rule: 'increment', part: 'record' },
	{ name: 'verdicts', type: { type: 'object' }, rule: 'append', part: 'record' },
	{ name: 'decisions', type: { type: 'object' }, rule: 'append', part: 'record' },
	{ name: 'directives', type: { type: 'object' }, rule: 'append', part: 'record' },
	/** What a Human Gate asked a person about, one entry for each time. */
	REVIEWS,
	/** What a Retry Router decided, one entry for each router and round. */
	{ name: 'rounds', type: ENTRY, rule: 'mergeById', part: 'record' },
];
