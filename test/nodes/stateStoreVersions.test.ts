/** The Shared State Store's operations on versions, copies and work, through n8n's engine. */
import type { IDataObject, INode } from 'n8n-workflow';
import { runWorkflow, useEngine } from '../support/engine';
import { flow, start, stateStore } from '../support/flow';
import { storyboard, useGemini } from '../support/storyboard';

const begin = (runKey: string) => stateStore('Begin', 'run', 'start', { brief: 'A chase', runKey });
const write = (name: string, value: string) => stateStore(name, 'state', 'write', { field: 'note', value });
const line = (...nodes: INode[]) =>
	flow([start(), ...nodes], ['Start', ...nodes.map(({ name }) => name)].join(' > '));

describe('Shared State Store', () => {
	const engine = useEngine();
	const model = useGemini();

	it('Checkpoint: Get Many lists the names, and Compare shows a row for each difference', async () => {
		const ran = await runWorkflow(
			line(
				begin('compare'),
				write('One', 'red'),
				stateStore('Save', 'checkpoint', 'save', { checkpointName: 'first look' }),
				write('Two', 'blue'),
				stateStore('Compare', 'history', 'compare', { from: 'first look' }),
			),
		);
		const listed = await runWorkflow(line(stateStore('Names', 'checkpoint', 'getAll')), {
			input: [{ runId: String(ran.out('Save')[0]?.runId) }],
		});

		expect(ran.out('Compare')).toMatchObject([
			{ field: 'note', path: '', change: 'changed', before: 'red', after: 'blue' },
		]);
		expect(listed.out('Names')).toMatchObject([{ name: 'first look', version: 2 }]);
	});

	it('Fork begins a copy at a checkpoint, once', async () => {
		const json = (name: string) =>
			line(
				begin('origin'),
				write('One', 'red'),
				stateStore('Save', 'checkpoint', 'save', { checkpointName: 'first look' }),
				write('Two', 'blue'),
				stateStore(name, 'checkpoint', 'fork', { at: 'first look', forkKey: 'variant B' }),
				stateStore('Read', 'state', 'read'),
			);
		const first = await runWorkflow(json('Fork'));
		const again = await runWorkflow(json('Fork'));

		expect(first.out('Fork')).toMatchObject([{ runKey: 'variant B', costUsd: 0, status: 'open' }]);
		expect(first.out('Read')).toMatchObject([{ note: 'red', brief: 'A chase' }]);
		expect(again.out('Fork')).toMatchObject([{ runId: first.out('Fork')[0]?.runId, replayed: true }]);
	});

	it('Artefact: Get Many shows the work with its verdicts, and Show Impact what a change would cost', async () => {
		const ran = await runWorkflow(storyboard(), { geminiUrl: model().url });
		const input: IDataObject[] = [{ runId: String(ran.out('Router', 2)[0]?.runId) }];
		const look = (name: string, operation: string, more: IDataObject = {}) =>
			runWorkflow(line(stateStore(name, 'artefact', operation, more)), { input });

		expect((await look('All', 'getAll')).out('All')).toMatchObject([
			{ title: 'Concept 0', status: 'passed', slot: 1, verdict: { outcome: 'pass' } },
			{ title: 'Concept 1', slot: 2 },
			{ title: 'Concept 2', slot: 3 },
		]);
		expect((await look('Failed', 'getAll', { artefactStatus: 'failed' })).out('Failed')).toEqual([]);
		const stale = (await look('Impact', 'impact')).out('Impact');
		expect(stale.map(({ order }) => order)).toEqual([1, 2, 3]);
		expect(stale.reduce((sum, { costUsd }) => sum + Number(costUsd), 0)).toBeCloseTo(
			Number(stale[0]?.totalCostUsd),
		);
	});

	it('Delete removes what is old and nothing else', async () => {
		const ran = await runWorkflow(line(begin('young')));
		const deleted = await runWorkflow(line(stateStore('Delete', 'run', 'delete', { days: 1 })));
		const refused = await runWorkflow(line(stateStore('Delete', 'run', 'delete', { days: 0 })));

		expect(deleted.out('Delete')).toEqual([]);
		expect((await (await engine.store()).getRun(String(ran.out('Begin')[0]?.runId))).runKey).toBe('young');
		expect(refused.error).toMatchObject({ message: expect.stringContaining("'Older Than'") });
	});

	it.each([
		['checkpoint', 'fork', { forkKey: ' ' }, "'Run Key of the Copy' is empty."],
		['history', 'compare', { from: ' ' }, "'From' is empty."],
		['history', 'compare', { from: 'nowhere' }, "no checkpoint 'nowhere'"],
	])('%s: %s refuses %j with a sentence', async (resource, operation, more, sentence) => {
		const ran = await runWorkflow(line(begin('sentences'), stateStore('Do', resource, operation, more)));

		expect(ran.error).toMatchObject({ message: expect.stringContaining(sentence) });
	});
});
