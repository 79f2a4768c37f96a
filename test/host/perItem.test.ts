import { PipelineError } from '../../nodes/shared/errors';
import { runPerItem } from '../../nodes/shared/host';
import { fakeContext } from '../support/fakeContext';

/** Work that ends when the test says so. */
function controlled() {
	const started: number[] = [];
	const ends = new Map<number, (error?: Error) => void>();
	const work = (_item: unknown, index: number) =>
		new Promise<Array<{ json: { index: number } }>>((resolve, reject) => {
			started.push(index);
			ends.set(index, (error) => (error ? reject(error) : resolve([{ json: { index } }])));
		});
	const end = async (index: number, error?: Error) => {
		ends.get(index)?.(error);
		await new Promise((resume) => setImmediate(resume));
	};
	return { started, work, end };
}
const items = [{}, {}, {}, {}, {}];

it('works on one item after the other unless told otherwise', async () => {
	const { started, work, end } = controlled();
	const done = runPerItem(fakeContext({ items: [{}, {}] }), work);
	await end(9);
	expect(started).toEqual([0]);
	await end(0);
	expect(started).toEqual([0, 1]);
	await end(1);
	expect(await done).toHaveLength(2);
});

it('works on the first item alone, then on some at once, and gives them out in their order', async () => {
	const { started, work, end } = controlled();
	const done = runPerItem(fakeContext({ items }), work, { atOnce: 3 });
	await end(9);
	expect(started).toEqual([0]);
	await end(0);
	expect(started).toEqual([0, 1, 2, 3]);
	for (const index of [3, 1, 2]) await end(index);
	await end(4);
	expect((await done).map(({ json }) => json.index)).toEqual([0, 1, 2, 3, 4]);
});

it('waits for what is under way before it stops', async () => {
	const { started, work, end } = controlled();
	let stopped = false;
	const context = fakeContext({ items, parameters: { whenItFails: 'stop' } });
	const done = runPerItem(context, work, { atOnce: 3 }).finally(() => (stopped = true));
	const failed = expect(done).rejects.toMatchObject({ message: 'Blocked.' });
	await end(0);
	await end(1, new PipelineError('blocked_output', 'Blocked.'));
	await end(2);
	expect(stopped).toBe(false);
	await end(3);
	await failed;
	expect(started).toEqual([0, 1, 2, 3]);
});
