/** Files on items: kept with the work, part of what it is, and still on the items that leave. */
import type { IBinaryKeyData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { MAX_MEDIA_BYTES, artefactsOf, hashOf, type Artefact } from '../../nodes/shared/state';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import { banned, flow, other, retryRouter, rules, same, start, typesOf, validator } from '../support/flow';
import { DONE, ESCALATE } from '../support/storyboard';

const check = () => validator('Check', rules(banned('spotless')));
const picture = (text: string, fileName = 'roof.png'): IBinaryKeyData => ({
	data: { data: Buffer.from(text).toString('base64'), mimeType: 'image/png', fileName },
});
const row = (json: IDataObject, binary?: IBinaryKeyData): INodeExecutionData => ({
	json,
	...(binary === undefined ? {} : { binary }),
});
const hintsOf = (ran: Ran, node: string) =>
	(ran.run.data.resultData.runData[node] ?? []).flatMap(({ hints }) =>
		(hints ?? []).map(({ message }) => message),
	);

describe('files on items', () => {
	const engine = useEngine();
	const artefacts = async (ran: Ran, node = 'Check'): Promise<Artefact[]> =>
		artefactsOf(await (await engine.store()).read(String(ran.out(node)[0]?.runId)));
	/** Start > Agent > Check > Between > Router. */
	const pass = (
		made: INodeExecutionData[],
		between: (items: INodeExecutionData[]) => INodeExecutionData[] = same,
		wires = 'Start > Agent > Check > Between > Router',
	) =>
		runWorkflow(flow([start(), other('Agent'), check(), other('Between'), retryRouter('Router')], wires), {
			types: typesOf({ Agent: () => [made], Between: (items) => [same(between(items))] }),
		});

	it('are kept in the store, named on the work, part of its content hash, and leave with the items', async () => {
		const ran = await pass([row({ line: 'Gritty.' }, picture('A'))]);

		const [work] = await artefacts(ran);
		expect(work).toMatchObject({
			content: { line: 'Gritty.' },
			media: [{ mimeType: 'image/png', fileName: 'roof.png', bytes: 1 }],
		});
		expect(work?.contentHash).not.toBe(hashOf(work?.content));
		const store = await engine.store();
		const kept = await store.readMedia(String(ran.out('Check')[0]?.runId), work?.media?.[0]?.hash ?? '');
		expect(Buffer.from(kept.bytes).toString()).toBe('A');
		expect(ran.outputs('Check')[0]?.[0]?.[0]?.binary).toEqual(picture('A'));
		expect(ran.outputs('Router').at(-1)?.[DONE]?.[0]?.binary).toEqual(picture('A'));
	});

	it('change nothing about work that has none', async () => {
		const [work] = await artefacts(await pass([row({ line: 'Gritty.' })]));
		expect(work?.contentHash).toBe(hashOf({ line: 'Gritty.' }));
		expect(work).not.toHaveProperty('media');
	});

	it.each<[string, (items: INodeExecutionData[]) => INodeExecutionData[]]>([
		['the same file comes', (items) => items],
		['the file is renamed', (items) => items.map((item) => ({ ...item, binary: picture('A', 'b.png') }))],
		['a step dropped the file', (items) => items.map(({ json }) => ({ json }))],
	])('leave the work what it is when %s', async (_, between) => {
		const ran = await pass([row({ line: 'Gritty.' }, picture('A'))], between);

		expect(ran.out('Router', DONE)).toMatchObject([{ line: 'Gritty.', status: 'passed' }]);
		expect(await artefacts(ran)).toMatchObject([{ status: 'passed', media: [{ fileName: 'roof.png' }] }]);
	});

	it('make it other work when the picture is another one: what was said of the first does not count', async () => {
		const ran = await pass([row({ line: 'Gritty.' }, picture('A'))], (items) =>
			items.map((item) => ({ ...item, binary: picture('B') })),
		);

		expect(ran.out('Router', DONE)).toEqual([]);
		const [before] = ran.out('Check');
		const [work, ...more] = await artefacts(ran);
		expect([work?.id, more]).toEqual([before?.artefactId, []]);
		expect(work?.contentHash).not.toBe(before?.contentHash);
		expect(work?.media).toHaveLength(1);
	});

	it('tell work apart that has the same words, and may be all that there is of it', async () => {
		const ran = await pass([
			row({ line: 'Gritty.' }, picture('A')),
			row({ line: 'Gritty.' }, picture('B')),
			row({}, picture('C', 'hero.png')),
		]);

		expect(ran.out('Router', DONE).map(({ title }) => title)).toEqual(['roof.png', 'roof.png', 'hero.png']);
		expect(new Set((await artefacts(ran)).map(({ id }) => id)).size).toBe(3);
	});

	it("are read from the router's second input too", async () => {
		const ran = await pass(
			[row({ id: 1, line: 'Gritty.' }, picture('A')), row({ id: 2, line: 'Worn.' }, picture('B'))],
			same,
			'Start > Agent > Check > Router/1',
		);

		expect(ran.error).toBeUndefined();
		expect(ran.out('Router', DONE)).toHaveLength(2);
		expect(hintsOf(ran, 'Router').filter((hint) => hint.includes('not kept'))).toEqual([]);
	});

	it('do not hold up the work when one is too large, and the step says so', async () => {
		const film = Buffer.alloc(MAX_MEDIA_BYTES + 1).toString('base64');
		const ran = await pass(
			[row({ line: 'Gritty.' }, { film: { data: film, mimeType: 'video/mp4', fileName: 'film.mp4' } })],
			same,
			'Start > Agent > Check',
		);

		expect(ran.out('Check')).toMatchObject([{ status: 'passed', contentHash: hashOf({ line: 'Gritty.' }) }]);
		expect(hintsOf(ran, 'Check')).toContain(
			"'film.mp4' is larger than 32 MB and was not kept; the work goes on without it. Make it smaller, or put a link to it on the item.",
		);
		expect((await artefacts(ran))[0]).not.toHaveProperty('media');
	});

	it('are the same when an execution is played again', async () => {
		const json = flow(
			[start(), other('Agent'), check(), retryRouter('Router')],
			'Start > Agent > Check > Router',
		);
		const again = () =>
			runWorkflow(json, {
				resumeToken: 'played again',
				types: typesOf({ Agent: () => [[row({ line: 'Gritty.' }, picture('A'))]] }),
			});
		await again();
		const ran = await again();

		expect(ran.out('Check')).toMatchObject([{ replayed: true }]);
		expect(await artefacts(ran)).toHaveLength(1);
		expect(ran.out('Router', ESCALATE)).toEqual([]);
	});
});
