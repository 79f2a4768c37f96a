/** Random work on a run, for the property tests. */
import fc from 'fast-check';
import type { Command, Json } from '../../nodes/shared/state';

const id = fc.constantFrom('a', 'b', 'c');
const value: fc.Arbitrary<Json> = fc.oneof(
	fc.integer({ min: 0, max: 3 }),
	fc.constantFrom('x', '🎬', '', '\u0000 שלום'),
	fc.constant(null),
);

const command: fc.Arbitrary<Command> = fc.oneof(
	fc.record({
		op: fc.constant('set' as const),
		field: fc.constant('brief'),
		value: fc.constantFrom('noir', 'comedy', ''),
	}),
	fc.record({
		op: fc.constant('append' as const),
		field: fc.constant('notes'),
		values: fc.array(value, { maxLength: 3 }),
	}),
	fc.record({
		op: fc.constant('append' as const),
		field: fc.constantFrom('decisions', 'verdicts', 'directives'),
		values: fc.array(fc.record({ note: value }), { maxLength: 2 }),
	}),
	fc.record({
		op: fc.constant('increment' as const),
		field: fc.constant('count'),
		by: fc.integer({ min: -2, max: 3 }),
	}),
	fc.record({ op: fc.constant('increment' as const), field: fc.constant('attempts'), by: fc.nat(3) }),
	fc.record({
		op: fc.constant('writeOnce' as const),
		field: fc.constant('owner'),
		value: fc.constantFrom('Ana', 'Ben'),
	}),
	fc.record({
		op: fc.constant('mergeById' as const),
		field: fc.constantFrom('shots', 'artefacts'),
		items: fc.array(fc.record({ id, title: value }), { minLength: 1, maxLength: 3 }),
	}),
	fc.record({ op: fc.constant('lock' as const), artefactId: id }),
);

const write = fc.record({
	do: fc.constant('write' as const),
	requests: fc.array(fc.array(command, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
});
const rollBack = fc.record({
	do: fc.constant('rollBack' as const),
	to: fc.nat(40),
	keep: fc.array(id, { maxLength: 2 }),
});
const fork = fc.record({ do: fc.constant('fork' as const), from: fc.nat(40) });
const spend = fc.record({
	do: fc.constant('spend' as const),
	key: id,
	state: fc.constantFrom('started' as const, 'answered' as const, 'failed' as const),
	costUsd: fc.oneof(fc.constant(null), fc.double({ min: 0, max: 1, noNaN: true })),
});
const checkpoint = fc.record({ do: fc.constant('checkpoint' as const), name: id });

/** What one writer does to the document. */
export const action = fc.oneof(
	{ weight: 8, arbitrary: write },
	{ weight: 2, arbitrary: rollBack },
	{ weight: 1, arbitrary: fork },
);

/** The same, and what stands beside the document. */
export const anyAction = fc.oneof(
	{ weight: 8, arbitrary: write },
	{ weight: 2, arbitrary: rollBack },
	{ weight: 1, arbitrary: fork },
	{ weight: 2, arbitrary: spend },
	{ weight: 1, arbitrary: checkpoint },
);
