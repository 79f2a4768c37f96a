/** What a gate asks, when several ask at once or the same is asked again. */
import { openReview, type ReviewRequest } from '../../nodes/shared/review';
import { openStateStore, reviewsOf } from '../../nodes/shared/state';
import { artefact } from '../support/samples';
import { tickingEnvironment } from '../support/storeEnvironment';

describe('asking a person', () => {
	async function begin() {
		const store = await openStateStore({ path: ':memory:', ...tickingEnvironment() });
		const started = await store.startRun({
			runKey: 'k',
			title: 'A chase',
			startedFrom: 'editor',
			workflowId: 'w',
		});
		const { runId } = started.run;
		const items = [artefact('a'), artefact('b')];
		await store.write(runId, [
			{ by: 'Write', asRecordKeeper: true, commands: [{ op: 'mergeById', field: 'artefacts', items }] },
		]);
		return { store, runId };
	}
	const request = (id: string, more: Partial<ReviewRequest> = {}): ReviewRequest => ({
		node: 'w/Gate',
		nodeId: 'gate',
		executionId: `of ${id}`,
		nonce: `nonce ${id}`,
		title: 'Review',
		round: 0,
		openedAt: '2026-03-02T10:00:00.000Z',
		pieces: [{ artefactId: id, contentHash: artefact(id).contentHash }],
		by: 'Gate',
		...more,
	});

	it('keeps both reviews where two executions of a run ask at the same moment', async () => {
		const { store, runId } = await begin();
		const opened = await Promise.all(['a', 'b'].map((id) => openReview(store, runId, request(id))));

		expect(new Set(opened.map(({ review }) => review.id)).size).toBe(2);
		const reviews = reviewsOf(await store.read(runId));
		expect(reviews.map(({ nonce }) => nonce).sort()).toEqual(['nonce a', 'nonce b']);
		await store.close();
	});

	it.each([
		[['a'], 'A person is asked about 1 piece.'],
		[['a', 'b'], 'A person is asked about 2 pieces.'],
	])('says in the ledger how many pieces it asked about: %j', async (ids, note) => {
		const { store, runId } = await begin();
		const pieces = ids.map((id) => ({ artefactId: id, contentHash: artefact(id).contentHash }));
		await openReview(store, runId, request('a', { pieces }));

		const entries = await store.ledger(runId);
		expect(entries.find(({ event }) => event === 'review')?.note).toBe(note);
		await store.close();
	});

	it('goes on with an open review that is asked again: its link stays, its time is the new one', async () => {
		const { store, runId } = await begin();
		await openReview(store, runId, request('a', { deadline: '2026-03-02T11:00:00.000Z' }));
		await openReview(store, runId, request('a', { nonce: 'another', executionId: 'later' }));

		const [review, ...others] = reviewsOf(await store.read(runId));
		expect(others).toEqual([]);
		expect(review).toMatchObject({ nonce: 'nonce a', executionId: 'later' });
		expect(review).not.toHaveProperty('deadline');
		await store.close();
	});
});
