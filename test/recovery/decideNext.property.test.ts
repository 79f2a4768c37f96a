/** What holds of every decision, whatever the round looks like. */
import fc from 'fast-check';
import { decideNext, type Place, type RoundFacts } from '../../nodes/shared/recovery';
import { facts, place, policy, type Standing } from './support';

const standing = fc.constantFrom<Standing>(
	'pass',
	'fail',
	'unsure',
	'unchecked',
	'locked',
	'empty',
	'timeout',
	'blocked_output',
	'lost_on_the_way',
);
const places = fc
	.array(standing, { maxLength: 8 })
	.map((all) => all.map((each, index) => place(index + 1, each)));
const rounds = fc.record({
	places,
	extra: fc.nat({ max: 3 }),
	attempts: fc.integer({ min: 1, max: 5 }),
	rechecked: fc.subarray(['a1', 'a2', 'a3', 'a4', 'a5']),
	spentUsd: fc.constantFrom(0, 1, 2),
	elapsedMs: fc.constantFrom(0, 1000),
});
const policies = fc
	.record({
		target: fc.nat({ max: 9 }),
		attempts: fc.integer({ min: 1, max: 4 }),
		retryWith: fc.constantFrom('generate' as const, 'revise' as const),
		whenSpent: fc.constantFrom('escalate' as const, 'goOnWithWhatPassed' as const),
		deadlineMs: fc.constantFrom(0, 1000),
		spendCapUsd: fc.constantFrom(0, 2),
	})
	.map(policy);

const isAccepted = ({ locked, verdict, failure }: Place) =>
	failure === undefined && (locked || verdict?.outcome === 'pass');

function check(
	property: (
		round: RoundFacts,
		rule: ReturnType<typeof policy>,
		decision: ReturnType<typeof decideNext>,
	) => void,
): void {
	fc.assert(
		fc.property(rounds, policies, ({ extra, ...round }, rule) => {
			const given = facts(round.places, { ...round, requested: round.places.length + extra });
			property(given, rule, decideNext(given, rule));
		}),
		{ numRuns: 500 },
	);
}

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

it('ends within as many rounds as there are attempts and pieces, whatever the verdicts are', () => {
	const outcomes = fc.array(standing, { minLength: 1, maxLength: 60 });
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 6 }), policies, outcomes, (count, rule, script) => {
			let next = 0;
			const draw = () => script[next++ % script.length] ?? 'fail';
			let now: Place[] = Array.from({ length: count }, (_, index) => place(index + 1, draw()));
			const pieces = Math.max(count, rule.target);
			let [attempts, made] = [1, 0];
			let rechecked: string[] = [];
			for (let round = 0; ; round++) {
				const decision = decideNext(facts(now, { round, attempts, rechecked, requested: count }), rule);
				if (decision.kind !== 'retry') return;
				expect(round).toBeLessThan(rule.attempts * (1 + pieces));
				({ rechecked } = decision);
				if (decision.retry.some((order) => order.next !== 'check')) attempts += 1;
				expect(attempts).toBeLessThanOrEqual(rule.attempts);
				for (const order of decision.retry) {
					const id = order.next === 'generate' ? `n${++made}` : order.artefactId;
					const drawn = order.next === 'check' && draw() === 'pass' ? 'pass' : draw();
					now = [...now.filter(({ slot }) => slot !== order.slot), place(order.slot, drawn, id)];
				}
			}
		}),
		{ numRuns: 500 },
	);
});
