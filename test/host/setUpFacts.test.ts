import { spawnSync } from 'node:child_process';
import { PROCESS_ID } from '../../nodes/shared/host';
import { processFacts } from '../../nodes/shared/host/processFacts';
import { isGone } from '../../nodes/shared/host/setUpFacts';

describe('a process that was heard of a moment ago', () => {
	const own = processFacts('x', {});
	const seen = (given: object) => ({
		...own,
		processId: 'another',
		heardMsAgo: 1,
		clockAheadMs: 0,
		...given,
	});
	const { pid: ended = 0 } = spawnSync(process.execPath, ['--version']);

	it('is gone when it has ended, or when this one has its number now', () => {
		expect(isGone(seen({ pid: ended }), own)).toBe(true);
		expect(isGone(seen({}), own)).toBe(true);
	});

	it('is there when it lives, is this one, or is on another machine', () => {
		expect(isGone(seen({ pid: process.ppid }), own)).toBe(false);
		expect(isGone(seen({ processId: PROCESS_ID }), own)).toBe(false);
		expect(isGone(seen({ pid: ended, host: 'elsewhere' }), own)).toBe(false);
	});
});
