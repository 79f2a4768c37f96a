import { decideNext, type Place, type RoundFacts } from '../../nodes/shared/recovery';
import { verdict } from '../support/samples';
import { facts, failure, place, policy, type Standing } from './support';

interface Case {
	name: string;
	places: readonly Place[];
	facts?: Partial<RoundFacts>;
	policy?: Parameters<typeof policy>[0];
	kind: string;
	done?: string[];
	/** `slot:next`. */
	retry?: string[];
	/** `slot:status:failure code`. */
	escalate?: string[];
}

const all = (...standings: Standing[]): Place[] =>
	standings.map((standing, index) => place(index + 1, standing));
const artefactWith = (slot: number, code: 'lost_on_the_way' | 'bad_request'): Place => ({
	...place(slot, 'unchecked'),
	failure: failure(code),
});

const kept = (slot: number): Place => ({
	...place(slot, 'unchecked'),
	failure: { ...failure('service_unavailable'), keepsWork: true },
});

const REDIRECTED: NonNullable<Place['sentBackBy']> = {
	artefactId: 'a1',
	contentHash: 'h1',
	action: 'redirect',
	note: 'More rain.',
	reviewer: 'Maya',
	reviewerVerified: 'none',
	decidedAt: '',
	round: 0,
};

const CASES: Case[] = [
	{ name: 'is done when all passed', places: all('pass', 'pass'), kind: 'done', done: ['a1', 'a2'] },
	{
		name: 'counts what a person approved as passed, whatever the verdict',
		places: all('locked', 'pass'),
		kind: 'done',
		done: ['a1', 'a2'],
	},
	{
		name: 'does not ask again for what a person sent back when trying again cannot help',
		places: [{ ...place(1, 'pass'), sentBackBy: REDIRECTED, failure: failure('blocked_output') }],
		kind: 'escalate',
		escalate: ['1:redirected:blocked_output'],
	},
	{
		name: 'asks again for what a person sent back when trying again may help',
		places: [{ ...place(1, 'pass'), sentBackBy: REDIRECTED, failure: failure('truncated') }],
		kind: 'retry',
		retry: ['1:revise'],
	},
	{
		name: 'sends back what failed and keeps the rest',
		places: all('pass', 'fail', 'pass'),
		kind: 'retry',
		retry: ['2:generate'],
	},
	{
		name: 'revises what failed where the policy says so',
		places: all('fail'),
		policy: { retryWith: 'revise' },
		kind: 'retry',
		retry: ['1:revise'],
	},
	{
		name: 'never revises what is not there',
		places: all('timeout'),
		policy: { retryWith: 'revise' },
		kind: 'retry',
		retry: ['1:generate'],
	},
	{
		name: 'checks what was unsure once more',
		places: all('unsure', 'pass'),
		kind: 'retry',
		retry: ['1:check'],
	},
	{ name: 'checks what was not checked once', places: all('unchecked'), kind: 'retry', retry: ['1:check'] },
	{
		name: 'asks a person when it is unsure again',
		places: all('unsure', 'pass'),
		facts: { rechecked: ['a1'] },
		kind: 'escalate',
		escalate: ['2:passed:', '1:unsure:not_sure'],
	},
	{
		name: 'says not checked when no check came of the second try either',
		places: all('unchecked'),
		facts: { rechecked: ['a1'] },
		kind: 'escalate',
		escalate: ['1:unsure:not_checked'],
	},
	{
		name: 'keeps work on which only a later step failed, and has that done once more',
		places: [kept(1), place(2, 'pass')],
		facts: { attempts: 2 },
		kind: 'retry',
		retry: ['1:check'],
	},
	{
		name: 'does that as an attempt, and stops when they are spent',
		places: [kept(1), place(2, 'pass')],
		facts: { attempts: 3 },
		kind: 'escalate',
		escalate: ['2:passed:', '1:failed:service_unavailable'],
	},
	{
		name: 'makes anew what nothing came of, also when that failure would keep the work',
		places: [{ slot: 1, locked: false, failure: { ...failure('timeout'), keepsWork: true } }],
		kind: 'retry',
		retry: ['1:generate'],
	},
	{
		name: 'checks also when attempts are spent, since a check is no attempt',
		places: all('unsure'),
		facts: { attempts: 3 },
		kind: 'retry',
		retry: ['1:check'],
	},
	{
		name: 'does not check when the time is over',
		places: all('unsure'),
		facts: { elapsedMs: 60_000 },
		policy: { deadlineMs: 60_000 },
		kind: 'escalate',
		escalate: ['1:unsure:deadline_passed'],
	},
	{
		name: 'tries a failure again that can be mended',
		places: all('pass', 'service_unavailable'),
		kind: 'retry',
		retry: ['2:generate'],
	},
	{
		name: 'gives a failure at once to a person that cannot be mended',
		places: all('pass', 'blocked_output'),
		kind: 'escalate',
		escalate: ['1:passed:', '2:failed:blocked_output'],
	},
	{
		name: 'makes work anew that got lost unchecked',
		places: [artefactWith(1, 'lost_on_the_way')],
		kind: 'retry',
		retry: ['1:generate'],
	},
	{
		name: 'fills places of which nothing is known',
		places: all('pass'),
		facts: { requested: 3 },
		kind: 'retry',
		retry: ['2:generate', '3:generate'],
	},
	{
		name: 'is done with fewer than were asked for when the target is smaller',
		places: all('pass', 'fail', 'pass'),
		policy: { target: 2 },
		kind: 'done',
		done: ['a1', 'a3'],
	},
	{
		name: 'sends back no more than the target lacks',
		places: all('pass', 'fail', 'fail'),
		policy: { target: 2 },
		kind: 'retry',
		retry: ['2:generate'],
	},
	{
		name: 'asks for more than were asked for when the target is larger',
		places: all('pass', 'pass'),
		policy: { target: 3 },
		kind: 'retry',
		retry: ['3:generate'],
	},
	{
		name: 'stops when the attempts are spent',
		places: all('pass', 'fail'),
		facts: { attempts: 3 },
		kind: 'escalate',
		escalate: ['1:passed:', '2:failed:attempts_spent'],
	},
	{
		name: 'stops when the time is over',
		places: all('fail'),
		facts: { elapsedMs: 1 },
		policy: { deadlineMs: 1 },
		kind: 'escalate',
		escalate: ['1:failed:deadline_passed'],
	},
	{
		name: 'stops when the money is spent',
		places: all('fail'),
		facts: { spentUsd: 0.5 },
		policy: { spendCapUsd: 0.5 },
		kind: 'escalate',
		escalate: ['1:failed:spend_cap_reached'],
	},
	{
		name: 'has no limit of time and money where they are 0',
		places: all('fail'),
		facts: { elapsedMs: 1e12, spentUsd: 1e6 },
		kind: 'retry',
		retry: ['1:generate'],
	},
	{
		name: 'goes on with what passed where the policy says so',
		places: all('pass', 'fail'),
		facts: { attempts: 3 },
		policy: { whenSpent: 'goOnWithWhatPassed' },
		kind: 'partly',
		done: ['a1'],
		escalate: ['2:failed:attempts_spent'],
	},
	{
		name: 'asks a person when it should go on with what passed and nothing did',
		places: all('fail'),
		facts: { attempts: 3 },
		policy: { whenSpent: 'goOnWithWhatPassed' },
		kind: 'escalate',
		escalate: ['1:failed:attempts_spent'],
	},
	{
		name: 'names the failure that work ended with rather than the spent attempts',
		places: all('timeout'),
		facts: { attempts: 3 },
		kind: 'escalate',
		escalate: ['1:failed:timeout'],
	},
	{
		name: 'sends checks first, then by place',
		places: all('fail', 'unsure', 'fail', 'unchecked'),
		kind: 'retry',
		retry: ['2:check', '4:check', '1:generate', '3:generate'],
	},
	{
		name: 'does not accept work that passed but came with a failure',
		places: [{ ...place(1, 'pass'), failure: failure('upstream_failed') }],
		kind: 'escalate',
		escalate: ['1:failed:upstream_failed'],
	},
];

it.each(CASES)('decideNext $name', (each) => {
	const decision = decideNext(facts(each.places, each.facts), policy(each.policy));

	expect(decision.kind).toBe(each.kind);
	expect(decision.done).toEqual(each.done ?? []);
	expect(decision.retry.map(({ slot, next }) => `${slot}:${next}`)).toEqual(each.retry ?? []);
	expect(
		decision.escalate.map(({ slot, status, failure: why }) => `${slot}:${status}:${why?.code ?? ''}`),
	).toEqual(each.escalate ?? []);
});

describe('a decision', () => {
	it('tells the next try what to change, and everyone why', () => {
		const issues = [
			{ ruleId: 'r1', severity: 'hard' as const, evidence: 'glass', fix: 'Show dirt' },
			{ ruleId: 'r2', severity: 'soft' as const, evidence: 'too long', fix: '' },
		];
		const places = [place(1, 'pass'), { ...place(2, 'fail'), verdict: verdict('a2', 'fail', { issues }) }];
		const decision = decideNext(facts(places), policy());

		expect(decision.retry).toMatchObject([
			{ reasons: ['Show dirt', 'too long'], why: 'too clean, not gritty', artefactId: 'a2' },
		]);
		expect(decision.why).toBe('1 piece kept, 1 sent back: too clean, not gritty');
		expect(decision.kept).toEqual([{ id: 'a1', title: 'Concept a1', logline: '' }]);
		expect(decision.sentBack).toEqual([{ title: 'Concept a2', why: 'too clean, not gritty' }]);
	});

	it('names the work where all of it is of one kind', () => {
		const as = (kind: string, slot: number, standing: Standing): Place => {
			const { artefact, ...rest } = place(slot, standing);
			return { ...rest, ...(artefact === undefined ? {} : { artefact: { ...artefact, kind } }) };
		};
		const why = (...places: Place[]) => decideNext(facts(places), policy()).why;

		expect(why(as('concept', 1, 'pass'), as('concept', 2, 'pass'), as('concept', 3, 'fail'))).toBe(
			'2 concepts kept, 1 sent back: too clean, not gritty',
		);
		expect(why(as('story', 1, 'pass'), as('story', 2, 'pass'))).toBe('2 stories passed.');
		expect(why(as('work', 1, 'pass'))).toBe('1 piece passed.');
		expect(why(as('concept', 1, 'pass'), as('sketch', 2, 'pass'))).toBe('2 pieces passed.');
	});

	it('says each reason once, at most two, and what is only checked once more', () => {
		const why = decideNext(facts(all('pass', 'fail', 'fail', 'unchecked', 'timeout')), policy()).why;
		expect(why).toBe(
			'1 piece kept, 3 sent back, 1 to be checked once more: It was not checked; too clean, not gritty; 1 more',
		);
	});

	it('remembers what was asked to be checked once more', () => {
		const decision = decideNext(facts(all('unsure', 'fail'), { rechecked: ['a9'] }), policy());
		expect(decision.rechecked).toEqual(['a9', 'a1']);
	});

	const waits = { backoff: { spread: 0, initialMs: 1000, factor: 3, maximumMs: 20_000 } };
	it.each([
		[0, 1000],
		[1, 3000],
		[2, 9000],
		[3, 20_000],
	])('waits longer after each round with a failed service: round %i, %i ms', (round, waitMs) => {
		expect(decideNext(facts(all('timeout'), { round }), policy(waits)).waitMs).toBe(waitMs);
	});

	it('waits as long as the service asks for, also beyond the longest wait', () => {
		const places = [{ ...place(1, 'empty'), failure: failure('rate_limited', 90_000) }, place(2, 'timeout')];
		expect(decideNext(facts(places), policy(waits)).waitMs).toBe(90_000);
	});

	it('waits longer by chance, by no more than the share that is allowed, never shorter than the service asks', () => {
		const spread = { backoff: { ...waits.backoff, spread: 0.5 } };
		const asked = [{ ...place(1, 'empty'), failure: failure('rate_limited', 90_000) }];
		const wait = (places: Place[], random: number) =>
			decideNext(facts(places, { random }), policy(spread)).waitMs;

		expect([0, 0.5, 1].map((random) => wait(all('timeout'), random))).toEqual([1000, 1250, 1500]);
		expect([0, 0.5, 1].map((random) => wait(asked, random))).toEqual([90_000, 112_500, 135_000]);
		expect(decideNext(facts(all('timeout'), { round: 9, random: 1 }), policy(spread)).waitMs).toBe(20_000);
	});

	it('does not begin a wait that ends after the deadline', () => {
		const late = { ...waits, deadlineMs: 10_000 };
		expect(decideNext(facts(all('timeout'), { elapsedMs: 8999 }), policy(late)).kind).toBe('retry');
		expect(decideNext(facts(all('pass', 'timeout'), { elapsedMs: 9000 }), policy(late))).toMatchObject({
			kind: 'escalate',
			why: 'The next try has to wait 1 second, and the time for this run is over before. 1 piece passed, 1 did not.',
		});
	});

	it('says when a wait was not kept, and does not try what failed again', () => {
		const decision = decideNext(facts(all('timeout', 'pass'), { unkeptWaitMs: 90_000 }), policy());

		expect(decision).toMatchObject({
			kind: 'escalate',
			why: expect.stringContaining('had to wait 90 seconds and came sooner'),
			escalate: [{ status: 'passed' }, { failure: { code: 'wait_not_kept' } }],
		});
		expect(decideNext(facts(all('fail'), { unkeptWaitMs: 90_000 }), policy()).kind).toBe('retry');
	});

	it('does not wait for work that only missed the style', () => {
		expect(decideNext(facts(all('fail', 'unsure')), policy(waits)).waitMs).toBe(0);
	});

	it('does not wait for a service whose failure is not tried again', () => {
		expect(decideNext(facts(all('fail', 'auth')), policy(waits)).waitMs).toBe(0);
	});

	it('gives passed work that got lost to a person, and does not make it anew', () => {
		const lost = { ...place(1, 'pass'), failure: failure('lost_on_the_way') };
		expect(decideNext(facts([lost, place(2, 'pass')]), policy())).toMatchObject({
			kind: 'escalate',
			retry: [],
			escalate: [
				{ slot: 2, status: 'passed' },
				{ slot: 1, failure: { code: 'lost_on_the_way' } },
			],
		});
	});
});

it.each([
	[{ target: -1 }, "'How Many Have to Pass'"],
	[{ target: 1.5 }, "'How Many Have to Pass'"],
	[{ attempts: 0 }, "'Attempts'"],
	[{ attempts: Number.NaN }, "'Attempts'"],
	[{ deadlineMs: -1 }, "'Deadline'"],
	[{ spendCapUsd: Number.POSITIVE_INFINITY }, "'Stop When Spent'"],
	[{ backoff: { initialMs: -1, factor: 2, maximumMs: 1 } }, "'First Wait'"],
	[{ backoff: { initialMs: 1, factor: 0.5, maximumMs: 1 } }, "'Wait Factor'"],
	[{ backoff: { initialMs: 1, factor: 2, maximumMs: Number.NaN } }, "'Longest Wait'"],
	[{ backoff: { spread: -0.1 } }, "'Random Extra Wait'"],
])('a policy with %j is refused and the setting is named', (given, label) => {
	expect(() => policy(given)).toThrow(label);
});

it('does not ask again where nobody judged: a person gets it at once, with what to do', () => {
	const unjudged = { ...verdict('a1', 'unsure'), judge: { model: null, votes: 0, flips: 0 } };
	const decision = decideNext(facts([{ ...place(1, 'unsure'), verdict: unjudged }]), policy());

	expect(decision).toMatchObject({
		kind: 'escalate',
		retry: [],
		escalate: [{ failure: { code: 'not_sure' } }],
	});
	expect(decision.escalate[0]?.failure?.hint).toContain('credential');
});
