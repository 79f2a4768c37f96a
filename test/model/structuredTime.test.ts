/** When a question ends: by its deadline, or because somebody stops it. */
import { PipelineError, type FailureCode } from '../../nodes/shared/errors';
import { askForJson } from '../../nodes/shared/model';
import { answer, ANSWER_USD, failureOf, fakeDeps, titleRequest } from './fixtures';

const good = () => answer('{"title":"Night Ferry"}');
const failed = (code: FailureCode, retryAfterMs?: number) =>
	new PipelineError(code, `It failed with ${code}.`, retryAfterMs === undefined ? {} : { retryAfterMs });

describe('the deadline', () => {
	test('is 120 seconds for everything together, and 15 minutes with flex', async () => {
		const standard = fakeDeps([failed('network', 20_000), good()]);
		await askForJson(titleRequest(), standard.deps);
		expect(standard.timeouts).toEqual([120_000, 100_000]);
		const flex = fakeDeps([good()]);
		await askForJson(titleRequest({ options: { tier: 'flex' } }), flex.deps);
		expect(flex.timeouts).toEqual([900_000]);
	});

	test('leaves out a wait that would pass it', async () => {
		const { deps, sleeps } = fakeDeps([failed('rate_limited', 5000), good()], { deadlineMs: 5000 });
		expect(await failureOf(askForJson(titleRequest(), deps))).toMatchObject({
			code: 'rate_limited',
			retryAfterMs: 5000,
		});
		expect(sleeps).toEqual([]);
	});

	test('that has passed ends the repair round as a timeout with what was billed', async () => {
		const late = fakeDeps([]);
		const script = [
			async () => {
				late.pass(6000);
				return answer('{}');
			},
			good(),
		];
		late.deps.openClient = fakeDeps(script).deps.openClient;
		const error = await failureOf(askForJson(titleRequest(), { ...late.deps, deadlineMs: 5000 }));
		expect(error).toMatchObject({ code: 'timeout', details: { calls: 1, costUsd: ANSWER_USD } });
		expect(script).toHaveLength(1);
	});
});

describe('being stopped', () => {
	test('before the first call sends nothing', async () => {
		const { deps, sent } = fakeDeps([good()], { signal: AbortSignal.abort() });
		expect(await failureOf(askForJson(titleRequest(), deps))).toMatchObject({
			code: 'cancelled',
			details: { calls: 0, maybeBilledCalls: 0 },
		});
		expect(sent).toHaveLength(0);
	});

	test.each(['resolves', 'rejects'])('while waiting is cancelled, when the wait %s', async (how) => {
		const controller = new AbortController();
		const { deps, sent } = fakeDeps([failed('network'), good()], {
			signal: controller.signal,
			sleep: async () => {
				controller.abort();
				if (how === 'rejects') throw new Error('stopped');
			},
		});
		expect(await failureOf(askForJson(titleRequest(), deps))).toMatchObject({ code: 'cancelled' });
		expect(sent).toHaveLength(1);
	});

	test('between answer and repair is cancelled, with what was billed', async () => {
		const controller = new AbortController();
		const stopped = async () => {
			controller.abort();
			return answer('{}');
		};
		const { deps } = fakeDeps([stopped, good()], { signal: controller.signal });
		const error = await failureOf(askForJson(titleRequest(), deps));
		expect(error).toMatchObject({ code: 'cancelled', details: { costUsd: ANSWER_USD, calls: 1 } });
	});
});
