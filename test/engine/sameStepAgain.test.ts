/** The same step again: nothing is asked, paid or decided a second time; another question is a new step. */
import { runWorkflow, useEngine } from '../support/engine';
import { banned, flow, gemini, judged, rules, start, stateStore, validator } from '../support/flow';
import { concept } from '../support/scriptedGemini';
import { DONE, ESCALATE, RETRY, spotless, storyboard, timesWritten, useGemini } from '../support/storyboard';

const capture = () =>
	gemini('Capture', { resource: 'intent', operation: 'capture', brief: 'A rooftop chase' });
const write = (more = {}) =>
	gemini('Write', { resource: 'concept', operation: 'generate', count: 2, ...more });

describe('the same step again', () => {
	const engine = useEngine();
	const model = useGemini();
	const run = async (runId: unknown) => (await engine.store()).getRun(String(runId));

	async function captured() {
		const ran = await runWorkflow(flow([start(), capture()], 'Start > Capture'), { geminiUrl: model().url });
		return ran.out('Capture');
	}
	const step = (json: ReturnType<typeof write>, input: Awaited<ReturnType<typeof captured>>) =>
		runWorkflow(flow([start(), json], `Start > ${json.name}`), { geminiUrl: model().url, input });

	it('by Execute step, on items that carry a run: the recorded answer, marked replayed, and no call', async () => {
		const items = await captured();
		const first = await step(write(), items);
		const { version } = await run(items[0]?.runId);

		const second = await step(write(), items);

		expect(timesWritten(model())).toBe(1);
		expect(first.out('Write')[0]).not.toHaveProperty('replayed');
		expect(second.out('Write')).toMatchObject(
			first.out('Write').map(({ artefactId, title }) => ({ artefactId, title, replayed: true })),
		);
		expect((await run(items[0]?.runId)).version).toBe(version);
		expect(
			second.run.data.resultData.runData.Write?.[0]?.hints?.map(({ message }) => message).join(),
		).toContain('no cost');
	});

	it('with a changed request is a new step', async () => {
		const items = await captured();
		await step(write(), items);
		const second = await step(write({ styleGuide: 'Gritty' }), items);

		expect(timesWritten(model())).toBe(2);
		expect(second.out('Write')[0]).not.toHaveProperty('replayed');
	});

	it('with a higher Take buys a fresh answer', async () => {
		const items = await captured();
		const first = await step(write(), items);
		const second = await step(write({ options: { take: 2 } }), items);

		expect(timesWritten(model())).toBe(2);
		expect(second.out('Write').map(({ title }) => title)).not.toEqual(
			first.out('Write').map(({ title }) => title),
		);
	});

	it.each([
		['a changed request', { styleGuide: 'Gritty' }],
		['a higher Take', { options: { take: 2 } }],
	])(
		'with %s puts the new pieces in the place of the old ones, and those are what is decided about',
		async (_name, change) => {
			const items = await captured();
			await step(write(), items);
			const json = storyboard({ write: { count: 2, brief: '', ...change } });
			const ran = await runWorkflow(json, { geminiUrl: model().url, input: items });

			expect(ran.out('Router', RETRY)).toEqual([]);
			expect(ran.out('Router', DONE).map(({ title }) => title)).toEqual(['Concept 2', 'Concept 3']);
		},
	);

	it('with a Take raised after the round was decided hands on the fresh pieces', async () => {
		const json = (take: number) =>
			storyboard({ write: { count: 2, options: { take, runKey: 'take-again' } } });
		await runWorkflow(json(1), { geminiUrl: model().url });
		const second = await runWorkflow(json(2), { geminiUrl: model().url });

		expect(timesWritten(model())).toBe(2);
		expect(second.out('Router', DONE).map(({ title }) => title)).toEqual(['Concept 2', 'Concept 3']);
	});

	it('of the whole pipeline under one run key, in another execution, asks nothing and decides the same', async () => {
		model().script.concept = (number) => (number === 1 ? spotless(number) : concept(number));
		const json = storyboard({ write: { options: { runKey: 'spring-7' } } });
		const first = await runWorkflow(json, { geminiUrl: model().url });
		const { version, runId } = await run(first.out('Router', DONE)[0]?.runId);
		const asked = model().asked.length;

		const second = await runWorkflow(json, { geminiUrl: model().url });

		expect(model().asked).toHaveLength(asked);
		expect(second.out('Router', DONE).map(({ artefactId }) => artefactId)).toEqual(
			first.out('Router', DONE).map(({ artefactId }) => artefactId),
		);
		expect(await run(runId)).toMatchObject({ version, status: 'finished' });
	});

	it('asks the judge nothing twice', async () => {
		const json = storyboard({
			check: rules(judged('It is gritty')),
			write: { options: { runKey: 'judge-once' } },
		});
		await runWorkflow(json, { geminiUrl: model().url });
		const rulings = model().asked.filter(({ what }) => what === 'rulings').length;
		const second = await runWorkflow(json, { geminiUrl: model().url });

		expect(rulings).toBeGreaterThan(0);
		expect(model().asked.filter(({ what }) => what === 'rulings')).toHaveLength(rulings);
		expect(second.out('Check').every(({ replayed }) => replayed === true)).toBe(true);
	});

	it('under the run key of another brief stops and shows both', async () => {
		const json = (brief: string) =>
			flow(
				[
					start(),
					gemini('Capture', {
						resource: 'intent',
						operation: 'capture',
						brief,
						options: { runKey: 'shared-key' },
					}),
				],
				'Start > Capture',
			);
		await runWorkflow(json('A rooftop chase'), { geminiUrl: model().url });
		const second = await runWorkflow(json('A quiet garden'), { geminiUrl: model().url });

		expect(second.out('Capture')).toMatchObject([{ failure: { code: 'brief_changed' } }]);
		const message = String(Object(second.out('Capture')[0]?.failure).message);
		expect(message).toContain('A rooftop chase');
		expect(message).toContain('A quiet garden');
		expect(model().asked).toHaveLength(1);
	});
});

describe('a run that was stopped', () => {
	const engine = useEngine();
	const model = useGemini();

	it('is refused by every later step, with a sentence, and nothing is asked', async () => {
		const stopped = await runWorkflow(
			flow(
				[
					start(),
					stateStore('Begin', 'run', 'start', { brief: 'A chase' }),
					stateStore('Stop', 'run', 'stop', { reason: 'Cancelled' }),
				],
				'Start > Begin > Stop',
			),
		);
		const [row] = stopped.out('Stop');
		expect(row).toMatchObject({ status: 'stopped', why: 'Cancelled' });

		const ran = await runWorkflow(
			flow(
				[start(), write({ brief: 'A chase' }), validator('Check', rules(banned('spotless')))],
				'Start > Write',
				'Start > Check',
			),
			{ geminiUrl: model().url, input: [{ runId: String(row?.runId), id: 'x' }] },
		);

		expect(ran.out('Write')).toMatchObject([
			{ failure: { code: 'run_closed', message: expect.stringContaining('was stopped') } },
		]);
		expect(ran.out('Check')).toMatchObject([{ failure: { code: 'run_closed' } }]);
		expect(model().asked).toEqual([]);
		expect(await (await engine.store()).getRun(String(row?.runId))).toMatchObject({ status: 'stopped' });
	});

	it.each([
		['run', 'get'],
		['state', 'read'],
		['history', 'getAll'],
		['ledger', 'getAll'],
	])('can still be read, as its failure promises: %s %s', async (resource, operation) => {
		const stopped = await runWorkflow(
			flow(
				[
					start(),
					stateStore('Begin', 'run', 'start', { brief: 'A chase' }),
					stateStore('Stop', 'run', 'stop'),
				],
				'Start > Begin > Stop',
			),
		);
		const ran = await runWorkflow(flow([start(), stateStore('Look', resource, operation)], 'Start > Look'), {
			input: [{ runId: String(stopped.out('Stop')[0]?.runId) }],
		});

		expect(ran.error).toBeUndefined();
		expect(ran.out('Look').length).toBeGreaterThan(0);
	});
});

describe('an execution that is cancelled', () => {
	const engine = useEngine();
	const model = useGemini();

	it("is shown as cancelled and not as failed, so that n8n's error workflow does not start", async () => {
		let cancel = (): void => undefined;
		model().script.fail = () => {
			cancel();
			return undefined;
		};
		const ran = await runWorkflow(storyboard(), {
			geminiUrl: model().url,
			whileRunning: (execution) => (cancel = () => execution.cancel()),
		});

		expect(ran.run.status).toBe('canceled');
	});

	it('stops at once; nothing more is asked, and the next one goes on from what is recorded', async () => {
		let cancel = (): void => undefined;
		model().script.fail = ({ what }) => {
			if (what === 'rulings') cancel();
			return undefined;
		};
		const json = storyboard({
			check: rules(judged('It is gritty')),
			write: { options: { runKey: 'cancelled' } },
		});

		const first = await runWorkflow(json, {
			geminiUrl: model().url,
			whileRunning: (execution) => (cancel = () => execution.cancel()),
		});
		expect(first.outputs('Router')).toEqual([]);
		expect(model().asked.filter(({ what }) => what === 'rulings')).toHaveLength(1);

		model().script.fail = () => undefined;
		const second = await runWorkflow(json, { geminiUrl: model().url });
		expect(timesWritten(model())).toBe(1);
		expect(second.out('Router', DONE)).toHaveLength(3);
		const runId = String(second.out('Router', DONE)[0]?.runId);
		expect((await (await engine.store()).getRun(runId)).status).toBe('finished');
		expect(second.out('Router', ESCALATE)).toEqual([]);
	});
});
