/** Template 06 through n8n's real engine. */
import { loadTemplate, runWorkflow, useEngine } from '../support/engine';
import { flow, start, stateStore } from '../support/flow';

describe('template 06, weekly reliability report', () => {
	useEngine();
	const report = (startNode: string) =>
		runWorkflow(loadTemplate('06-weekly-reliability-report.json'), { startNode });

	it('makes one page of the runs of the week, and hands it to the mail as its only file', async () => {
		await runWorkflow(
			flow([start(), stateStore('Begin', 'run', 'start', { brief: 'A chase' })], 'Start > Begin'),
		);

		const ran = await report('Every Monday morning');

		expect(ran.error).toBeUndefined();
		expect(ran.out('Send the report')).toMatchObject([{ scope: 'all', runs: { total: 1, finished: 1 } }]);
		const [item] = ran.outputs('Send the report')[0]?.[0] ?? [];
		expect(Object.keys(item?.binary ?? {})).toEqual(['report']);
		const { begunSince, asOf } = ran.out('Report on the week')[0] ?? {};
		expect(Date.parse(String(asOf)) - Date.parse(String(begunSince))).toBe(7 * 86_400_000);
	});

	it('makes a page also of a week without runs, by the button', async () => {
		const ran = await report('When you press the button');

		expect(ran.error).toBeUndefined();
		expect(ran.out('Send the report')).toHaveLength(1);
	});
});
