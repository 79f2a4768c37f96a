/** Until when a link of a review is good. */
import { answerBy } from '../../nodes/shared/review';

describe('until when a link can be answered', () => {
	const EARLY = '2026-03-02T10:00:00.000Z';
	const LATE = '2026-03-09T10:00:00.000Z';
	const ms = (iso: string): string => String(Date.parse(iso));

	it.each([
		['the time limit of the review', { deadline: EARLY }, undefined, EARLY],
		['the end of the link', {}, ms(LATE), LATE],
		['what comes first, the link', { deadline: LATE }, ms(EARLY), EARLY],
		['what comes first, the review', { deadline: EARLY }, ms(LATE), EARLY],
		['no end', {}, undefined, undefined],
		['no end that a date could say', {}, '9e99', undefined],
	])('is %s', (_, review, until, end) => {
		expect(answerBy(review, until)).toBe(end);
	});
});
