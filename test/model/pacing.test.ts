import { PipelineError } from '../../nodes/shared/errors';
import {
	createPacer,
	pacedClient,
	pacerOf,
	type GeminiClient,
	type PacingLimits,
} from '../../nodes/shared/model';
import { billError, EMPTY_BILL } from '../../nodes/shared/model/bill';
import { answer, failureOf, NOON } from './fixtures';

/** Time that passes only when the test says so. */
function manualTime() {
	let now = NOON;
	let sleeping: Array<{ at: number; wake: () => void }> = [];
	const settle = () => new Promise((resolve) => setImmediate(resolve));
	return {
		clock: () => now,
		sleep: (ms: number, signal?: AbortSignal) =>
			new Promise<void>((wake, reject) => {
				const sleeper = { at: now + ms, wake };
				sleeping.push(sleeper);
				signal?.addEventListener('abort', () => {
					sleeping = sleeping.filter((other) => other !== sleeper);
					reject(new Error('woken'));
				});
			}),
		async pass(ms: number) {
			const until = now + ms;
			await settle();
			for (;;) {
				const next = sleeping.sort((a, b) => a.at - b.at)[0];
				if (next === undefined || next.at > until) break;
				sleeping.shift();
				now = next.at;
				next.wake();
				await settle();
			}
			now = until;
		},
		sleepers: () => sleeping.length,
		settle,
	};
}

function stage(limits: Partial<PacingLimits>) {
	const time = manualTime();
	const pacer = createPacer({ atOnce: 0, perMinute: 0, ...limits }, time);
	const begun: string[] = [];
	const ends = new Map<string, () => void>();
	const ask = async (name: string, timeoutMs = 600_000, signal?: AbortSignal, model = 'm'): Promise<void> => {
		const end = await pacer.turn(model, { timeoutMs, signal });
		begun.push(`${name}@${(time.clock() - NOON) / 1000}`);
		ends.set(name, end);
	};
	return { time, pacer, begun, ask, end: (name: string) => ends.get(name)?.() };
}

describe('calls of one credential', () => {
	test('without limits begin at once', async () => {
		const { begun, ask, time } = stage({});
		await Promise.all(['a', 'b', 'c'].map((name) => ask(name)));
		expect(begun).toEqual(['a@0', 'b@0', 'c@0']);
		expect(time.sleepers()).toBe(0);
	});

	test('wait for those under way, first come first served', async () => {
		const { begun, ask, end, time } = stage({ atOnce: 2 });
		['a', 'b', 'c', 'd'].forEach((name) => void ask(name));
		await time.pass(5000);
		expect(begun).toEqual(['a@0', 'b@0']);
		end('b');
		end('b');
		await time.settle();
		expect(begun).toEqual(['a@0', 'b@0', 'c@5']);
		end('a');
		await time.settle();
		expect(begun).toHaveLength(4);
		expect(time.sleepers()).toBe(0);
	});

	test('begin only so often in any minute', async () => {
		const { begun, ask, time } = stage({ perMinute: 2 });
		void ask('a');
		await time.pass(10_000);
		['b', 'c', 'd', 'e'].forEach((name) => void ask(name));
		await time.pass(200_000);
		expect(begun).toEqual(['a@0', 'b@10', 'c@60', 'd@70', 'e@120']);
	});

	test('wait as long as the server asks for, all of them', async () => {
		const { begun, ask, pacer, time } = stage({ atOnce: 5 });
		void ask('a');
		await time.settle();
		pacer.pause('m', 3000);
		void ask('b');
		await time.pass(1000);
		pacer.pause('m', 500);
		void ask('c');
		await time.pass(10_000);
		expect(begun).toEqual(['a@0', 'b@3', 'c@3']);
	});

	test('of another model go on meanwhile, in their order', async () => {
		const { begun, ask, end, pacer, time } = stage({ atOnce: 1 });
		pacer.pause('m', 3000);
		void ask('a');
		for (const name of ['b', 'c']) void ask(name, 600_000, undefined, 'other');
		void ask('d');
		await time.pass(1000);
		expect(begun).toEqual(['b@0']);
		end('b');
		await time.pass(3000);
		end('c');
		await time.pass(1000);
		end('a');
		await time.pass(1000);
		expect(begun).toEqual(['b@0', 'c@1', 'a@4', 'd@5']);
		pacer.pause('m', 60_000);
		await failureOf(ask('e'));
		end('d');
		await ask('f', 600_000, undefined, 'other');
		expect(begun.at(-1)).toMatch(/^f@/);
	});

	test('are refused at once when the server asks for more than is waited for here', async () => {
		const { ask, pacer } = stage({});
		pacer.pause('m', 60_000);
		expect(await failureOf(ask('a'))).toMatchObject({ code: 'rate_limited', retryAfterMs: 60_000 });
		const short = stage({});
		short.pacer.pause('m', 5000);
		expect(await failureOf(short.ask('a', 4000))).toMatchObject({ code: 'rate_limited', retryAfterMs: 5000 });
	});

	test('end as a timeout that was not sent when their turn does not come in time, and leave the queue', async () => {
		const { begun, ask, end, time } = stage({ atOnce: 1 });
		void ask('a');
		const late = failureOf(ask('b', 2000));
		void ask('c');
		await time.pass(2000);
		const error = await late;
		expect(error).toMatchObject({ code: 'timeout', message: 'The call did not get its turn within 2 s.' });
		expect(error.hint).toContain("'Calls at Once'");
		expect(billError(EMPTY_BILL, error)).toEqual(EMPTY_BILL);
		end('a');
		await time.settle();
		expect(begun).toEqual(['a@0', 'c@2']);
	});

	test('end at once when they are stopped while they wait', async () => {
		const { begun, ask, end, time } = stage({ atOnce: 1 });
		const controller = new AbortController();
		void ask('a');
		const stopped = failureOf(ask('b', 60_000, controller.signal));
		void ask('c');
		await time.settle();
		controller.abort();
		expect(await stopped).toMatchObject({ code: 'cancelled', details: { neverSent: true } });
		end('a');
		await time.settle();
		expect(begun).toEqual(['a@0', 'c@0']);
		expect((await failureOf(ask('d', 60_000, controller.signal))).code).toBe('cancelled');
	});

	test('that are stopped just as their turn comes leave it to the next one', async () => {
		const { begun, ask, end, time } = stage({ atOnce: 1 });
		const controller = new AbortController();
		void ask('a');
		const stopped = failureOf(ask('b', 60_000, controller.signal));
		void ask('c');
		await time.settle();
		end('a');
		controller.abort();
		expect((await stopped).code).toBe('cancelled');
		await time.settle();
		expect(begun).toEqual(['a@0', 'c@0']);
	});
});

describe('a paced client', () => {
	const reply = answer('{}');
	const refusal = new PipelineError('rate_limited', 'Too many.', { retryAfterMs: 4000 });

	test('takes the wait from the time of the call', async () => {
		const time = manualTime();
		const pacer = createPacer({ atOnce: 1, perMinute: 0 }, time);
		const timeouts: number[] = [];
		const client = pacedClient(
			{
				async generate(_request, { timeoutMs }) {
					timeouts.push(timeoutMs);
					await time.sleep(3000);
					return reply;
				},
			},
			pacer,
			time.clock,
		);
		const both = [1, 2].map(() => client.generate({ model: 'm', prompt: 'p' }, { timeoutMs: 10_000 }));
		await time.pass(6000);
		await Promise.all(both);
		expect(timeouts).toEqual([10_000, 7000]);
	});

	test('lets others heed what the server asked one of them, and ends its turn after a failure', async () => {
		const time = manualTime();
		const pacer = createPacer({ atOnce: 1, perMinute: 0 }, time);
		const sentAt: number[] = [];
		const client = pacedClient<Pick<GeminiClient, 'generate'>>(
			{
				async generate() {
					sentAt.push((time.clock() - NOON) / 1000);
					if (sentAt.length === 1) throw refusal;
					return reply;
				},
			},
			pacer,
			time.clock,
		);
		const send = () => client.generate({ model: 'm', prompt: 'p' }, { timeoutMs: 60_000 });
		const first = failureOf(send());
		const second = send();
		expect(await first).toBe(refusal);
		await time.pass(4000);
		expect(await second).toBe(reply);
		expect(sentAt).toEqual([0, 4]);
	});
});

test('the same credential has one queue in this process, other limits or keys have others', () => {
	const time = manualTime();
	const connection = {
		apiKey: 'k',
		baseUrl: '',
		apiVersion: 'v1' as const,
		pacing: { atOnce: 1, perMinute: 0 },
	};
	const pacer = pacerOf(connection, time);
	expect(pacerOf({ ...connection }, time)).toBe(pacer);
	expect(pacerOf({ ...connection, apiKey: 'other' }, time)).not.toBe(pacer);
	expect(pacerOf({ ...connection, pacing: { atOnce: 2, perMinute: 0 } }, time)).not.toBe(pacer);
});
