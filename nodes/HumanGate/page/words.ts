/** Words that stand in several places of the page. */
import type { Action } from '../../shared/review';

export { countOf, moment } from '../../shared/page';

export const DONE_WORDS: Readonly<Record<Action, string>> = {
	approve: 'Approved',
	reject: 'Rejected',
	redirect: 'Redirected',
	reopen: 'Reopened',
};

export const OUTCOME_WORDS = {
	pass: 'Passed the check',
	fail: 'Did not pass the check',
	unsure: 'The check is not sure',
} as const;

const ORDINALS = 'First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth'.split(' ');

/** `Second review`, `11. review`. */
export function reviewName(number: number): string {
	return `${ORDINALS[number - 1] ?? `${number}.`} review`;
}

/** For a textarea: browsers drop its first line break. */
export function asTyped(text: string): string {
	return text.startsWith('\n') ? `\n${text}` : text;
}
