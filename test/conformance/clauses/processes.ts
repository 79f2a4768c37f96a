import type { ProcessFacts, StateStore } from '../../../nodes/shared/state';
import type { Stage } from '../stage';

const FACTS: ProcessFacts = {
	role: 'worker',
	host: 'h1',
	pid: 7,
	node: '24.1.0',
	n8n: '2.41.1',
	greenlight: null,
	queueMode: true,
	state: 'PostgreSQL db:5432/x',
	address: '',
	unverifiedPackages: null,
};

export function processesClauses(stage: Stage): void {
	let store: StateStore;
	beforeEach(() => {
		store = stage.store;
	});

	it('knows the processes that were put down, each once and as it was last, the last one first', async () => {
		await store.noteProcess('a', FACTS);
		await store.noteProcess('b', { ...FACTS, pid: 8 });
		await store.noteProcess('a', { ...FACTS, role: 'main' });
		const found = await store.listProcesses();
		expect(found.map(({ processId, role, pid }) => [processId, role, pid])).toEqual([
			['a', 'main', 7],
			['b', 'worker', 8],
		]);
		for (const { heardMsAgo, clockAheadMs } of found) {
			expect(heardMsAgo).toBeGreaterThanOrEqual(0);
			expect(Number.isFinite(clockAheadMs)).toBe(true);
		}
	});
}
