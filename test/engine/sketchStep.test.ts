/** Concept: Sketch in other places of a flow: after the check, alone behind Retry, with foreign and with approved work. */
import type { IDataObject } from 'n8n-workflow';
import { artefactsOf, mediaHashOf } from '../../nodes/shared/state';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import { banned, flow, gemini as concept, retryRouter, rules, start, validator } from '../support/flow';
import { png } from '../support/pictures';
import { startScriptedGemini, type ScriptedGemini } from '../support/scriptedGemini';

describe('a step that draws', () => {
	const engine = useEngine();
	let gemini: ScriptedGemini;
	beforeEach(async () => {
		gemini = await startScriptedGemini();
	});
	afterEach(() => gemini.close());

	const write = (count = 1) =>
		concept('Write', { resource: 'concept', operation: 'generate', count, brief: 'A chase' });
	const draw = (parameters: IDataObject = {}) =>
		concept('Draw', { resource: 'concept', operation: 'sketch', ...parameters });
	const check = () => validator('Check', rules(banned('spotless')));
	const pictures = () => gemini.asked.filter(({ what }) => what === 'picture');
	const works = async (ran: Ran) =>
		artefactsOf(await (await engine.store()).read(String(ran.out('Write')[0]?.runId)));

	it('after the check makes the work other work: it is checked again before it counts as passed', async () => {
		const json = flow(
			[start(), write(), check(), draw(), retryRouter('Router')],
			'Start > Write > Check > Draw > Router',
			'Router:1 > Write',
		);
		const ran = await runWorkflow(json, { geminiUrl: gemini.url });

		expect(ran.out('Router', 2)).toMatchObject([{ status: 'passed' }]);
		expect(pictures()).toHaveLength(1);
		const [work] = await works(ran);
		expect(ran.out('Router', 2)[0]?.contentHash).toBe(work?.contentHash);
		expect(ran.outputs('Router').at(-1)?.[2]?.[0]?.binary?.sketch).toBeDefined();
	});

	it('draws anew, told the reasons, where Retry leads to it alone', async () => {
		const json = flow(
			[
				start(),
				write(),
				draw(),
				validator('Check', rules(banned('gritty'))),
				retryRouter('Router', { attempts: 2 }),
			],
			'Start > Write > Draw > Check > Router',
			'Router:1 > Draw',
		);
		const ran = await runWorkflow(json, { geminiUrl: gemini.url });

		expect(ran.error).toBeUndefined();
		expect(gemini.asked.filter(({ what }) => what === 'concepts')).toHaveLength(1);
		expect(pictures()).toHaveLength(2);
		expect(pictures()[1]?.prompt).toMatch(/TURNED DOWN[\s\S]*gritty/);
		const [work] = await works(ran);
		expect(work?.media).toMatchObject([{ hash: mediaHashOf(png(10)) }]);
	});

	it('refuses approved work before it pays, and says where it belongs', async () => {
		const ran = await runWorkflow(flow([start(), write()], 'Start > Write'), { geminiUrl: gemini.url });
		const [item] = ran.out('Write');
		const store = await engine.store();
		await store.write(String(item?.runId), [
			{ by: 'test', asRecordKeeper: true, commands: [{ op: 'lock', artefactId: String(item?.artefactId) }] },
		]);
		const later = await runWorkflow(flow([start(), draw()], 'Start > Draw'), {
			geminiUrl: gemini.url,
			input: [item ?? {}],
		});
		expect(later.out('Draw')).toMatchObject([
			{ failure: { code: 'locked', hint: expect.stringContaining('before the Human Gate') } },
		]);
		expect(pictures()).toEqual([]);
	});

	it('draws for work that no Greenlight step made', async () => {
		const ran = await runWorkflow(
			flow([start(), draw({ shape: '1:1', size: '2K', look: 'Pencil' })], 'Start > Draw'),
			{
				geminiUrl: gemini.url,
				input: [{ headline: 'Rain or shine' }],
			},
		);
		expect(ran.out('Draw')).toMatchObject([
			{ title: 'Rain or shine', headline: 'Rain or shine', kind: 'work' },
		]);
		expect(pictures()).toMatchObject([{ picture: { aspectRatio: '1:1', imageSize: '2K' } }]);
		expect(pictures()[0]?.prompt).toContain('Pencil');
	});

	it('buys another one when Take is raised', async () => {
		const json = (take: number) =>
			flow([start(), write(), draw({ options: { take } })], 'Start > Write > Draw');
		const options = { geminiUrl: gemini.url, resumeToken: 'take' };
		await runWorkflow(json(1), options);
		const ran = await runWorkflow(json(2), options);
		expect(pictures()).toHaveLength(2);
		const [work] = await works(ran);
		expect(work?.media).toMatchObject([{ hash: mediaHashOf(png(10)) }]);
	});

	it('has as long as half-price answers take where it draws at half price', async () => {
		const secondsOf = async (options: IDataObject) => {
			const ran = await runWorkflow(flow([start(), write(), draw({ options })], 'Start > Write > Draw'), {
				geminiUrl: gemini.url,
			});
			expect(ran.out('Draw')).toMatchObject([{ status: 'new' }]);
			return pictures().at(-1)?.seconds;
		};
		expect(await secondsOf({})).toBe(300);
		expect(await secondsOf({ halfPrice: true })).toBe(900);
		expect(await secondsOf({ halfPrice: true, timeout: 60 })).toBe(60);
	});

	describe('on a run with a spend cap', () => {
		// The tests run in any order and share a store: with one key they would go on with each other's runs.
		let key = 0;
		beforeEach(() => {
			key += 1;
		});
		const run = (spendCap: number, parameters: IDataObject = {}, count = 2) =>
			runWorkflow(
				flow(
					[
						start(),
						concept('Write', {
							resource: 'concept',
							operation: 'generate',
							count,
							brief: 'A chase',
							options: { spendCap, runKey: `stills ${key}` },
						}),
						draw(parameters),
					],
					'Start > Write > Draw',
				),
				{ geminiUrl: gemini.url },
			);
		const theRun = async (ran: Ran) => (await engine.store()).getRun(String(ran.out('Write')[0]?.runId));

		it('sets money aside for each still, and keeps the work of those that the cap does not cover', async () => {
			// A still can cost $0.17, and costs $0.035.
			const poor = await run(0.19);
			expect(pictures()).toHaveLength(1);
			expect(poor.out('Draw')).toMatchObject([
				{ status: 'new' },
				{ title: 'Concept 1', failure: { code: 'budget_exhausted', keepsWork: true } },
			]);
			const { costUsd, heldUsd } = await theRun(poor);
			expect(heldUsd).toBe(0);
			expect(costUsd).toBeLessThan(0.05);

			const rich = await run(1);
			expect(pictures()).toHaveLength(2);
			expect(rich.out('Draw')).toMatchObject([{ replayed: true }, { status: 'new' }]);
			expect((await theRun(rich)).heldUsd).toBe(0);
		});

		it('draws what the cap covers, also where stills side by side set aside more than is left', async () => {
			const ran = await run(0.3, {}, 4);
			expect(ran.out('Draw').map(({ failure }) => failure)).toEqual([1, 2, 3, 4].map(() => undefined));
			expect(pictures()).toHaveLength(4);
			const { costUsd, heldUsd } = await theRun(ran);
			expect([costUsd < 0.3, heldUsd]).toEqual([true, 0]);
		});

		it('draws with no model of unknown price, and says where a price can be named', async () => {
			const unknown = { imageModel: { __rl: true, mode: 'id', value: 'gemini-3-pro-image' } };
			const [item] = (await run(1, unknown)).out('Draw');
			expect(pictures()).toEqual([]);
			expect(item).toMatchObject({ failure: { code: 'price_unknown', keepsWork: true } });
			expect(JSON.stringify(item?.failure)).toContain('gemini-3-pro-image');
			const price = { perMillionTokens: { inputUsd: 2, outputUsd: 12, imageOutputUsd: 120 } };
			await run(1, { ...unknown, options: { price } });
			expect(pictures()).toHaveLength(2);
		});
	});
});
