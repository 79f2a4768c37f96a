/** What a report makes of ledgers: each measure as docs/reliability.md defines it. */
import { report } from '../../nodes/shared/report';
import type { LedgerEntry, Run } from '../../nodes/shared/state';
import {
	AS_OF,
	CHECK,
	ROUTER,
	WRITE,
	call,
	decision,
	failed,
	review,
	rowsOf,
	runOf,
	sentBack,
	verdict,
	work,
} from './support';

const ABOUT = { title: 'All runs', scope: 'all', asOf: AS_OF } as const;
/** The report of runs with these ledgers. */
const reportOf = (...runs: Array<readonly [Partial<Run>, ...LedgerEntry[]]>) =>
	report(
		runs.flatMap(([run, ...entries], index) => rowsOf(runOf(`run-${index}`, run), entries)),
		ABOUT,
	);
/** The only step of that name in the only workflow. */
const stepOf = (reported: ReturnType<typeof reportOf>, node: string) => {
	const found = reported.pipelines.flatMap(({ steps }) => steps).filter((step) => step.node === node);
	expect(found).toHaveLength(1);
	return found[0]?.pieces;
};
const right = (count: number, of: number) => expect.objectContaining({ count, of });

describe('a step that makes work', () => {
	it('was right at the first try with what was made with one call and passed', () => {
		const reported = reportOf([
			{},
			call('1/1', { asked: 2 }),
			work('1/1', 'a@1 b@2'),
			verdict('a', 'pass'),
			verdict('b', 'pass'),
		]);

		expect(stepOf(reported, WRITE)).toEqual({
			first: right(2, 2),
			inTheEnd: right(2, 2),
			unchecked: 0,
			notKnown: 0,
		});
		expect(reported.withoutChecks.measured).toMatchObject({ count: 1, of: 1 });
	});

	it('was not right at first with what failed the check, and was in the end when the replacement passed', () => {
		const reported = reportOf([
			{},
			call('1/1', { asked: 2 }),
			work('1/1', 'a@1 b@2'),
			verdict('a', 'pass'),
			verdict('b', 'fail'),
			sentBack('b'),
			call('b', { round: 1, artefactId: 'b' }),
			work('b', 'c@2<b', { round: 1 }),
			verdict('c', 'pass', { round: 1 }),
		]);

		expect(stepOf(reported, WRITE)).toMatchObject({ first: right(1, 2), inTheEnd: right(2, 2) });
		expect(reported).toMatchObject({
			finished: { measured: { count: 1, of: 1 } },
			withoutChecks: { measured: { count: 0, of: 1 } },
			retries: {
				sentBackByRouter: 1,
				saved: { byStep: 0, byRouter: 1, byPerson: 0 },
				notSaved: 0,
				runsSaved: 1,
				laterRoundsUsd: 0.01,
			},
		});
	});

	it('was not right at first where its call had to be repeated', () => {
		const reported = reportOf([{}, call('1/1', { calls: 2 }), work('1/1', 'a@1'), verdict('a', 'pass')]);

		expect(stepOf(reported, WRITE)).toMatchObject({ first: right(0, 1), inTheEnd: right(1, 1) });
		expect(reported.retries).toMatchObject({ callsRepeated: 1, saved: { byStep: 1 } });
	});

	it('was not right at first with all that a failed call was to make, and in the end with what came later', () => {
		const failure = { node: WRITE, slot: '1/1', calls: 3, asked: 3, costUsd: null };
		const reported = reportOf([
			{ status: 'escalated' },
			failed('service_unavailable', failure),
			failed('service_unavailable', { node: ROUTER }),
			...[1, 2, 3].map((slot) => sentBack(undefined, { slot: String(slot) })),
			call('place 1', { round: 1 }),
			work('place 1', 'a@1', { round: 1 }),
			verdict('a', 'pass'),
			call('place 2', { round: 1 }),
			work('place 2', 'b@2', { round: 1 }),
			verdict('b', 'fail'),
		]);

		expect(stepOf(reported, WRITE)).toMatchObject({ first: right(0, 3), inTheEnd: right(1, 3) });
		expect(reported.retries).toMatchObject({ notSaved: 2, saved: { byRouter: 1 }, runsSaved: 0 });
	});

	it('was not right at first when the same question was asked again after a failure', () => {
		const reported = reportOf([
			{},
			failed('timeout', { node: WRITE, slot: '1/1', calls: 1, asked: 1 }),
			call('1/1'),
			work('1/1', 'a@1'),
			verdict('a', 'pass'),
		]);

		expect(stepOf(reported, WRITE)).toMatchObject({ first: right(0, 1), inTheEnd: right(1, 1) });
	});

	it('counts what nobody checked as right, and says how much that is; an intent too', () => {
		const reported = reportOf([
			{},
			call('1/1', { node: 'w1/Capture' }),
			work('1/1', '', { node: 'w1/Capture' }),
			call('1/1'),
			work('1/1', 'a@1'),
		]);

		expect(stepOf(reported, 'w1/Capture')).toMatchObject({ first: right(1, 1), unchecked: 1 });
		expect(stepOf(reported, WRITE)).toMatchObject({ first: right(1, 1), unchecked: 1 });
	});

	it('leaves out what no check could tell, and does not count it as right in the end', () => {
		const reported = reportOf([
			{ status: 'escalated' },
			call('1/1'),
			work('1/1', 'a@1'),
			verdict('a', 'unsure'),
		]);

		expect(stepOf(reported, WRITE)).toMatchObject({
			first: right(0, 0),
			inTheEnd: right(0, 1),
			notKnown: 1,
		});
		expect(reported.withoutChecks).toMatchObject({ measured: { of: 0 }, notKnown: 1 });
	});

	it('takes the worst of several checks, and of each check its latest', () => {
		const reported = reportOf([
			{},
			call('1/1', { asked: 2 }),
			work('1/1', 'a@1 b@2'),
			verdict('a', 'pass'),
			verdict('a', 'fail', { node: 'w1/Facts' }),
			verdict('b', 'unsure'),
			verdict('b', 'pass'),
		]);

		expect(stepOf(reported, WRITE)).toMatchObject({ first: right(1, 2) });
	});

	it('believes a person more than a check, in both directions', () => {
		const reported = reportOf([
			{},
			call('1/1', { asked: 3 }),
			work('1/1', 'a@1 b@2 c@3'),
			...['a', 'c'].map((id) => verdict(id, 'pass')),
			verdict('b', 'fail'),
			decision('a', 'reject'),
			decision('b', 'approve'),
			decision('c', 'approve', { isEdited: true }),
		]);

		expect(stepOf(reported, WRITE)).toMatchObject({ first: right(1, 3), inTheEnd: right(2, 3) });
		expect(reported.retries).toMatchObject({ saved: { byPerson: 1 }, notSaved: 1 });
	});

	it('was as right at first as the content that was checked first, and in the end as the latest', () => {
		const reported = reportOf([
			{},
			call('1/1'),
			work('1/1', 'a@1'),
			verdict('a', 'fail'),
			verdict('a', 'pass', { contentHash: 'h-changed' }),
		]);

		expect(stepOf(reported, WRITE)).toMatchObject({ first: right(0, 1), inTheEnd: right(1, 1) });
	});

	it('is counted by runs too, but not for runs in which it is not known', () => {
		const one = [call('1/1', { asked: 2 }), work('1/1', 'a@1 b@2')] as const;
		const reported = reportOf(
			[{}, ...one, verdict('a', 'pass'), verdict('b', 'pass')],
			[{}, ...one, verdict('a', 'pass'), verdict('b', 'unsure')],
			[{}, ...one, verdict('a', 'fail'), verdict('b', 'unsure')],
		);

		const [step] = reported.pipelines[0]?.steps ?? [];
		expect(step?.runs).toMatchObject({ first: right(1, 2), inTheEnd: right(1, 3) });
		expect(step?.pieces).toMatchObject({ first: right(3, 4), notKnown: 2 });
	});

	it('is not right with what got lost on the way or nearly repeats another piece', () => {
		const reported = reportOf([
			{},
			call('1/1', { asked: 2 }),
			work('1/1', 'a@1 b@2'),
			failed('lost_on_the_way', { node: ROUTER, artefactId: 'a' }),
			failed('near_duplicate', { node: ROUTER, artefactId: 'b' }),
		]);

		expect(stepOf(reported, WRITE)).toMatchObject({ first: right(0, 2), unchecked: 0 });
	});

	it('keeps steps of one kind apart: a step that changes what another made has its own pieces', () => {
		const polish = { node: 'w1/Polish' };
		const reported = reportOf([
			{},
			call('1/1'),
			work('1/1', 'a@1'),
			call('1/1', polish),
			work('1/1', 'b@1<a', polish),
			verdict('b', 'fail'),
		]);

		expect(stepOf(reported, WRITE)).toMatchObject({ first: right(1, 1), unchecked: 1 });
		expect(stepOf(reported, 'w1/Polish')).toMatchObject({ first: right(0, 1) });
	});
});

it('shows work of other steps under the step that met it first, and counts their failure against the run', () => {
	const reported = reportOf([
		{},
		failed('upstream_unavailable', { node: ROUTER }),
		{ ...work('', 'a@1', { node: CHECK }), outcome: 'registered' },
		verdict('a', 'pass'),
	]);

	expect(reported.pipelines[0]?.steps).toMatchObject([
		{ node: CHECK, kind: 'others', pieces: { first: { count: 1, of: 1 } } },
		{ node: CHECK, kind: 'checks' },
	]);
	expect(reported.withoutChecks.measured).toMatchObject({ count: 0, of: 1 });
});

it('counts a check as right when it says pass or fail, and not when it cannot tell', () => {
	const reported = reportOf([
		{},
		call('1/1', { asked: 3 }),
		work('1/1', 'a@1 b@2 c@3'),
		verdict('a', 'pass'),
		verdict('b', 'fail'),
		verdict('c', 'unsure'),
		verdict('c', 'pass'),
	]);

	expect(stepOf(reported, CHECK)).toMatchObject({ first: right(2, 3), inTheEnd: right(3, 3) });
});

describe('end to end', () => {
	const good = [call('1/1'), work('1/1', 'a@1'), verdict('a', 'pass')];
	const bad = [
		call('1/1'),
		work('1/1', 'a@1'),
		verdict('a', 'fail'),
		sentBack('a'),
		call('a', { round: 1 }),
		work('a', 'b@1<a', { round: 1 }),
		verdict('b', 'pass'),
	];
	const second = (more: LedgerEntry[]) =>
		more.map((entry) => ({
			...entry,
			...(entry.node === WRITE ? { node: 'w1/Caption' } : {}),
			...(entry.artefactId === undefined ? {} : { artefactId: `${entry.artefactId}2` }),
			...(entry.pieces === undefined
				? {}
				: {
						pieces: entry.pieces.map(({ artefactId, slot, replaces }) => ({
							artefactId: `${artefactId}2`,
							slot,
							...(replaces === undefined ? {} : { replaces: `${replaces}2` }),
						})),
					}),
		}));

	it('is what finished of what ended, and what the shares of the steps come to by runs', () => {
		const reported = reportOf(
			...Array.from({ length: 14 }, () => [{}, ...good, ...second(good)] as const),
			...Array.from({ length: 4 }, () => [{}, ...bad, ...second(good)] as const),
			[{}, ...good, ...second(bad)],
			[{ status: 'escalated' }, ...bad.slice(0, 3)],
			[{ status: 'waiting' }, ...good],
		);

		expect(reported.runs).toMatchObject({ total: 21, finished: 19, escalated: 1, goingOn: 1 });
		expect(reported.finished.measured).toMatchObject({ count: 19, of: 20, share: 0.95 });
		expect(reported.finished.predicted).toBeCloseTo((19 / 20) * 1, 10);
		expect(reported.withoutChecks.measured).toMatchObject({ count: 14, of: 20 });
		expect(reported.withoutChecks.predicted).toBeCloseTo((15 / 20) * (18 / 19), 10);
		expect(reported.retries.runsSaved).toBe(5);
	});

	it('gives no share, interval or product of fewer than ten', () => {
		const reported = reportOf(...Array.from({ length: 9 }, () => [{}, ...good] as const));

		expect(reported.finished).toEqual({
			measured: { count: 9, of: 9, share: null, low: null, high: null },
			predicted: null,
		});
		expect(reported.withoutChecks.predicted).toBeNull();
	});

	it('keeps workflows apart, and weighs their predictions by runs', () => {
		const other = { workflowId: 'w2' };
		const reported = reportOf(
			...Array.from({ length: 30 }, () => [{}, ...good] as const),
			...Array.from({ length: 10 }, () => [{ ...other, status: 'escalated' }, ...bad.slice(0, 3)] as const),
		);

		expect(reported.pipelines.map(({ workflowId, runs }) => [workflowId, runs])).toEqual([
			['w1', 30],
			['w2', 10],
		]);
		expect(reported.finished.predicted).toBeCloseTo(0.75, 10);
		expect(reported.finished.measured).toMatchObject({ count: 30, of: 40 });
	});

	it.each(['crashed', 'stalled'] as const)(
		'a run that %s would not have been right without checks',
		(status) => {
			expect(reportOf([{ status }, ...good]).withoutChecks.measured).toMatchObject({ count: 0, of: 1 });
		},
	);

	it('says nothing of a run that still goes on, but what it cost and met', () => {
		const reported = reportOf([{ status: 'open', costUsd: 0.5 }, ...bad]);

		expect(reported.finished.measured.of).toBe(0);
		expect(reported.pipelines[0]?.steps).toEqual([]);
		expect(reported.cost.totalUsd).toBe(0.5);
		expect(reported.retries.sentBackByRouter).toBe(1);
	});
});

describe('failures', () => {
	it('count once, whether a step recorded them, a router met them, or both', () => {
		const reported = reportOf(
			[
				{},
				failed('timeout', { node: WRITE, calls: 1 }),
				failed('timeout', { node: ROUTER }),
				failed('rate_limited', { node: CHECK, calls: 2 }),
				failed('rate_limited', { node: WRITE, calls: 2 }),
				failed('rate_limited', { node: ROUTER }),
				failed('lost_on_the_way', { node: ROUTER }),
			],
			[{}, failed('timeout', { node: ROUTER })],
		);

		expect(reported.failures).toEqual([
			{ code: 'rate_limited', layer: 'capability', count: 2, runs: 1 },
			{ code: 'timeout', layer: 'capability', count: 2, runs: 2 },
			{ code: 'lost_on_the_way', layer: 'handoff', count: 1, runs: 1 },
		]);
	});

	it('are told apart from why work went to a person', () => {
		const reported = reportOf([
			{},
			failed('attempts_spent', { event: 'escalated', node: ROUTER }),
			failed('attempts_spent', { event: 'escalated', node: ROUTER }),
		]);

		expect(reported.failures).toEqual([]);
		expect(reported.escalations).toEqual([{ code: 'attempts_spent', layer: 'recovery', count: 2, runs: 1 }]);
	});
});

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

it('does not call a second check another round of work', () => {
	const reported = reportOf([
		{},
		call('1/1', { calls: 2 }),
		work('1/1', 'a@1'),
		verdict('a', 'unsure'),
		sentBack('a', { outcome: 'check' }),
		verdict('a', 'pass'),
	]);

	expect(reported.retries.saved).toEqual({ byStep: 1, byRouter: 0, byPerson: 0 });
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

it('says what an approved piece cost, with failed tries in it, and which prices are not known', () => {
	const reported = reportOf(
		[{ costUsd: 0.3, unpricedCalls: 1 }, decision('a', 'approve'), decision('b', 'reject')],
		[{ costUsd: 0.1, status: 'open' }, decision('a', 'approve')],
	);

	expect(reported.cost).toEqual({ totalUsd: 0.4, unpricedCalls: 1, approved: 2, perApprovedUsd: 0.2 });
	expect(reportOf([{ costUsd: 0.3 }, call('1/1')]).cost.perApprovedUsd).toBeNull();
});

it('reads ledgers that say less than today’s, as of before they had outcomes and pieces', () => {
	const bare = { layer: 'handoff', note: 'x', by: 'Write' } as const;
	const events = ['start', 'work', 'verdict', 'decision', 'round', 'failure', 'review', 'call', 'new word'];

	expect(reportOf([{}, ...events.map((event) => ({ ...bare, event }))])).toMatchObject({
		entries: 9,
		runs: { finished: 1 },
	});
});
