import { z } from 'zod/v4';
import { PipelineError } from '../../nodes/shared/errors';
import { askOnce, requestHash, type AskDeps, type PaidStep } from '../../nodes/shared/model';
import { fakeStepStore, type FakeStepStore } from './fakeStepStore';
import { answer, ANSWER_USD, failureOf, fakeDeps, titleRequest } from './fixtures';

const good = (title = 'Night Ferry') => answer(JSON.stringify({ title }));
const step = (more: Partial<PaidStep> = {}): PaidStep => ({
	runId: 'run1',
	key: 'key1',
	node: 'wf/Gemini Concept',
	round: 0,
	slot: '1',
	owner: 'process-a',
	by: 'Gemini Concept',
	...more,
});

let store: FakeStepStore;
beforeEach(() => {
	store = fakeStepStore();
});

const ask = (deps: AskDeps, more: Partial<PaidStep> = {}) => askOnce(store, step(more), titleRequest(), deps);

describe('a question that is new', () => {
	test('is recorded as started before it is sent and as answered before it comes back', async () => {
		const { deps } = fakeDeps([
			async () => {
				store.log.push('sent');
				return good();
			},
		]);
		const paid = await ask(deps, { artefactId: 'a1' });
		expect(store.log).toEqual(['started', 'sent', 'answered']);
		expect(paid).toMatchObject({ value: { title: 'Night Ferry' }, costUsd: ANSWER_USD, replayed: false });
		expect(store.steps.get('run1/key1')).toMatchObject({
			state: 'answered',
			kind: 'call',
			owner: 'process-a',
			costUsd: ANSWER_USD,
			answer: {
				value: { title: 'Night Ferry' },
				costUsd: ANSWER_USD,
				model: 'gemini-3.8-flash',
				durationMs: 0,
			},
		});
		expect(store.ledger).toEqual([
			{
				layer: 'capability',
				event: 'call',
				note: 'gemini-3.8-flash answered.',
				by: 'Gemini Concept',
				node: 'wf/Gemini Concept',
				round: 0,
				slot: '1',
				artefactId: 'a1',
				calls: 1,
				costUsd: ANSWER_USD,
				durationMs: 0,
			},
		]);
	});

	test('is not given back when its answer cannot be recorded', async () => {
		const { deps } = fakeDeps([good()]);
		const failing = new PipelineError('store_unavailable', 'The disk is full.');
		store.recordStep = async () => {
			throw failing;
		};
		expect(await failureOf(ask(deps))).toBe(failing);
	});

	test('is not sent when it cannot be recorded as started', async () => {
		const { deps, sent } = fakeDeps([good()]);
		store.claimStep = async () => {
			throw new PipelineError('store_unavailable', 'The disk is full.');
		};
		await failureOf(ask(deps));
		expect(sent).toHaveLength(0);
	});
});

describe('a question that was answered', () => {
	test('is never sent again, also by another process', async () => {
		const first = await ask(fakeDeps([good()]).deps);
		const { deps, sent } = fakeDeps([good('Another')]);
		const again = await ask(deps, { owner: 'process-b' });
		expect(again).toEqual({ ...first, replayed: true });
		expect(sent).toHaveLength(0);
		expect(store.ledger).toHaveLength(1);
	});

	test('needs no way to Gemini any more, where a new one fails before anything is recorded', async () => {
		const first = await ask(fakeDeps([good()]).deps);
		const openClient = () => Promise.reject(new PipelineError('auth', 'The key is empty.'));
		const { deps } = fakeDeps([], { openClient });
		expect(await ask(deps)).toEqual({ ...first, replayed: true });
		expect((await failureOf(ask(deps, { key: 'key2' }))).code).toBe('auth');
		expect(store.log).toEqual(['started', 'answered']);
		expect(store.ledger).toHaveLength(1);
	});

	test('whose answer does not fit any more is a failure that no retry helps', async () => {
		await ask(fakeDeps([good()]).deps);
		const { deps, sent } = fakeDeps([good()]);
		const request = { ...titleRequest(), schema: z.object({ logline: z.string() }) };
		const error = await failureOf(askOnce(store, step(), request, deps));
		expect(error).toMatchObject({ code: 'schema_mismatch', retryable: false });
		expect(error.hint).toContain("'Take'");
		expect(sent).toHaveLength(0);
	});

	test('is another question in another run or under another key', async () => {
		const { deps, sent } = fakeDeps([good('A'), good('B'), good('C')]);
		await ask(deps);
		await ask(deps, { runId: 'run2' });
		await ask(deps, { key: 'key2' });
		expect(sent).toHaveLength(3);
	});
});

describe('two callers at once', () => {
	test('share one call; the second one has not paid', async () => {
		const { deps, sent } = fakeDeps([good()]);
		const both = await Promise.all([ask(deps), ask(deps), ask(deps)]);
		expect(sent).toHaveLength(1);
		expect(both.map(({ replayed }) => replayed)).toEqual([false, true, true]);
		expect(new Set(both.map(({ value }) => value.title)).size).toBe(1);
		expect(store.ledger).toHaveLength(1);
	});

	test('share one failure, recorded once', async () => {
		const { deps } = fakeDeps([new PipelineError('auth', 'No.')]);
		const errors = await Promise.all([failureOf(ask(deps)), failureOf(ask(deps))]);
		expect(errors.map(({ code }) => code)).toEqual(['auth', 'auth']);
		expect(store.ledger).toHaveLength(1);
	});

	test('do not share that one of them is stopped', async () => {
		const controller = new AbortController();
		const hang = (signal: AbortSignal | undefined) =>
			new Promise<never>((_resolve, reject) => {
				signal?.addEventListener('abort', () => reject(new PipelineError('cancelled', 'Stopped.')));
				controller.abort();
			});
		const stopped = fakeDeps([hang], { signal: controller.signal });
		const other = fakeDeps([good()]);
		const [first, second] = await Promise.all([failureOf(ask(stopped.deps)), ask(other.deps)]);
		expect(first.code).toBe('cancelled');
		expect(second).toMatchObject({ value: { title: 'Night Ferry' }, replayed: false });
	});

	test('of whom the waiting one is stopped: it ends, the other one goes on', async () => {
		const controller = new AbortController();
		const slow = async () => {
			controller.abort();
			await Promise.resolve();
			return good();
		};
		const first = ask(fakeDeps([slow]).deps);
		const second = failureOf(ask(fakeDeps([]).deps, {}));
		const third = failureOf(ask({ ...fakeDeps([]).deps, signal: controller.signal }));
		expect((await third).code).toBe('cancelled');
		expect((await first).replayed).toBe(false);
		await expect(second).rejects.toThrow('It did not fail.');
	});

	test('of two stores do not meet', async () => {
		const { deps, sent } = fakeDeps([good(), good()]);
		await Promise.all([ask(deps), askOnce(fakeStepStore(), step(), titleRequest(), deps)]);
		expect(sent).toHaveLength(2);
	});
});

describe('a question whose process died', () => {
	const started = () =>
		store.claimStep('run1', {
			key: 'key1',
			kind: 'call',
			state: 'started',
			node: 'wf/Gemini Concept',
			round: 0,
			slot: '1',
			owner: 'process-dead',
		});

	test.each(['process-a', 'process-dead'])(
		'is recorded as of unknown outcome and not sent, when %s asks',
		async (owner) => {
			await started();
			const { deps, sent } = fakeDeps([good()]);
			const error = await failureOf(ask(deps, { owner }));
			expect(error).toMatchObject({ code: 'outcome_unknown', retryable: true });
			expect(sent).toHaveLength(0);
			expect(store.steps.get('run1/key1')).toMatchObject({
				state: 'failed',
				costUsd: null,
				failure: { code: 'outcome_unknown' },
			});
			expect(store.ledger).toMatchObject([
				{ event: 'failure', layer: 'recovery', costUsd: null, failure: { code: 'outcome_unknown' } },
			]);
		},
	);

	test('is sent when it is asked once more', async () => {
		await started();
		const { deps } = fakeDeps([good()]);
		await failureOf(ask(deps));
		expect(await ask(deps)).toMatchObject({ replayed: false });
	});
});

describe('a question that fails', () => {
	test('is recorded with its failure and with what was billed', async () => {
		const { deps } = fakeDeps([answer('{}'), answer('{}')]);
		const error = await failureOf(ask(deps));
		expect(error.code).toBe('schema_mismatch');
		expect(store.steps.get('run1/key1')).toMatchObject({
			state: 'failed',
			costUsd: 2 * ANSWER_USD,
			failure: { code: 'schema_mismatch' },
		});
		expect(store.ledger).toMatchObject([
			{ event: 'failure', layer: 'handoff', costUsd: 2 * ANSWER_USD, failure: error.toFailure() },
		]);
	});

	test('without cost is recorded as free', async () => {
		await failureOf(ask(fakeDeps([new PipelineError('auth', 'No.')]).deps));
		expect(store.steps.get('run1/key1')?.costUsd).toBe(0);
	});

	test('with a call that may have been billed is recorded as of unknown price', async () => {
		const { deps } = fakeDeps([new PipelineError('timeout', 'Too late.')], { tries: 1 });
		await failureOf(ask(deps));
		expect(store.steps.get('run1/key1')?.costUsd).toBeNull();
		expect(store.ledger[0]?.note).toBe('Too late. One call without an answer may have been billed as well.');
	});

	test('because it was stopped is recorded too', async () => {
		const { deps } = fakeDeps([good()], { signal: AbortSignal.abort() });
		await failureOf(ask(deps));
		expect(store.steps.get('run1/key1')).toMatchObject({ state: 'failed', failure: { code: 'cancelled' } });
	});

	test('is sent again when it is asked again', async () => {
		const { deps } = fakeDeps([new PipelineError('auth', 'No.'), good()]);
		await failureOf(ask(deps));
		expect(await ask(deps)).toMatchObject({ replayed: false });
		expect(store.log).toEqual(['started', 'failed', 'started', 'answered']);
	});
});

describe('the hash of a request', () => {
	const image = { mimeType: 'image/png', data: 'AAAA' };

	test('is the same for the same question', () => {
		expect(requestHash(titleRequest())).toBe(requestHash(titleRequest()));
		expect(requestHash(titleRequest({ model: 'models/gemini-3.8-flash' }))).toBe(requestHash(titleRequest()));
		expect(requestHash(titleRequest({ options: { tier: 'standard', temperature: undefined } }))).toBe(
			requestHash(titleRequest()),
		);
		expect(requestHash(titleRequest({ attachments: [] }))).toBe(requestHash(titleRequest()));
	});

	test('changes with everything that is sent', () => {
		const hashes = [
			titleRequest(),
			titleRequest({ model: 'gemini-4-argon' }),
			titleRequest({ system: 'Other.' }),
			titleRequest({ prompt: 'Other.' }),
			titleRequest({ attachments: [image] }),
			titleRequest({ attachments: [{ ...image, data: 'BBBB' }] }),
			titleRequest({ attachments: [{ ...image, mimeType: 'image/webp' }] }),
			titleRequest({ schema: z.object({ title: z.string().max(19) }) }),
			titleRequest({ options: { temperature: 0 } }),
			titleRequest({ options: { maxOutputTokens: 100 } }),
			titleRequest({ options: { thinking: 'high' } }),
			titleRequest({ options: { tier: 'flex' } }),
		].map(requestHash);
		expect(new Set(hashes).size).toBe(hashes.length);
	});
});
