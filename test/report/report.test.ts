/** What a report says of whole runs: how they end, their failures, retries and cost, as docs/reliability.md defines it. */
import type { LedgerEntry } from '../../nodes/shared/state';
import { CHECK, ROUTER, WRITE, call, decision, failed, reportOf, sentBack, verdict, work } from './support';

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
