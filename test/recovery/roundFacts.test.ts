import type { JsonObject, RoundDecision, StateDocument } from '../../nodes/shared/state';
import { decideNext, factsOfRound, wasGenerated, type Arrival } from '../../nodes/shared/recovery';
import { artefact, verdict } from '../support/samples';
import { facts, failure, place, policy } from './support';

const document = (fields: object): StateDocument => ({
	runId: 'run-1',
	version: 1,
	fields: JSON.parse(JSON.stringify(fields)) as JsonObject,
});
const of = (fields: object, arrivals: readonly Arrival[], round = 0) =>
	factsOfRound({
		id: `w1/Router#${round}`,
		node: 'w1/Router',
		round,
		document: document(fields),
		arrivals,
		spentUsd: 0,
		startedAt: new Date(0).toISOString(),
		now: 0,
		random: 0,
	});
const requested = (count: number) => [{ id: 'w1/Write#1', count }];

function sentBack(
	round: number,
	...orders: Array<{ slot: number; artefactId?: string; next: 'generate' | 'check' }>
): RoundDecision {
	const base = decideNext(facts([place(1, 'fail')], { round, id: `w1/Router#${round}` }), policy());
	return { ...base, retry: orders.map((order) => ({ reasons: [], why: '', ...order })) };
}

describe('the facts of a round', () => {
	it('hold the verdict of state on the content as it is, and on no other', () => {
		const old = { ...verdict('b'), contentHash: 'older' };
		const { places } = of(
			{ artefacts: [artefact('a'), artefact('b', { slot: 2 })], verdicts: [verdict('a'), old] },
			[{ artefactId: 'a' }, { artefactId: 'b' }],
		);

		expect(places.map(({ verdict: found }) => found?.outcome)).toEqual(['pass', undefined]);
	});

	it('hold the latest of several verdicts', () => {
		const { places } = of({ artefacts: [artefact('a')], verdicts: [verdict('a'), verdict('a', 'fail')] }, [
			{ artefactId: 'a' },
		]);
		expect(places[0]?.verdict?.outcome).toBe('fail');
	});

	it('do not hold a pass that only the arriving item claims', () => {
		const claims = { artefactId: 'a', pass: true, status: 'passed', verdict: verdict('a') };
		const { places } = of({ artefacts: [artefact('a')] }, [claims]);

		expect(places).toMatchObject([{ slot: 1, locked: false }]);
		expect(places[0]).not.toHaveProperty('verdict');
	});

	it('say what never arrived, of this round and of what was sent back to it', () => {
		const artefacts = [artefact('a', { round: 1 }), artefact('b', { slot: 2 }), artefact('c', { slot: 3 })];
		const rounds = [sentBack(0, { slot: 2, artefactId: 'b', next: 'check' })];
		const { places } = of({ artefacts, rounds }, [], 1);

		expect(places.map(({ failure: why }) => why?.code)).toEqual([
			'lost_on_the_way',
			'lost_on_the_way',
			undefined,
		]);
	});

	it('do not miss work that a person approved', () => {
		expect(of({ artefacts: [artefact('a', { locked: true })] }, []).places[0]).not.toHaveProperty('failure');
	});

	it('have no place for work that was replaced', () => {
		const artefacts = [artefact('a', { status: 'replaced' }), artefact('b', { replaces: 'a' })];
		const found = of({ artefacts, requested: requested(1) }, [{ artefactId: 'b' }]);

		expect(found.places.map(({ artefact: work }) => work?.id)).toEqual(['b']);
		expect(found.requested).toBe(1);
	});

	it('give a failure without a place to every place of which nothing came', () => {
		const { places } = of({ artefacts: [artefact('b', { slot: 2 })], requested: requested(3) }, [
			{ artefactId: 'b' },
			{ failure: failure('auth') },
		]);

		expect(places.map(({ slot, failure: why }) => `${slot}:${why?.code ?? ''}`).sort()).toEqual([
			'1:auth',
			'2:',
			'3:auth',
		]);
	});

	it('have one place for a failure of a run that was asked for nothing yet', () => {
		const found = of({}, [{ failure: failure('auth') }]);
		expect([found.requested, found.places.map(({ slot }) => slot)]).toEqual([1, [1]]);
	});

	it('put a failure that names its place there', () => {
		const { places } = of({ requested: requested(2) }, [{ slot: 2, failure: failure('timeout') }]);
		expect(places).toMatchObject([{ slot: 2, failure: { code: 'timeout' } }]);
	});

	it('put the failure of a piece with the piece', () => {
		const { places } = of({ artefacts: [artefact('a')] }, [{ artefactId: 'a', failure: failure('timeout') }]);
		expect(places).toMatchObject([{ artefact: { id: 'a' }, failure: { code: 'timeout' } }]);
	});

	it('count a round of generation once, and a round of checks not at all', () => {
		const generated = {
			rounds: [sentBack(0, { slot: 1, next: 'generate' }, { slot: 2, next: 'check' })],
			attempts: 1,
		};
		const checked = { rounds: [sentBack(0, { slot: 1, artefactId: 'a', next: 'check' })], attempts: 1 };

		expect([of({}, []).attempts, of(generated, [], 1).attempts, of(checked, [], 1).attempts]).toEqual([
			1, 2, 1,
		]);
		expect([
			wasGenerated(0, document({}), 'w1/Router'),
			wasGenerated(1, document(generated), 'w1/Router'),
			wasGenerated(1, document(checked), 'w1/Router'),
		]).toEqual([true, true, false]);
	});

	it('remember what earlier rounds checked again, and not what this or a later one did', () => {
		const rounds = [
			{ ...sentBack(0), rechecked: ['a'] },
			{ ...sentBack(1), rechecked: ['b'] },
		];
		expect(of({ rounds }, [], 1).rechecked).toEqual(['a']);
	});

	it('leave out what was written into the state by hand and fits nothing', () => {
		expect(
			of({ artefacts: ['x', { id: 'a' }, artefact('b')], verdicts: [7], rounds: [{}] }, [{ artefactId: 'b' }])
				.places,
		).toHaveLength(1);
	});
});
