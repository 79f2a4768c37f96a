/** What the stand-in makes of a style guide in prose: one rule for each sentence, by its first word. */

/** Whether the schema is that of a compiled guide. @param {Record<string, any> | undefined} schema */
export function asksForGuide(schema) {
	return schema?.properties?.rules?.items?.properties?.quote !== undefined;
}

/** @param {string} prompt */
export function compiledGuide(prompt) {
	const prose = /(?:^|\n)BEGIN-(\S+)\n([\s\S]*?)\nEND-\1/.exec(prompt)?.[2] ?? '';
	const sentences = prose
		.split(/(?<=[.!?])\s+|\n+/)
		.map((sentence) => sentence.trim())
		.filter((sentence) => /\p{L}.*\p{L}/u.test(sentence));
	return { title: 'Style guide (stand-in)', rules: sentences.map(ruleFor) };
}

/** @param {string} sentence */
function ruleFor(sentence) {
	const [, banned = ''] = /^(?:never|no|do not)\s+(?:show|use|write)?\s*(.+?)[.!]?$/i.exec(sentence) ?? [];
	const words = banned
		.split(/,|\bor\b|\band\b/)
		.map((word) => word.replace(/^\s*(?:an?|the)\s+/i, '').trim())
		.filter((word) => word !== '');
	return {
		quote: sentence,
		kind: words.length > 0 ? 'bannedWords' : 'judged',
		severity: /\b(should|prefer|better)\b/i.test(sentence) ? 'soft' : 'hard',
		field: '',
		statement: words.length > 0 ? '' : sentence,
		words,
		mode: 'any',
		unit: 'words',
		min: 0,
		max: 0,
		values: [],
		colours: [],
		aspects: [],
		minWidth: 0,
		minHeight: 0,
		fix: '',
	};
}
