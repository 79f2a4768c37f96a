/** What a report says of each step: what was right at first and in the end, as docs/reliability.md defines it. */
import {
	CHECK,
	ROUTER,
	WRITE,
	call,
	decision,
	failed,
	reportOf,
	right,
	sentBack,
	stepOf,
	verdict,
	work,
} from './support';

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
