/** The blocks of the nodes' pages that readers paste into n8n: they fit the nodes, and end as the page says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeParameters, INodeProperties } from 'n8n-workflow';
import { greenlightTypes, runWorkflow, useEngine, type Ran, type WorkflowJson } from '../support/engine';
import { startScriptedGemini } from '../support/scriptedGemini';

const ROOT = join(__dirname, '../..');

/** The one block of a page that is a workflow. */
function exampleOf(page: string): WorkflowJson {
	const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
	const blocks = [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, block = '']) => JSON.parse(block));
	const [example, ...others] = blocks.filter((block) => 'nodes' in block);
	if (others.length > 0) throw new Error(`${page} has more than one example.`);
	const { nodes, connections } = example;
	return { name: page, nodes, connections, settings: {} };
}

/** What is set and no setting, or none of the choices. */
function unknownIn(given: INodeParameters, properties: readonly INodeProperties[]): string[] {
	return Object.entries(given).flatMap(([name, value]) => {
		const same = properties.filter((property) => property.name === name);
		if (same.length === 0) return [name];
		const choices = same.flatMap(({ type, options = [] }) =>
			type === 'options' ? options.map((option) => Object(option).value) : [],
		);
		if (choices.length > 0 && !choices.includes(value)) return [`${name}: ${String(value)}`];
		const groups = same.flatMap(({ type, options = [] }) => (type === 'fixedCollection' ? options : []));
		return groups.flatMap((group) => {
			const rows = Object(value)[Object(group).name] as INodeParameters[];
			return rows.flatMap((row) => unknownIn(row, Object(group).values));
		});
	});
}

describe('the examples of the pages', () => {
	const engine = useEngine();
	const run = (page: string, geminiUrl?: string): Promise<Ran> =>
		runWorkflow(exampleOf(page), geminiUrl === undefined ? {} : { geminiUrl });

	it.each(['concepts.md', 'style.md', 'retry.md', 'review.md', 'status.md', 'state.md'])(
		'%s: each step and setting exists',
		(page) => {
			const types = greenlightTypes();
			const own = exampleOf(page).nodes.filter(({ type }) => type.startsWith('n8n-nodes-greenlight.'));
			expect(own.length).toBeGreaterThan(0);
			for (const { type, parameters } of own)
				expect(unknownIn(parameters, types[type]?.description.properties ?? [])).toEqual([]);
		},
	);

	it('Gemini Concept: three taglines', async () => {
		const gemini = await startScriptedGemini({
			other: () => ({ title: 'Rain', taglines: ['Run it wet', 'Made for rain', 'Puddles first'] }),
		});
		try {
			const ran = await run('concepts.md', gemini.url);
			expect(ran.error).toBeUndefined();
			expect(gemini.asked[0]?.prompt).toContain('a running shoe that is made for rain');
			expect(ran.out('Write taglines')).toMatchObject([{ kind: 'taglines', taglines: expect.any(Array) }]);
		} finally {
			await gemini.close();
		}
	});

	it('Style Validator: the banned word is found, without a key', async () => {
		const ran = await run('style.md');
		expect(ran.error).toBeUndefined();
		expect(ran.out('Check against the rules')).toMatchObject([{ title: 'The leap', status: 'failed' }]);
	});

	it('Retry Router: sent back once, then done', async () => {
		const ran = await run('retry.md');
		expect(ran.error).toBeUndefined();
		const [escalate, retry, done] = [0, 1, 2].map((output) => ran.out('Decide what happens next', output));
		expect(escalate).toEqual([]);
		expect(retry).toMatchObject([{ title: 'The leap', next: 'generate' }]);
		expect(done).toMatchObject([{ title: 'The leap', status: 'passed' }]);
	});

	it('Human Gate: waits', async () => {
		const ran = await run('review.md');
		expect(ran.error).toBeUndefined();
		expect(ran.run.status).toBe('waiting');
	});

	it('Shared State Store: the same run, run twice', async () => {
		const runs = [await run('state.md'), await run('state.md')];
		for (const ran of runs) {
			expect(ran.error).toBeUndefined();
			expect(ran.out('Read it back')).toMatchObject([{ budget: 5000 }]);
		}
		expect(await (await engine.store()).listRuns({ search: 'my first run' })).toHaveLength(1);
	});
});
