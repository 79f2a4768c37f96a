/** State: Merge with many items: written together, each as if it were alone. */
import type { IDataObject } from 'n8n-workflow';
import { runWorkflow, useEngine } from '../support/engine';
import { flow, other, start, stateStore, typesOf } from '../support/flow';

describe('State: Merge with many items', () => {
	const engine = useEngine();
	const merge = (more: IDataObject) =>
		stateStore('Merge', 'state', 'merge', {
			field: 'shots',
			how: 'append',
			value: '={{ $json.shot }}',
			...more,
		});
	const shots = Array.from({ length: 250 }, (_, index) => ({ shot: `shot ${index}` }));

	it('keeps their order, in a version for each hundred', async () => {
		const ran = await runItems(shots);
		const store = await engine.store();
		const { fields } = await store.read(ran.runId);
		expect(fields.shots).toEqual(shots.map(({ shot }) => shot));
		expect((await store.history(ran.runId)).filter(({ by }) => by === 'Merge')).toHaveLength(3);
		expect(ran.items).toHaveLength(250);
	});

	it('writes what is right, although one between them is refused', async () => {
		const entries = [{ id: 'a' }, { id: '' }, { id: 'c' }].map((entry) => ({ entry }));
		const ran = await runItems(entries, {
			...{ how: 'mergeById', value: '={{ JSON.stringify($json.entry) }}' },
			onError: 'continueRegularOutput',
		});
		const { fields } = await (await engine.store()).read(ran.runId);
		expect(fields.shots).toEqual([{ id: 'a' }, { id: 'c' }]);
		expect(ran.items.map(({ failure }) => Object(failure).code)).toEqual([
			undefined,
			'input_refused',
			undefined,
		]);
	});

	it('writes once when it is repeated', async () => {
		const first = await runItems(shots.slice(0, 120), {}, 'again');
		const second = await runItems(shots.slice(0, 120), {}, 'again');
		expect(second.runId).toBe(first.runId);
		expect(second.items.every(({ replayed }) => replayed === true)).toBe(true);
		const { fields } = await (await engine.store()).read(first.runId);
		expect(fields.shots).toHaveLength(120);
	});

	async function runItems(items: IDataObject[], more: IDataObject = {}, resumeToken = 'once') {
		const { onError, ...parameters } = more;
		const merging = {
			...merge(parameters),
			...(onError === undefined ? {} : { onError: 'continueRegularOutput' as const }),
		};
		const begin = stateStore('Begin', 'run', 'start', {
			runKey: resumeToken + items.length,
			brief: 'A chase',
		});
		const ran = await runWorkflow(
			flow([start(), begin, other('Items'), merging], 'Start > Begin > Items > Merge'),
			{
				types: typesOf({ Items: () => [items.map((json) => ({ json, pairedItem: { item: 0 } }))] }),
				resumeToken: resumeToken + items.length,
			},
		);
		return { items: ran.out('Merge'), runId: String(ran.out('Begin')[0]?.runId) };
	}
});
