import { shortKey } from '../../nodes/shared/state';
import { MAX_KEY } from '../../nodes/shared/state/names';

describe('a key that somebody else wrote a part of', () => {
	it('stays as it is where it is short, and stays apart from others where it is not', () => {
		const long = 'arrival:w1/Router#0/'.padEnd(5000, 'x');
		const short = long.slice(0, MAX_KEY);

		expect(shortKey(short)).toBe(short);
		expect(shortKey(long)).toMatch(/^arrival:w1\/Router#0\/x+….{43}$/);
		expect(shortKey(long).length).toBeLessThanOrEqual(MAX_KEY);
		expect(shortKey(long)).toBe(shortKey(long));
		expect(shortKey(`${long}y`)).not.toBe(shortKey(long));
	});
});
