/** What a run may cost, will cost and has cost, through n8n's real engine. */
import type { INode } from 'n8n-workflow';
import { loadTemplate, runWorkflow, useEngine } from '../support/engine';
import { flow, gemini, judged, retryRouter, rules, start, stateStore, validator } from '../support/flow';
import { DONE, ESCALATE, useGemini } from '../support/storyboard';

const MODEL = 'gemini-3.8-flash';
/** 1,000 tokens in and 500 out. */
const CALL_USD = 0.00075 + 0.001875;

describe('the money of a run', () => {
	const engine = useEngine();
	const model = useGemini();
	let runKey = '';
	let tests = 0;
	beforeEach(() => {
		runKey = `spring ${++tests}`;
	});
	const line = (options: object, later: object = {}) =>
		flow(
			[
				start(),
				gemini('Capture', {
					resource: 'intent',
					operation: 'capture',
					brief: 'A rooftop chase',
					model: MODEL,
					options: { runKey, ...options },
				}),
				gemini('Write', {
					resource: 'concept',
					operation: 'generate',
					count: 2,
					model: MODEL,
					options: later,
				}),
				validator('Check', { ...rules(judged('Gritty')), model: MODEL }),
				retryRouter('Router', { attempts: 3 }),
			],
			'Start > Capture > Write > Check > Router',
			'Router:1 > Write',
		);
	const run = (json: ReturnType<typeof line>) => runWorkflow(json, { geminiUrl: model().url });
	const theRun = async () => {
		const [found] = await (await engine.store()).listRuns({ search: runKey });
		if (found === undefined) throw new Error('There is no run.');
		return found;
	};

	it('is estimated before the first call: on the item, as a hint and in the run', async () => {
		const ran = await run(line({}));
		const { estimateUsd } = ran.out('Capture')[0] ?? {};
		expect(estimateUsd).toBeGreaterThan(3 * CALL_USD);
		expect(estimateUsd).toBeLessThan(20 * CALL_USD);
		expect(ran.run.data.resultData.runData.Capture?.[0]?.hints).toMatchObject([
			{
				message: expect.stringMatching(/^This run will cost about \$0\.0\d, up to \$0\.\d\d with retries\.$/),
			},
		]);
		expect(await theRun()).toMatchObject({ estimateUsd, spendCapUsd: null });
		expect(ran.out('Router', DONE)[0]).not.toHaveProperty('estimateUsd');
		// Played again, it says the same.
		const again = await run(line({}));
		expect(again.out('Capture')[0]).toMatchObject({ estimateUsd, replayed: true });
		expect(JSON.stringify(again.run.data.resultData.runData.Capture?.[0]?.hints)).not.toContain('will cost');
	});

	describe('with more steps', () => {
		const estimateOf = async (steps: INode[], own: object = {}) => {
			const capture = { resource: 'intent', operation: 'capture', brief: 'A chase', model: MODEL };
			const nodes = [
				start(),
				gemini('Capture', { ...capture, options: { runKey: `${runKey} ${++tests}`, ...own } }),
				gemini('Write', { resource: 'concept', operation: 'generate', count: 2, model: MODEL }),
				...steps,
			];
			const ran = await run(flow(nodes, nodes.map(({ name }) => name).join(' > ')));
			return Number(ran.out('Capture')[0]?.estimateUsd);
		};
		const moreFor = async (...steps: INode[]) => (await estimateOf(steps)) - (await estimateOf([]));

		it('counts the stills that are drawn', async () => {
			const more = await moreFor(gemini('Draw', { resource: 'concept', operation: 'sketch', size: '4K' }));
			// Two of 2,600 tokens each, at $30 for a million.
			expect(more).toBeGreaterThan(2 * 2600 * 30e-6);
			expect(more).toBeLessThan(2 * 2600 * 30e-6 + 0.03);
		});

		it('counts a revision of each concept, and no further concepts for it', async () => {
			const revise = gemini('Revise', {
				resource: 'concept',
				operation: 'revise',
				note: 'Rain',
				model: MODEL,
			});
			const check = validator('Check', { ...rules(judged('Gritty')), model: MODEL });
			const [revised, checked] = [await moreFor(revise), await moreFor(check)];
			expect(revised).toBeGreaterThan(checked);
			expect(revised).toBeLessThan(1.3 * checked);
			expect(await moreFor(revise, check)).toBeCloseTo(revised + checked, 9);
		});

		it('counts one question for a guide that is compiled, and none where verdicts are only compared', async () => {
			const prose = 'Never show a drone.';
			const compile = await moreFor(
				validator('Compile', { operation: 'compileGuide', prose, model: MODEL, ...rules(judged('Gritty')) }),
			);
			expect(compile).toBeGreaterThan(0.004);
			expect(compile).toBeLessThan(0.008);
			expect(
				await moreFor(validator('Compare', { operation: 'calibrate', ...rules(judged('Gritty')) })),
			).toBeCloseTo(0, 9);
		});

		it("counts each step by the price that is named in it, and not by another step's", async () => {
			const price = (usd: number) => ({ price: { perMillionTokens: { inputUsd: usd, outputUsd: usd } } });
			const list = await estimateOf([]);
			const ownFree = await estimateOf([], price(0));
			expect(ownFree).toBeGreaterThan(0.004);
			expect(ownFree).toBeLessThan(list);
			const custom = {
				resource: 'custom',
				operation: 'generate',
				instruction: 'Name it',
				model: 'gemini-99',
			};
			const dear = await moreFor(gemini('Name', { ...custom, options: price(1000) }));
			expect(dear).toBeGreaterThan(1);
		});
	});

	it('is not estimated when the price of a model is unknown', async () => {
		const unknown = line({});
		for (const node of unknown.nodes) if (node.name === 'Write') node.parameters.model = 'gemini-99';
		const ran = await run(unknown);
		expect(ran.out('Capture')[0]).toMatchObject({ estimateUsd: null });
		expect(ran.run.data.resultData.runData.Capture?.[0]?.hints ?? []).toEqual([]);
	});

	it('of the template is estimated for as many concepts as it is set to', async () => {
		const template = loadTemplate('01-two-agent-storyboard.json');
		const ran = await runWorkflow(template, { geminiUrl: model().url });
		const store = await engine.store();
		const found = await store.getRun(String(ran.out('Enough concepts passed?', DONE)[0]?.runId));
		expect(found.estimateUsd).toBeGreaterThan(0.01);
		expect(found.estimateUsd).toBeLessThan(0.1);
		expect(ran.error).toBeUndefined();
	});

	it('that is capped goes to a person when it is not enough, and goes on where it was when the cap is raised', async () => {
		const poor = await run(line({ spendCap: 0.067 }));
		expect(await theRun()).toMatchObject({ spendCapUsd: 0.067, heldUsd: 0 });
		const escalated = poor.out('Router', ESCALATE);
		expect(escalated.length).toBeGreaterThan(0);
		expect(JSON.stringify(escalated)).toContain('of its cap of $0.07');
		const asked = model().asked.length;
		const spent = (await theRun()).costUsd;
		expect(spent).toBeCloseTo(asked * CALL_USD, 9);
		expect(spent).toBeLessThanOrEqual(0.067);

		const rich = await run(line({ spendCap: 1 }));
		expect(rich.out('Capture')[0]).toMatchObject({ replayed: true });
		expect(rich.out('Router', DONE).length).toBeGreaterThan(0);
		expect(await theRun()).toMatchObject({ spendCapUsd: 1, heldUsd: 0 });
		const ledger = await (await engine.store()).ledger((await theRun()).runId);
		expect(ledger.filter(({ event }) => event === 'spendCap').map(({ note }) => note)).toContain(
			'The run may spend $1.00; before it was $0.07.',
		);
	});

	it('counts by the price that the user names', async () => {
		const price = { perMillionTokens: { inputUsd: 1, outputUsd: 2 } };
		const ran = await run(line({ price }));
		expect(ran.out('Capture')[0]?.costUsd).toBeCloseTo(0.001 + 0.001, 9);
	});

	it('is capped by Run: Start, whose 0 takes no cap away', async () => {
		const begin = (spendCap: number) =>
			run(
				flow(
					[start(), stateStore('Begin', 'run', 'start', { brief: 'A chase', runKey, spendCap })],
					'Start > Begin',
				),
			);
		await begin(2);
		expect(await theRun()).toMatchObject({ spendCapUsd: 2 });
		await begin(0);
		expect(await theRun()).toMatchObject({ spendCapUsd: 2 });
		const refused = await begin(-1);
		expect(Object(refused.error).message).toBe(
			"'Spend Cap' should be a number of dollars, 0 or more, not -1.",
		);
		expect(await theRun()).toMatchObject({ spendCapUsd: 2 });
	});
});
