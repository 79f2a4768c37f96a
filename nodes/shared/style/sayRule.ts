/** A rule as a person reads it. */
import type { Rule } from './guide';

/** One sentence, such as `No 'drone', 'lens flare' in logline.` */
export function sayRule(rule: Rule): string {
	const where = rule.field === undefined ? '' : ` in '${rule.field}'`;
	switch (rule.kind) {
		case 'bannedWords':
			return `None of these words${where}: ${rule.words.join(', ')}.`;
		case 'requiredWords':
			return `${rule.mode === 'all' ? 'All' : 'At least one'} of these words${where}: ${rule.words.join(', ')}.`;
		case 'length':
			return `${sayRange(rule.min, rule.max)} ${rule.unit}${where}.`;
		case 'allowedValues':
			return `Only these values${where}: ${rule.values.join(', ')}.`;
		case 'pattern':
			return `${PATTERN_WORDS[rule.match]} the pattern ${rule.pattern}${where}.`;
		case 'palette':
			return `Every colour${where} at most ${rule.tolerance} away from one of ${rule.colours.join(', ')}.`;
		case 'picture': {
			const { aspects = [], minWidth, maxWidth, minHeight, maxHeight } = rule;
			return [
				`Every picture${aspects.length === 0 ? '' : ` ${aspects.join(' or ')}`}`,
				...((minWidth ?? maxWidth) ? [`${sayRange(minWidth, maxWidth).toLowerCase()} pixels wide`] : []),
				...((minHeight ?? maxHeight) ? [`${sayRange(minHeight, maxHeight).toLowerCase()} pixels high`] : []),
			]
				.join(', ')
				.concat('.');
		}
		case 'judged': {
			const { levels = [], atLeast = levels.length } = rule;
			const rubric = levels.length === 0 ? '' : ` At least: ${levels[atLeast - 1] ?? ''}.`;
			return `Gemini judges${where}: ${rule.statement}${rubric}`;
		}
	}
}

const PATTERN_WORDS = {
	some: 'Something fits',
	every: 'Each entry fits',
	none: 'Nothing fits',
} as const;

function sayRange(min: number | undefined, max: number | undefined): string {
	if (min === undefined || min === 0) return `At most ${max ?? 0}`;
	return max === undefined ? `At least ${min}` : `From ${min} to ${max}`;
}
