/** What holds of every decision, whatever the round looks like. */
import fc from 'fast-check';
import { decideNext, type Place, type RoundFacts } from '../../nodes/shared/recovery';
import { facts, failure, place, policy, type Standing } from './support';

/** Always the same rounds, so that a failure can be looked at again. */
const CASES = { numRuns: 10_000, seed: 20_261_123 };

const standing = fc.constantFrom<Standing>(
	'pass',
	'fail',
	'unsure',
	'unchecked',
	'locked',
	'empty',
	'timeout',
	'rate_limited',
	'blocked_output',
	'lost_on_the_way',
	'came_back_unchanged',
);
/** A piece as it stands, now and then with a person's word on it or a failure of a service that names a wait. */
const places = fc
	.array(fc.tuple(standing, fc.constantFrom('reject' as const, 'redirect' as const, undefined), fc.nat()), {
		maxLength: 8,
	})
	.map((all) =>
		all.map(([each, action, waitMs], index) => {
			const given = place(index + 1, each);
			const asked = each === 'rate_limited' ? { failure: failure(each, waitMs % 200_000) } : {};
			const isGood = each === 'pass' || each === 'locked';
			const late = isGood && waitMs % 5 === 0 ? { failure: failure('upstream_unavailable') } : {};
			return { ...given, ...asked, ...late, ...sentBack(given, waitMs % 3 === 0 ? action : undefined) };
		}),
	);
const rounds = fc.record({
	places,
	extra: fc.nat({ max: 3 }),
	round: fc.nat({ max: 9 }),
	attempts: fc.integer({ min: 1, max: 5 }),
	humanRounds: fc.nat({ max: 4 }),
	rechecked: fc.subarray(['a1', 'a2', 'a3', 'a4', 'a5']),
	spentUsd: fc.constantFrom(0, 1, 2),
	elapsedMs: fc.constantFrom(0, 500, 999, 1000, 60_000),
	random: fc.double({ min: 0, max: 1, noNaN: true }),
	unkeptWaitMs: fc.constantFrom(0, 0, 0, 90_000),
});
const policies = fc
	.record({
		target: fc.nat({ max: 9 }),
		attempts: fc.integer({ min: 1, max: 4 }),
		humanRounds: fc.nat({ max: 3 }),
		retryWith: fc.constantFrom('generate' as const, 'revise' as const),
		whenSpent: fc.constantFrom('escalate' as const, 'goOnWithWhatPassed' as const),
		deadlineMs: fc.constantFrom(0, 1000, 120_000),
		spendCapUsd: fc.constantFrom(0, 2),
		backoff: fc.record({
			initialMs: fc.constantFrom(0, 1, 1000),
			factor: fc.constantFrom(1, 2, 3),
			maximumMs: fc.constantFrom(0, 60_000),
			spread: fc.constantFrom(0, 0.2),
		}),
	})
	.map(policy);

const isAccepted = ({ artefact, locked, verdict, failure: why, sentBackBy }: Place) =>
	artefact !== undefined &&
	why === undefined &&
	sentBackBy === undefined &&
	(locked || verdict?.outcome === 'pass');

/** Somebody may send back what is there and not approved. */
function sentBack({ artefact, locked }: Place, action?: 'reject' | 'redirect'): Pick<Place, 'sentBackBy'> {
	if (artefact === undefined || locked || action === undefined) return {};
	const decision = { artefactId: artefact.id, contentHash: 'h', action, reviewer: 'Maya' };
	return { sentBackBy: { ...decision, reviewerVerified: 'none', decidedAt: '', round: 0 } };
}

/** Drawn once for all properties: drawing takes longer than deciding. */
const drawn = fc.sample(fc.tuple(rounds, policies), CASES).map(([{ extra, ...round }, rule]) => {
	const given = facts(round.places, { ...round, requested: round.places.length + extra });
	return { given, rule, decision: decideNext(given, rule) };
});

function check(
	property: (
		round: RoundFacts,
		rule: ReturnType<typeof policy>,
		decision: ReturnType<typeof decideNext>,
	) => void,
): void {
	for (const { given, rule, decision } of drawn) {
		try {
			property(given, rule, decision);
		} catch (error) {
			const seen = JSON.stringify({ given, rule, decision }, undefined, 2);
			throw new Error(`${String(error)}\nin ${seen}`, { cause: error });
		}
	}
}

it('never makes anything when the attempts, the rounds with people, the time or the money are used up', () => {
	check((round, rule, { retry, waitMs }) => {
		const human = new Set(round.places.flatMap(({ sentBackBy, slot }) => (sentBackBy ? [slot] : [])));
		const made = retry.filter(({ next }) => next !== 'check');
		if (round.attempts >= rule.attempts) expect(made.filter(({ slot }) => !human.has(slot))).toEqual([]);
		if (round.humanRounds >= rule.humanRounds) expect(made.filter(({ slot }) => human.has(slot))).toEqual([]);
		if (rule.spendCapUsd > 0 && round.spentUsd >= rule.spendCapUsd) expect(retry).toEqual([]);
		if (rule.deadlineMs > 0 && retry.length > 0)
			expect(round.elapsedMs + waitMs).toBeLessThan(rule.deadlineMs);
	});
});

it('waits at least as long as a service asks that is asked again, and a little more at most', () => {
	check((round, rule, { retry, waitMs }) => {
		const slots = new Set(retry.map(({ slot }) => slot));
		const asked = round.places.flatMap(({ slot, failure: why }) =>
			slots.has(slot) && why?.layer === 'capability' ? [why.retryAfterMs ?? 0] : [],
		);
		const least = Math.max(0, ...asked);
		expect(waitMs).toBeGreaterThanOrEqual(least);
		expect(waitMs).toBeLessThanOrEqual(
			Math.max(rule.backoff.maximumMs, Math.round(least * (1 + rule.backoff.spread))),
		);
	});
});

it('drops nothing that passed: it is kept, and leaves by Done or to a person', () => {
	check((round, _rule, { kind, done, escalate, kept }) => {
		const accepted = round.places.filter(isAccepted).flatMap(({ artefact }) => artefact?.id ?? []);
		expect(kept.map(({ id }) => id)).toEqual(accepted);
		const out = [...done, ...escalate.flatMap(({ artefactId }) => artefactId ?? [])];
		if (kind !== 'retry') for (const id of accepted) expect(out).toContain(id);
		if (kind === 'escalate' || kind === 'partly')
			for (const { artefactId, status } of escalate)
				expect(accepted.includes(artefactId ?? '')).toBe(status === 'passed' || status === 'approved');
	});
});

it('never makes anew what passed and nobody sent back, whatever failed on the way', () => {
	check((round, _rule, { retry }) => {
		const passed = round.places.filter(
			({ locked, verdict, sentBackBy }) =>
				(locked || verdict?.outcome === 'pass') && sentBackBy === undefined,
		);
		const made = retry.filter(({ next }) => next !== 'check').map(({ slot }) => slot);
		for (const { slot } of passed) expect(made).not.toContain(slot);
	});
});

it('says the same to the same, and why', () => {
	check((round, rule, decision) => {
		expect(decideNext(structuredClone(round), structuredClone(rule))).toEqual(decision);
		expect(decision.why).not.toBe('');
	});
});

it('sends back never more than is missing', () => {
	check((round, rule, { retry }) => {
		const target = rule.target > 0 ? rule.target : Math.max(round.requested, round.places.length);
		expect(retry.length).toBeLessThanOrEqual(Math.max(0, target - round.places.filter(isAccepted).length));
	});
});

it('lets nothing leave by two ways, and nothing twice by one', () => {
	check((_round, _rule, { done, retry, escalate }) => {
		const ids = [...done, ...[...retry, ...escalate].flatMap(({ artefactId }) => artefactId ?? [])];
		expect(new Set(ids).size).toBe(ids.length);
		const slots = [...retry, ...escalate].map(({ slot }) => slot);
		expect(new Set(slots).size).toBe(slots.length);
	});
});

it('never sends back an accepted piece, and lets nothing else leave by Done', () => {
	check((round, _rule, { done, retry }) => {
		const accepted = round.places.filter(isAccepted).map(({ artefact }) => artefact?.id);
		for (const { artefactId } of retry) expect(accepted).not.toContain(artefactId);
		for (const id of done) expect(accepted).toContain(id);
	});
});

it('loses nothing: what is not done and not sent back goes to a person, unless the target is reached', () => {
	check((round, _rule, { kind, done, retry, escalate }) => {
		if (kind === 'done' || kind === 'retry') {
			expect(escalate).toEqual([]);
			expect(kind === 'retry').toBe(retry.length > 0);
			return;
		}
		const out = [...done, ...escalate.flatMap(({ artefactId }) => artefactId ?? [])];
		for (const { artefact } of round.places) if (artefact !== undefined) expect(out).toContain(artefact.id);
	});
});

it('does not look at the order of the places', () => {
	check((round, rule, decision) => {
		const reversed = decideNext({ ...round, places: [...round.places].reverse() }, rule);
		expect(reversed.kind).toBe(decision.kind);
		expect([...reversed.done].sort()).toEqual([...decision.done].sort());
		expect(reversed.retry.map(({ slot }) => slot)).toEqual(decision.retry.map(({ slot }) => slot));
	});
});

it('ends within as many rounds as there are attempts, rounds with people and pieces, whatever comes back', () => {
	const outcomes = fc.array(fc.tuple(standing, fc.constantFrom('reject' as const, undefined, undefined)), {
		minLength: 1,
		maxLength: 60,
	});
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 6 }), policies, outcomes, (count, rule, script) => {
			let next = 0;
			const draw = (slot: number, id?: string): Place => {
				const [outcome, action] = script[next++ % script.length] ?? ['fail', undefined];
				const drawn = place(slot, outcome, id);
				return { ...drawn, ...sentBack(drawn, action) };
			};
			let now: Place[] = Array.from({ length: count }, (_, index) => draw(index + 1));
			const pieces = Math.max(count, rule.target);
			let [attempts, humanRounds, made, elapsedMs, spentUsd] = [1, 0, 0, 0, 0];
			let rechecked: string[] = [];
			for (let round = 0; ; round++) {
				const seen = { round, attempts, humanRounds, rechecked, requested: count, elapsedMs, spentUsd };
				const decision = decideNext(facts(now, seen), rule);
				if (decision.kind !== 'retry') return;
				expect(round).toBeLessThan(rule.attempts * (1 + rule.humanRounds) * (1 + pieces));
				({ rechecked } = decision);
				if (decision.isHuman === true) [attempts, humanRounds] = [1, humanRounds + 1];
				else if (decision.retry.some((order) => order.next !== 'check')) attempts += 1;
				expect(attempts).toBeLessThanOrEqual(rule.attempts);
				expect(humanRounds).toBeLessThanOrEqual(rule.humanRounds);
				elapsedMs += decision.waitMs;
				if (rule.deadlineMs > 0) expect(elapsedMs).toBeLessThan(rule.deadlineMs);
				if (rule.spendCapUsd > 0) expect(spentUsd).toBeLessThan(rule.spendCapUsd);
				for (const order of decision.retry) {
					const id = order.next === 'generate' ? `n${++made}` : order.artefactId;
					if (order.next !== 'check') spentUsd += 0.1;
					now = [...now.filter(({ slot }) => slot !== order.slot), draw(order.slot, id)];
				}
			}
		}),
		CASES,
	);
});
