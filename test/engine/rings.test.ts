/** However it is wired, it ends, and says why. */
import type { IDataObject } from 'n8n-workflow';
import { runWorkflow, useEngine, type Ran, type WorkflowJson } from '../support/engine';
import {
	banned,
	editFields,
	flow,
	gemini,
	noOp,
	other,
	retryRouter,
	rules,
	same,
	start,
	stateStore,
	typesOf,
	validator,
} from '../support/flow';
import { roundsOf } from '../../nodes/shared/state';
import { concept } from '../support/scriptedGemini';
import { DONE, ESCALATE, RETRY, spotless, storyboard, timesWritten, useGemini } from '../support/storyboard';

/** More than any of these flows may pay for. */
const TOO_MANY_CALLS = 60;
const write = (more: IDataObject = {}) =>
	gemini('Write', { resource: 'concept', operation: 'generate', count: 2, brief: 'A chase', ...more });
const check = () => validator('Check', rules(banned('spotless')));
const router = (name = 'Router', more: IDataObject = {}) =>
	retryRouter(name, { options: { initialWait: 0 }, ...more });

describe('a ring', () => {
	const engine = useEngine();
	const model = useGemini();

	/** Ends an execution that would not end. */
	async function run(json: WorkflowJson, more: Parameters<typeof runWorkflow>[1] = {}): Promise<Ran> {
		let cancel = (): void => undefined;
		let guarded = 0;
		model().script.fail = () => {
			if (model().asked.length > TOO_MANY_CALLS) cancel();
			return undefined;
		};
		const guard = typesOf({
			Guard(items) {
				guarded += 1;
				if (guarded > TOO_MANY_CALLS) cancel();
				return [same(items)];
			},
		});
		return runWorkflow(json, {
			geminiUrl: model().url,
			...more,
			types: { ...guard, ...more.types },
			whileRunning: (execution) => (cancel = () => execution.cancel()),
		});
	}
	const always = { concept: spotless };
	/** The first passes, the second does not, and so on. */
	const mixed = (number: number) => (number % 2 === 0 ? spotless(number) : concept(number));
	const line = (more: ReturnType<typeof other>[] = [], settings: IDataObject = {}) => [
		start(),
		write(),
		check(),
		other('Guard'),
		router('Router', settings),
		...more,
	];
	const LINE = 'Start > Write > Check > Guard > Router';
	const codes = (ran: Ran, name = 'Router') =>
		new Set(ran.out(name, ESCALATE).map(({ failure }) => Object(failure).code));
	const statusOf = async (ran: Ran) => {
		const runId = String(ran.out('Write').at(-1)?.runId);
		return (await engine.store()).getRun(runId);
	};

	it('of a router with itself ends at once: what was to be made anew came back unchanged', async () => {
		Object.assign(model().script, always);
		const ran = await run(flow(line(), LINE, 'Router:1 > Guard'));

		expect(ran.error).toBeUndefined();
		expect(timesWritten(model())).toBe(1);
		expect(ran.out('Router', ESCALATE)).toMatchObject([
			{ failure: { code: 'came_back_unchanged', message: "'Concept 0' came back unchanged." } },
			{ failure: { code: 'came_back_unchanged' } },
		]);
		expect(await statusOf(ran)).toMatchObject({ status: 'escalated' });
	});

	it('of a router with itself asks for no third check', async () => {
		const ran = await run(
			flow([start(), write(), other('Guard'), router()], 'Start > Write > Guard > Router:1 > Guard'),
		);

		expect(ran.out('Router', RETRY).map(({ next }) => next)).toEqual(['check', 'check']);
		expect([...codes(ran)]).toEqual(['not_checked']);
	});

	it('of two routers that send back to each other ends as soon as nothing changes', async () => {
		Object.assign(model().script, always);
		const ran = await run(flow(line([router('Other')]), LINE, 'Router:1 > Other:1 > Guard'));

		expect(ran.error).toBeUndefined();
		expect(timesWritten(model())).toBe(1);
		expect([...codes(ran)]).toEqual(['came_back_unchanged']);
	});

	it('of two routers that send all to each other ends', async () => {
		model().script.concept = mixed;
		const all = [0, 1, 2].flatMap((output) => [`Router:${output} > Other`, `Other:${output} > Guard`]);
		const ran = await run(flow(line([router('Other')]), LINE, ...all));

		expect(ran.run.status).not.toBe('canceled');
		expect([...codes(ran)]).toContain('came_back_unchanged');
	});

	it('of what failed by Escalate ends', async () => {
		Object.assign(model().script, always);
		const ran = await run(flow(line([], { attempts: 1 }), LINE, 'Router > Guard'));

		expect(ran.run.status).not.toBe('canceled');
		expect([...codes(ran)]).toEqual(['attempts_spent']);
	});

	it('of what is done, with the router itself, goes to a person after three times', async () => {
		const ran = await run(flow(line(), LINE, 'Router:2 > Guard'));

		expect(ran.error).toBeUndefined();
		expect(ran.outputs('Router')).toHaveLength(4);
		expect([...codes(ran)]).toEqual(['going_in_circles']);
		expect(ran.out('Router', ESCALATE)[0]).toMatchObject({
			failure: {
				message: 'The work goes round and round through this Retry Router.',
				hint: expect.stringContaining('Follow the wires'),
			},
		});
		expect(await statusOf(ran)).toMatchObject({
			status: 'escalated',
			statusNote: expect.stringContaining('round and round'),
		});
	});

	it('of what is done, back to the step that writes, goes to a person after three times', async () => {
		const ran = await run(flow(line(), LINE, 'Router:2 > Write'));

		expect(ran.error).toBeUndefined();
		expect(ran.outputs('Router')).toHaveLength(4);
		expect([...codes(ran)]).toEqual(['going_in_circles']);
	});

	it('of every output, back to the step that writes, ends with an error that says so', async () => {
		model().script.concept = mixed;
		const ran = await run(flow(line(), LINE, 'Router > Write', 'Router:1 > Write', 'Router:2 > Write'));

		expect(ran.run.status).toBe('error');
		expect(ran.error).toMatchObject({
			message: 'The work goes round and round through this Retry Router.',
			description: expect.stringContaining('Follow the wires'),
		});
	});

	it('of every output ends also where an error does not stop the router', async () => {
		model().script.concept = mixed;
		const lenient = { onError: 'continueRegularOutput' as const };
		const ran = await run(
			flow(
				[start(), write(), check(), other('Guard'), { ...router(), ...lenient }],
				LINE,
				'Router > Write',
				'Router:1 > Write',
				'Router:2 > Write',
			),
		);

		expect(ran.run.status).toBe('success');
		const hints = ran.run.data.resultData.runData.Router?.flatMap(({ hints: shown = [] }) => shown);
		expect(hints?.at(-1)?.message).toContain('It ends here.');
	});

	it('of items that belong to no run ends', async () => {
		const ran = await run(flow([start(), other('Guard'), router()], 'Start > Guard > Router > Guard'));

		expect(ran.run.status).toBe('error');
		expect([...codes(ran)]).toEqual(['run_missing']);
	});

	it('in which the run is lost ends when the attempts are spent', async () => {
		Object.assign(model().script, always);
		const ran = await run(
			flow([...line(), editFields('Strip', {}, false)], LINE, 'Router:1 > Strip > Write'),
		);

		expect(ran.error).toBeUndefined();
		expect([...codes(ran)]).toContain('attempts_spent');
	});

	it('in which each Retry begins another run goes to a person after three times', async () => {
		Object.assign(model().script, always);
		let number = 0;
		const begin = stateStore('Begin', 'run', 'start', {
			brief: 'A chase',
			runKey: '={{ $json.name }}',
		});
		const ran = await run(
			flow(
				[...line(), other('Fresh'), begin],
				'Start > Fresh > Begin > Write > Check > Guard > Router:1 > Fresh',
			),
			{
				types: typesOf({
					Fresh: (items) => [items.slice(0, 1).map(() => ({ json: { name: `another ${++number}` } }))],
				}),
			},
		);

		expect(ran.error).toBeUndefined();
		expect(timesWritten(model())).toBe(4);
		expect([...codes(ran)]).toEqual(['going_in_circles']);
	});

	it('is none where Loop Over Items brings the next piece: all of a long list is done', async () => {
		const left = Array.from({ length: 12 }, (_, index) => `Brief ${index + 1}`);
		const loop = typesOf({
			'n8n.splitInBatches': () => [left.splice(0, 1).map((brief) => ({ json: { brief } }))],
		});
		const json = flow(
			[
				start(),
				{ ...other('Loop'), type: 'test.n8n.splitInBatches' },
				write({ brief: '={{ $json.brief }}', count: 1 }),
				check(),
				other('Guard'),
				router(),
			],
			'Start > Loop > Write > Check > Guard > Router:2 > Loop',
		);
		const ran = await run(json, { types: loop });

		expect(ran.error).toBeUndefined();
		expect(ran.out('Router', DONE)).toHaveLength(12);
		expect(ran.out('Router', ESCALATE)).toEqual([]);
	});

	it('through the end of a Loop Over Items goes to a person after three times', async () => {
		let turn = 0;
		const loop = typesOf(
			{ 'n8n.splitInBatches': (items) => (++turn % 2 === 1 ? [same(items), []] : [[], same(items)]) },
			2,
		);
		const ran = await run(
			flow(
				[
					start(),
					{ ...other('Loop'), type: 'test.n8n.splitInBatches' },
					write({ count: 1 }),
					check(),
					other('Guard'),
					router(),
				],
				'Start > Loop > Write > Check > Guard > Router:2 > Loop:1 > Write',
			),
			{ types: loop },
		);

		expect(ran.error).toBeUndefined();
		expect([...codes(ran)]).toEqual(['going_in_circles']);
	});

	it('is none where a second stage meets the same router', async () => {
		const ran = await run(
			flow([...line(), other('Once'), noOp('Result')], LINE, 'Router:2 > Once > Guard', 'Once:1 > Result'),
			{
				types: typesOf(
					{
						Once(items) {
							const isFirst = passes++ === 0;
							return isFirst ? [same(items), []] : [[], same(items)];
						},
					},
					2,
				),
			},
		);

		expect(ran.out('Result')).toHaveLength(2);
		expect(ran.out('Router', ESCALATE)).toEqual([]);
	});

	let passes = 0;
	beforeEach(() => {
		passes = 0;
	});
});

describe('a wait', () => {
	const engine = useEngine();
	const model = useGemini();
	const busy = {
		status: 429,
		body: {
			error: {
				code: 429,
				message: 'Slow down',
				status: 'RESOURCE_EXHAUSTED',
				details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '90s' }],
			},
		},
	};

	it('longer than the router waits itself is tried once too soon where no step waits, and then a person is told to add one', async () => {
		model().script.fail = ({ what }) => (what === 'concepts' ? busy : undefined);
		const ran = await runWorkflow(storyboard({ router: { attempts: 9 } }), { geminiUrl: model().url });

		// What comes too soon is not even sent: Gemini asked the calls of this credential to wait.
		expect(timesWritten(model())).toBe(1);
		expect(ran.out('Router', RETRY)).toHaveLength(3);
		expect(ran.out('Router', ESCALATE)).toHaveLength(3);
		expect(ran.out('Router', ESCALATE)[0]?.failure).toMatchObject({
			code: 'wait_not_kept',
			message: expect.stringMatching(/had to wait (9\d|10[0-8]) seconds and came sooner/),
			hint: expect.stringContaining('Wait step'),
		});
	});

	it('of less than a minute is ended at once by whoever stops the execution', async () => {
		const { NodeApiError } = await import('n8n-workflow');
		const json = flow(
			[
				start(),
				write({ options: { runKey: 'stopped while waiting' } }),
				other('Service', { onError: 'continueErrorOutput' }),
				check(),
				retryRouter('Router', { options: { initialWait: 50, waitSpread: 0 } }),
			],
			'Start > Write > Service > Check > Router:1 > Write',
			'Service:1 > Router/1',
		);
		let cancel = (): void => undefined;
		const running = runWorkflow(json, {
			geminiUrl: model().url,
			whileRunning: (execution) => (cancel = () => execution.cancel()),
			types: typesOf({
				Service(items) {
					const error = new NodeApiError(this.getNode(), {}, { httpCode: '503', message: 'busy' });
					return [same(items).map((item) => ({ ...item, json: { error: 'busy' }, error }))];
				},
			}),
		});
		const store = await engine.store();
		const isDecided = async () => {
			const [found] = await store.listRuns({ search: 'stopped while waiting' });
			return found !== undefined && roundsOf(await store.read(found.runId)).length > 0;
		};
		while (!(await isDecided())) await new Promise((resolve) => setImmediate(resolve));
		cancel();
		const ran = await running;

		expect(ran.run.status).toBe('canceled');
		expect([ESCALATE, RETRY, DONE].flatMap((output) => ran.out('Router', output))).toEqual([]);
		const [found] = await store.listRuns({ search: 'stopped while waiting' });
		expect(roundsOf(await store.read(String(found?.runId)))).toMatchObject([
			{ kind: 'retry', waitMs: 50_000 },
		]);
	});

	it('longer than that is no reason to give up where a step waits', async () => {
		model().script.fail = ({ what }, number) => (what === 'concepts' && number < 3 ? busy : undefined);
		const before = Date.now;
		let passed = 0;
		jest.spyOn(Date, 'now').mockImplementation(() => before() + passed);
		const json = storyboard({ router: { attempts: 9 } });
		const wired = flow(
			[...json.nodes, other('Wait')],
			'Start > Write > Check > Router:1 > Wait > Write',
			'Router > Person',
			'Router:2 > Result',
		);
		const ran = await runWorkflow(wired, {
			geminiUrl: model().url,
			types: typesOf({
				Wait(items) {
					passed += Number(items[0]?.json.retryAfterMs);
					return [same(items)];
				},
			}),
		});
		jest.restoreAllMocks();

		expect(ran.out('Router', DONE)).toHaveLength(3);
		expect(timesWritten(model())).toBe(1 + 3 + 2);
	});
});
