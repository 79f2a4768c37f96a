/** Template 08 in real n8n: a list of briefs, each an execution and a run of its own. */
import { errorOf, importWorkflow, itemsOf, nodeOf, readTemplate } from './support/flow';
import type { Json } from './support/world';

const RESULT = 'What came of each brief';

async function importList(name: string, briefs: readonly string[]) {
	const template = readTemplate('08-many-briefs');
	for (const node of template.nodes) if (node.webhookId) node.webhookId = `${node.webhookId}-${name}`;
	for (const field of nodeOf(template, 'The list of briefs').parameters.assignments.assignments as Json[]) {
		if (field.name === 'briefs') field.value = briefs.join('\n');
		if (field.name === 'list') field.value = name;
	}
	const flow = await importWorkflow(name, template);
	await flow.n8n.api.publish(flow.workflow as { id: string });
	return flow;
}

describe('template 08, many briefs', () => {
	it('makes a run for each brief, goes on when one fails, and says what came of each', async () => {
		const flow = await importList('list', ['A noir chase', '', 'A noir quarrel', 'A noir farewell']);
		flow.gemini.behave((request) =>
			JSON.stringify(request.body).includes('A noir quarrel') ? { name: 'blocked-prompt' } : undefined,
		);

		const execution = await flow.press();

		expect(errorOf(execution)).toBe('');
		const runs = (await flow.runs()).reverse();
		expect(runs.map(({ fields, status }) => [fields.brief, status])).toEqual([
			['A noir chase', 'finished'],
			['A noir quarrel', 'escalated'],
			['A noir farewell', 'finished'],
		]);
		expect(itemsOf(execution, RESULT)).toMatchObject(runs.map(({ runId, status }) => ({ runId, status })));

		const again = await flow.press();

		expect(itemsOf(again, RESULT)).toHaveLength(3);
		expect(await flow.runs()).toHaveLength(3);
	});
});
