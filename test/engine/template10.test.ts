/** Template 10 through n8n's real engine. */
import type { IDataObject } from 'n8n-workflow';
import { loadTemplate, runWorkflow, useEngine } from '../support/engine';
import { flow, gemini, noOp, other, same, start, stateStore, typesOf } from '../support/flow';
import { useGemini } from '../support/storyboard';

const MARK = 'Mark the run as crashed';
const PERSON = 'Hand to a person';
const TELL = 'Tell the producer';

describe('template 10, when a run crashes', () => {
	const engine = useEngine();
	const model = useGemini();
	const template = () => loadTemplate('10-when-a-run-crashes.json');

	/** What n8n's Error Trigger gives out. */
	const crashOf = (id: string, lastNodeExecuted = 'Break'): IDataObject => ({
		execution: {
			id,
			url: `http://n8n.test/workflow/w1/executions/${id}`,
			error: { message: 'key sk-123 was refused', stack: 'at secret.js' },
			lastNodeExecuted,
			mode: 'trigger',
		},
		workflow: { id: 'w1', name: 'Storyboard' },
	});
	const tell = (crash: IDataObject) => runWorkflow(template(), { input: [crash] });

	const broken = (runKey: string, isMended = false) =>
		runWorkflow(
			flow(
				[
					start(),
					gemini('Write', {
						resource: 'concept',
						operation: 'generate',
						brief: 'A chase',
						count: 1,
						options: { runKey },
					}),
					other('Break'),
					noOp('Result'),
				],
				'Start > Write > Break > Result',
			),
			{
				geminiUrl: model().url,
				executionId: `crash-${runKey}-${isMended}`,
				types: typesOf({
					Break(items) {
						if (!isMended) throw new Error('boom');
						return [same(items)];
					},
				}),
			},
		);

	it('marks the run, says who has it and how to go on, and passes on nothing of the error text', async () => {
		const crashed = await broken('spring-7');
		expect(crashed.run.status).toBe('error');

		const ran = await tell(crashOf('crash-spring-7-false'));

		expect(ran.error).toBeUndefined();
		expect(ran.out(MARK)).toMatchObject([
			{ status: 'crashed', runKey: 'spring-7', why: "Execution crash-spring-7-false stopped at 'Break'." },
		]);
		const [mail] = ran.out(TELL);
		expect(mail).toMatchObject({
			handedTo: 'the producer',
			nextStep: expect.stringMatching(
				/choose execution crash-spring-7-false and press Retry.*run key 'spring-7'/,
			),
			executionUrl: expect.stringContaining('/executions/'),
		});
		expect(JSON.stringify(ran.out(TELL))).not.toMatch(/sk-123|secret\.js/);
		const store = await engine.store();
		const [run] = await store.listRuns({ status: 'crashed' });
		expect(run).toMatchObject({
			runKey: 'spring-7',
			statusNote: expect.stringContaining('With the producer: Execution crash-spring-7-false stopped'),
		});
		expect((await store.ledger(String(run?.runId))).map(({ event }) => event)).toEqual(
			expect.arrayContaining(['crashed', 'handed over']),
		);

		const again = await broken('spring-7', true);
		expect(again.out('Result')).toMatchObject([{ replayed: true }]);
		expect(await store.getRun(String(run?.runId))).toMatchObject({ status: 'finished' });
	});

	it('tells a person also when no run had begun, and does not fail itself', async () => {
		const ran = await tell(crashOf('of-another-workflow', ''));

		expect(ran.error).toBeUndefined();
		expect(ran.out(TELL)).toMatchObject([
			{ title: 'Storyboard', why: 'Execution of-another-workflow stopped. No run had begun.' },
		]);
	});

	it('leaves a run that was stopped as it is, and names no key that nobody typed', async () => {
		const stopped = await runWorkflow(
			flow(
				[start(), stateStore('Begin', 'run', 'start', { brief: 'A' }), stateStore('Stop', 'run', 'stop')],
				'Start > Begin > Stop',
			),
			{ executionId: 'stopped-1' },
		);
		const ran = await tell(crashOf('stopped-1'));

		const runId = String(stopped.out('Stop')[0]?.runId);
		expect((await (await engine.store()).getRun(runId)).status).toBe('stopped');
		expect(ran.out(PERSON)[0]?.nextStep).toMatch(/Retry/);
		expect(ran.out(PERSON)[0]?.nextStep).not.toMatch(/run key/);
	});

	it('does nothing twice when n8n tells it twice', async () => {
		await broken('twice');
		await tell(crashOf('crash-twice-false'));
		const ran = await tell(crashOf('crash-twice-false'));

		const runId = String(ran.out(MARK)[0]?.runId);
		const events = (await (await engine.store()).ledger(runId)).map(({ event }) => event);
		expect(events.filter((event) => event === 'crashed')).toHaveLength(1);
	});

	it.each(['finished', 'open', 'waiting'] as const)(
		'leaves a run alone that is %s by now when n8n tells of the crash again, as at each start',
		async (status) => {
			await broken(`later ${status}`);
			const first = await tell(crashOf(`crash-later ${status}-false`));
			const store = await engine.store();
			const runId = String(first.out(MARK)[0]?.runId);
			await store.write(runId, [{ by: 'test', commands: [], status: { status } }]);

			const again = await tell(crashOf(`crash-later ${status}-false`));

			expect(again.error).toBeUndefined();
			expect(again.out(PERSON)).toEqual([]);
			expect(await store.getRun(runId)).toMatchObject({ status, statusNote: '' });
		},
	);

	it('does not hand over a run that another execution has finished before n8n tells of the crash', async () => {
		await broken('mended');
		await broken('mended', true);
		const ran = await tell(crashOf('crash-mended-false'));

		expect(ran.out(TELL)).toEqual([]);
		const [run] = await (await engine.store()).listRuns({ search: 'mended' });
		expect(run).toMatchObject({ status: 'finished' });
	});

	it('says what is missing when it is not given an execution', async () => {
		const ran = await tell({});
		expect(Object(ran.error).message).toContain("'Execution ID' is empty");
	});
});
