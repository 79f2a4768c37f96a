/** Template 07 through n8n's real engine. */
import { loadTemplate, runWorkflow, useEngine, type Ran, type WorkflowJson } from '../support/engine';
import { flow, gemini, humanGate, start } from '../support/flow';
import { callGate } from '../support/gate';
import { useGemini } from '../support/storyboard';
import { useWaitingN8n } from '../support/waitingN8n';

const HOUR_MS = 3_600_000;
const LIST = 'List what waits for a person';
const DELIVER = 'Send on what was decided';
const REMIND = 'Remind the reviewer';
const TELL = 'Tell the producer';

describe('template 07, review inbox', () => {
	useEngine();
	const model = useGemini();
	const n8n = useWaitingN8n();
	let template: WorkflowJson;
	beforeEach(() => {
		template = loadTemplate('07-review-inbox.json');
	});
	afterEach(() => jest.restoreAllMocks());

	const park = async (): Promise<Ran> =>
		n8n().hold(
			await runWorkflow(
				flow(
					[
						start(),
						gemini('Write', { resource: 'concept', operation: 'generate', brief: 'A chase', count: 1 }),
						humanGate('Gate', { title: 'Storyboard' }),
					],
					'Start > Write > Gate',
				),
				{ geminiUrl: model().url, waitingUrl: n8n().url },
			),
		);
	const run = (startNode: string): Promise<Ran> =>
		runWorkflow(template, { startNode, waitingUrl: n8n().url });
	const titles = (ran: Ran, node: string) => ran.out(node).map(({ title, status }) => [title, status]);

	it('reminds of what has waited for a day, sends on what was decided, and leaves the rest alone', async () => {
		const [decided, forgotten] = [await park(), await park()];
		const page = await callGate(decided, 'Gate');
		const hidden = [...page.body.matchAll(/<input type=hidden name="?([^" >]+)"? value="?([^" >]*)"?>/g)];
		const form = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
		await callGate(decided, 'Gate', { form: { ...form, reviewer: 'Maya', send: 'all', d0: 'approve' } });

		// The decision is fresh, and nothing has waited for long.
		const early = await run('When you press the button');
		expect(early.error).toBeUndefined();
		expect([early.out(DELIVER), early.out(LIST)]).toEqual([[], []]);

		const now = Date.now();
		jest.spyOn(Date, 'now').mockImplementation(() => now + 25 * HOUR_MS);
		const morning = await run('On weekday mornings');
		expect(titles(morning, LIST)).toEqual([['Storyboard', 'open']]);
		expect(titles(morning, REMIND)).toEqual([['Storyboard', 'open']]);
		expect(morning.out(LIST)[0]).toMatchObject({ runId: forgotten.out('Write')[0]?.runId, ageHours: 25 });
		expect((await fetch(String(morning.out(LIST)[0]?.link))).status).toBe(200);
		expect(morning.outputs(DELIVER)).toEqual([]);

		const quarter = await run('Every 15 minutes');
		expect(titles(quarter, DELIVER)).toEqual([['Storyboard', 'delivered']]);
		expect(titles(quarter, TELL)).toEqual([['Storyboard', 'delivered']]);
		expect(quarter.outputs(LIST)).toEqual([]);
		expect(n8n().now(decided).run.status).toBe('success');
		expect(n8n().now(forgotten).run.status).toBe('waiting');
		expect((await run('Every 15 minutes')).out(DELIVER)).toEqual([]);
	});
});
