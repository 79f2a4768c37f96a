/** Who sends decisions on, and what a run is called then. */
import { claimDelivery, DELIVERY_LEASE_MS, endRun } from '../../nodes/shared/review';
import { openStateStore, type Review, type RunStatus, type Step } from '../../nodes/shared/state';
import { artefact } from '../support/samples';

const BEGAN = Date.parse('2026-03-02T10:00:00.000Z');
const REVIEW: Review = {
	id: 'w/Gate#1',
	node: 'w/Gate',
	nodeId: 'gate',
	executionId: '7',
	nonce: 'n',
	title: 'Review',
	round: 0,
	openedAt: new Date(BEGAN).toISOString(),
	pieces: [{ artefactId: 'a', contentHash: artefact('a').contentHash }],
};

async function begin() {
	let ids = 0;
	let now = BEGAN;
	const store = await openStateStore({ path: ':memory:', clock: () => now, newId: () => `id${++ids}` });
	const started = await store.startRun({
		runKey: 'k',
		title: 'A chase',
		startedFrom: 'editor',
		workflowId: 'w',
	});
	const { runId } = started.run;
	const write = (request: object) =>
		store.write(runId, [{ by: 'Test', asRecordKeeper: true, commands: [], ...request }]);
	const merge = (field: string, item: object) => ({
		commands: [{ op: 'mergeById', field, items: [JSON.parse(JSON.stringify(item))] }],
	});
	return { store, runId, write, merge, wait: (ms: number) => (now += ms), now: () => now };
}

describe('sending decisions on', () => {
	it('is for one of all who ask at once, and for the next one when the lease has run out', async () => {
		const { store, runId, wait, now } = await begin();
		const claim = () => claimDelivery(store, runId, REVIEW, now());

		const first = await Promise.all(Array.from({ length: 10 }, claim));
		expect(first.filter(Boolean)).toHaveLength(1);
		wait(DELIVERY_LEASE_MS - 1);
		expect(await claim()).toBe(false);
		wait(1);
		const second = await Promise.all(Array.from({ length: 10 }, claim));
		expect(second.filter(Boolean)).toHaveLength(1);
		expect(await claim()).toBe(false);
		await store.close();
	});

	it('is claimed for each review by itself', async () => {
		const { store, runId, now } = await begin();
		expect(await claimDelivery(store, runId, REVIEW, now())).toBe(true);
		expect(await claimDelivery(store, runId, { ...REVIEW, id: 'w/Gate#2' }, now())).toBe(true);
		await store.close();
	});
});

describe('the status of a run whose decisions are sent on', () => {
	const arrivalAt = (node: string): Step => ({
		key: `arrival ${node}`,
		kind: 'arrival',
		state: 'answered',
		node,
		round: 0,
		slot: 'a',
		answer: {},
	});

	async function endedWith(steps: Step[], status: RunStatus = 'open') {
		const { store, runId, write, merge } = await begin();
		await write(merge('artefacts', artefact('a')));
		await write({
			declare: [(await import('../../nodes/shared/state')).REVIEWS],
			...merge('reviews', REVIEW),
		});
		await write({ steps, status: { status, note: 'as it was' } });
		await endRun(store, runId, 'Gate');
		const run = await store.getRun(runId);
		await store.close();
		return run;
	}

	it('is finished when nothing but the gate held anything', async () => {
		expect(await endedWith([arrivalAt('w/Gate')])).toMatchObject({ status: 'finished', statusNote: '' });
	});

	it('is stalled while a router still holds work', async () => {
		expect(await endedWith([arrivalAt('w/Gate'), arrivalAt('w/Router')])).toMatchObject({
			status: 'stalled',
			statusNote: "'Router' still waits for work that never reached it.",
		});
	});

	it.each<RunStatus>(['waiting', 'escalated', 'stopped', 'finished'])(
		'stays %s where it is not open: somebody else waits, or has it',
		async (status) => {
			expect(await endedWith([arrivalAt('w/Router')], status)).toMatchObject({
				status,
				statusNote: 'as it was',
			});
		},
	);
});
