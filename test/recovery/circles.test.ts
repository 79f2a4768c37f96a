import { circling, type EarlierPass } from '../../nodes/shared/recovery';

const POLICY = { attempts: 3, humanRounds: 5 };
const pass = (more: Partial<EarlierPass> = {}): EarlierPass => ({
	isRetry: false,
	runIds: ['r1'],
	through: undefined,
	...more,
});
const times = (count: number, more: Partial<EarlierPass> = {}) =>
	Array.from({ length: count }, () => pass(more));
const verdicts = (counts: readonly number[], more: Partial<EarlierPass> = {}, policy = POLICY) =>
	counts.map((count) => circling(times(count, more), ['r1'], policy));

it('lets work meet a router three times, says so at the fourth, and ends at the fifth', () => {
	expect(verdicts([0, 1, 2, 3, 4])).toEqual(['no', 'no', 'no', 'stop', 'end']);
});

it('allows as many circles as attempts where somebody set more of them', () => {
	expect(verdicts([9, 10, 11], {}, { ...POLICY, attempts: 10 })).toEqual(['no', 'stop', 'end']);
});

it('leaves what was sent back and came again to the attempts', () => {
	expect(verdicts([100], { isRetry: true })).toEqual(['no']);
});

it('counts a Retry that led to another run', () => {
	expect(verdicts([2, 3], { isRetry: true, runIds: ['r0'] })).toEqual(['no', 'stop']);
});

it('allows a person as many rounds as the policy does, and ends a gate that nobody answers', () => {
	expect(verdicts([6, 7, 8], { through: 'gate' })).toEqual(['no', 'stop', 'end']);
});

it('leaves a Loop Over Items to end by itself', () => {
	expect(verdicts([500], { through: 'loop' })).toEqual(['no']);
});
