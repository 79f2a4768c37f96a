/** What a report says of the people in a run, as docs/reliability.md defines it. */
import { AS_OF, call, decision, reportOf, review, right, sentBack, verdict, work } from './support';

it('counts what people sent back apart from what the router did, and a second check as no try', () => {
	const reported = reportOf([
		{},
		call('1/1', { asked: 2 }),
		work('1/1', 'a@1 b@2'),
		verdict('a', 'unsure'),
		sentBack('a', { outcome: 'check' }),
		verdict('a', 'pass'),
		decision('b', 'redirect'),
		sentBack('b', { outcome: 'revise' }),
		call('b', { round: 2 }),
		work('b', 'c@2<b', { round: 2 }),
		decision('c', 'approve'),
	]);

	expect(reported.retries).toMatchObject({
		sentBackByRouter: 1,
		sentBackByPerson: 1,
		saved: { byStep: 0, byRouter: 0, byPerson: 1 },
		notSaved: 0,
	});
});

describe('people', () => {
	it('were waited for from asking to sending, to the end of the wait, or until now', () => {
		const reported = reportOf(
			[{}, review('review'), decision('a', 'approve'), review('review sent'), review('continued')],
			[{}, review('review'), ...Array.from({ length: 9 }, () => call('x')), review('continued')],
			[{ status: 'waiting' }, review('review')],
			[{ status: 'stopped' }, review('review')],
		);

		const untilNow = Date.parse(AS_OF) - Date.parse('2026-11-01T08:00:00.000Z');
		expect(reported.waiting).toEqual({
			reviews: 4,
			sent: 1,
			unanswered: 2,
			open: 1,
			timed: 3,
			medianMs: 600_000,
			longestMs: untilNow,
			totalMs: 120_000 + 600_000 + untilNow,
		});
	});

	it('agree with the check or not; what they changed first is counted beside it', () => {
		const pieces = ['a', 'b', 'c', 'd', 'e', 'f'];
		const reported = reportOf([
			{},
			...pieces.slice(0, 3).map((id) => verdict(id, 'pass')),
			...pieces.slice(3, 5).map((id) => verdict(id, 'fail')),
			verdict('f', 'unsure'),
			decision('a', 'approve'),
			decision('b', 'approve', { isEdited: true }),
			decision('c', 'redirect'),
			decision('d', 'reject'),
			decision('e', 'approve'),
			decision('f', 'approve'),
			decision('g', 'approve'),
		]);

		expect(reported.agreement).toEqual({
			same: right(3, 5),
			falsePasses: right(1, 3),
			falseAlarms: right(1, 2),
			approvedWithChanges: 1,
		});
	});

	it('have a last word: what was approved and reopened later was a false pass', () => {
		const reported = reportOf([{}, verdict('a', 'pass'), decision('a', 'approve'), decision('a', 'reopen')]);

		expect(reported.agreement.falsePasses).toMatchObject({ count: 1, of: 1 });
		expect(reported.cost.approved).toBe(0);
	});
});
