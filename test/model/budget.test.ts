import { PipelineError } from '../../nodes/shared/errors';
import { askOnce, CAPPED_OUTPUT_TOKENS, mostUsd, type PaidStep } from '../../nodes/shared/model';
import { openStateStore, type StateStore } from '../../nodes/shared/state';
import { answer, ANSWER_USD, failureOf, fakeDeps, NOON, titleRequest } from './fixtures';

const good = () => answer('{"title":"Night Ferry"}');
const cut = () => answer('{"title":"Cut"}', { finishReason: 'MAX_TOKENS' });

let store: StateStore;
let ids = 0;
beforeEach(async () => {
	store = await openStateStore({ path: ':memory:', clock: () => NOON, newId: () => String(++ids) });
});
afterEach(() => store.close());

async function startRun(spendCapUsd: number | null): Promise<string> {
	const start = { runKey: `key ${++ids}`, title: 'Spring', startedFrom: 'editor', workflowId: 'w1' } as const;
	return (await store.startRun({ ...start, spendCapUsd })).run.runId;
}

const step = (runId: string, key = 'k1'): PaidStep => ({
	runId,
	key,
	node: 'w1/Write',
	round: 0,
	slot: '1',
	owner: 'p1',
	by: 'Write',
});

/** What one call of `titleRequest` costs at most on a run with a cap. */
const CALL_USD =
	mostUsd({ ...titleRequest(), jsonSchema: {}, maxOutputTokens: CAPPED_OUTPUT_TOKENS }, { at: NOON }) ?? 0;

describe('a run with a spend cap', () => {
	test('sets aside what a call can cost while it is under way, and settles with what it did cost', async () => {
		const runId = await startRun(1);
		let during;
		const { deps, sent } = fakeDeps([
			async () => {
				during = await store.getRun(runId);
				return good();
			},
		]);
		await askOnce(store, step(runId), titleRequest(), deps);
		expect(sent[0]?.maxOutputTokens).toBe(CAPPED_OUTPUT_TOKENS);
		expect(during).toMatchObject({ costUsd: 0 });
		expect(Object(during).heldUsd).toBeGreaterThan((CAPPED_OUTPUT_TOKENS * 3.75) / 1e6);
		expect(Object(during).heldUsd).toBeLessThan(CALL_USD * 1.1);
		expect(await store.getRun(runId)).toMatchObject({ costUsd: ANSWER_USD, heldUsd: 0 });
	});

	test('sends nothing that could pass the cap, and says what was spent and what to do', async () => {
		const runId = await startRun(CALL_USD * 1.02 + 2 * ANSWER_USD);
		const { deps } = fakeDeps([good(), good()]);
		await askOnce(store, step(runId), titleRequest(), deps);
		await askOnce(store, step(runId, 'k2'), titleRequest(), deps);
		await store.recordStep(runId, { ...CALL, key: 'other', state: 'answered', costUsd: CALL_USD });
		const { deps: none, sent } = fakeDeps([good()]);
		const error = await failureOf(askOnce(store, step(runId, 'k3'), titleRequest(), none));
		expect(error).toMatchObject({ code: 'budget_exhausted', retryable: false, layer: 'recovery' });
		expect(error.message).toMatch(/^The run has spent \$0\.06 of its cap of \$0\.07; .* up to \$0\.06\.$/);
		expect(error.hint).toContain("'Spend Cap'");
		expect(sent).toHaveLength(0);
		expect((await store.ledger(runId)).at(-1)).toMatchObject({ event: 'failure', by: 'Write', round: 0 });
		// Raised by a person, it goes on, and what was answered is not paid for again.
		await store.write(runId, [{ by: 'Start', commands: [], spendCapUsd: 1 }]);
		expect(await askOnce(store, step(runId, 'k3'), titleRequest(), none)).toMatchObject({ replayed: false });
		expect(await askOnce(store, step(runId), titleRequest(), none)).toMatchObject({ replayed: true });
		expect(sent).toHaveLength(1);
	});

	describe('with calls side by side', () => {
		/** A call that answers when it is told to. */
		const slow = () => {
			let finish = (): void => undefined;
			const answered = new Promise<void>((resolve) => (finish = resolve));
			return { ...fakeDeps([() => answered.then(good)]), finish };
		};
		const isSent = async ({ sent }: { sent: unknown[] }): Promise<void> => {
			while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
		};
		const refusals = async (runId: string) =>
			(await store.ledger(runId)).filter(({ failure }) => failure?.code === 'budget_exhausted');

		test('waits for what the others give back, before it says that the cap is reached', async () => {
			const runId = await startRun(CALL_USD * 1.02 + 2 * ANSWER_USD);
			const [first, second, third] = [slow(), slow(), slow()];
			const answers = [first, second, third].map(({ deps }, index) =>
				askOnce(store, step(runId, `k${index}`), titleRequest(), deps),
			);
			await isSent(first);
			expect([second.sent, third.sent]).toEqual([[], []]);
			first.finish();
			await isSent(second);
			expect(third.sent).toEqual([]);
			second.finish();
			await isSent(third);
			third.finish();
			await Promise.all(answers);
			expect(await refusals(runId)).toEqual([]);
			expect(await store.getRun(runId)).toMatchObject({ heldUsd: 0 });
		});

		test('is refused once, when what the others give back is not enough', async () => {
			const runId = await startRun(CALL_USD * 1.02);
			const first = slow();
			const second = fakeDeps([good()]);
			const answered = askOnce(store, step(runId, 'k1'), titleRequest(), first.deps);
			await isSent(first);
			await store.recordStep(runId, { ...CALL, key: 'other', state: 'answered', costUsd: CALL_USD });
			const refused = failureOf(askOnce(store, step(runId, 'k2'), titleRequest(), second.deps));
			first.finish();
			await answered;
			expect((await refused).code).toBe('budget_exhausted');
			expect(second.sent).toEqual([]);
			expect(await refusals(runId)).toHaveLength(1);
		});

		test('stops waiting when it is told to stop', async () => {
			const runId = await startRun(CALL_USD * 1.02);
			const first = slow();
			const answered = askOnce(store, step(runId, 'k1'), titleRequest(), first.deps);
			await isSent(first);
			const controller = new AbortController();
			const second = fakeDeps([good()], { signal: controller.signal });
			const stopped = failureOf(askOnce(store, step(runId, 'k2'), titleRequest(), second.deps));
			controller.abort();
			expect((await stopped).code).toBe('cancelled');
			first.finish();
			await answered;
			expect(await store.findStep(runId, 'k2')).toBeUndefined();
		});
	});

	test('covers repair and retries before they are sent', async () => {
		const runId = await startRun(CALL_USD * 1.5);
		const { deps, sent } = fakeDeps([cut(), good()]);
		const error = await failureOf(askOnce(store, step(runId), titleRequest(), deps));
		expect(error.code).toBe('budget_exhausted');
		expect(sent).toHaveLength(1);
		expect(await store.getRun(runId)).toMatchObject({ costUsd: ANSWER_USD, heldUsd: 0 });
		const enough = await startRun(CALL_USD * 2.5);
		const second = fakeDeps([cut(), good()]);
		await askOnce(store, step(enough), titleRequest(), second.deps);
		expect(second.sent[1]?.maxOutputTokens).toBe(2 * CAPPED_OUTPUT_TOKENS);
		expect(await store.getRun(enough)).toMatchObject({ costUsd: 2 * ANSWER_USD, heldUsd: 0 });
	});

	test('keeps back what a call without an answer may have cost', async () => {
		const runId = await startRun(1);
		const lost = new PipelineError('timeout', 'No answer.');
		await failureOf(askOnce(store, step(runId), titleRequest(), fakeDeps([lost], { tries: 1 }).deps));
		const { heldUsd, costUsd } = await store.getRun(runId);
		expect([heldUsd / CALL_USD > 0.9, costUsd]).toEqual([true, 0]);
		const refused = new PipelineError('auth', 'No.');
		await failureOf(askOnce(store, step(runId, 'k2'), titleRequest(), fakeDeps([refused]).deps));
		expect((await store.getRun(runId)).heldUsd).toBeCloseTo(heldUsd, 9);
		const unpriced = fakeDeps([answer('{"title":"A"}', { usage: null })]);
		await askOnce(store, step(runId, 'k3'), titleRequest(), unpriced.deps);
		expect((await store.getRun(runId)).heldUsd).toBeCloseTo(2 * heldUsd, 9);
	});

	test('keeps back what a call may have cost whose process died', async () => {
		const runId = await startRun(1);
		await store.claimStep(runId, { ...CALL, key: 'k1' }, { usd: 0.5, model: 'm', by: 'Write' });
		const { deps, sent } = fakeDeps([good()]);
		expect((await failureOf(askOnce(store, step(runId), titleRequest(), deps))).code).toBe('outcome_unknown');
		expect(await store.getRun(runId)).toMatchObject({ heldUsd: 0.5, costUsd: 0 });
		await askOnce(store, step(runId), titleRequest(), deps);
		expect(sent).toHaveLength(1);
		expect(await store.getRun(runId)).toMatchObject({ heldUsd: 0.5, costUsd: ANSWER_USD });
	});

	test('sends nothing to a model of unknown price, unless the user names the price', async () => {
		const runId = await startRun(1);
		const { deps, sent } = fakeDeps([good()]);
		const request = titleRequest({ model: 'gemini-99' });
		const error = await failureOf(askOnce(store, step(runId), request, deps));
		expect(error).toMatchObject({ code: 'price_unknown', retryable: false });
		expect(error.message).toContain("'gemini-99'");
		expect(error.hint).toContain("'Price'");
		expect(sent).toHaveLength(0);
		const priceOverride = { inputUsd: 1, outputUsd: 2 };
		await askOnce(store, step(runId), request, { ...deps, priceOverride });
		expect((await store.getRun(runId)).costUsd).toBeCloseTo(0.0012, 9);
	});

	test('without a cap sets nothing aside and no limit', async () => {
		const runId = await startRun(null);
		const { deps, sent } = fakeDeps([new PipelineError('timeout', 'No answer.'), good()]);
		await askOnce(store, step(runId), titleRequest({ model: 'gemini-99' }), deps);
		expect(sent[0]).not.toHaveProperty('maxOutputTokens');
		expect(await store.getRun(runId)).toMatchObject({ heldUsd: 0, spendCapUsd: null });
	});
});

const CALL = {
	kind: 'call',
	state: 'started',
	node: 'w1/Write',
	round: 0,
	slot: '1',
	owner: 'p-dead',
} as const;
