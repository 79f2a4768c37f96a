/** Template 09 in real n8n: n8n's AI Agent on the run's state, and a run shown to an MCP client. */
import { randomUUID } from 'node:crypto';
import { LLMock } from '@copilotkit/aimock';
import { errorOf, importWorkflow, itemsOf, nodeOf, readTemplate, type Flow } from './support/flow';
import { until, world, type Json } from './support/world';

const ADDED = [
	{ id: 'roof', kind: 'place', name: 'A wet roof', why: 'Both concepts play there' },
	{ id: 'maya', kind: 'person', name: 'The courier', why: 'She runs' },
];

describe('template 09, an assistant that shares the run’s memory', () => {
	/** Plays the assistant's model: others' server, which speaks Gemini's protocol and calls tools. */
	let model: LLMock;
	let flow: Flow;

	beforeAll(async () => {
		model = new LLMock({ port: 0 });
		await model.start();
		flow = await importAssistant('assistant');
	});
	afterAll(() => model.stop());

	async function importAssistant(name: string): Promise<Flow> {
		const template = readTemplate('09-agent-with-shared-state');
		for (const node of template.nodes) if (node.webhookId) node.webhookId = `${node.webhookId}-${name}`;
		nodeOf(template, 'Gemini for the assistant').credentials = {
			googlePalmApi: await world.n8n.api.createCredential({
				name: `Gemini of ${name}`,
				type: 'googlePalmApi',
				data: { host: model.url, apiKey: 'k' },
			}),
		};
		return importWorkflow(name, template);
	}

	it('reads the run and adds to its own list; the list is in the state', async () => {
		const call = (tool: string, args: Json) => ({ name: tool, arguments: JSON.stringify(args) });
		model.on({ turnIndex: 0 }, { toolCalls: [call('Read_the_brief_and_the_work', {})] });
		model.on({ turnIndex: 1 }, { toolCalls: [call('Add_to_the_list', { Entries: JSON.stringify(ADDED) })] });
		model.on({ turnIndex: 2 }, { content: 'I added one place and one person.' });

		const execution = await flow.press();

		expect(errorOf(execution)).toBe('');
		expect(itemsOf(execution, 'List what the shoot needs')).toMatchObject([
			{ output: 'I added one place and one person.' },
		]);
		expect(itemsOf(execution, 'What the shoot needs')).toMatchObject([{ needs: ADDED }]);
		const run = await flow.run();
		expect(run).toMatchObject({ status: 'finished', fields: { needs: ADDED } });
		// It was told of the work, and only of that.
		const asked = JSON.stringify(model.getRequests().map(({ body }) => body));
		expect(asked).toContain(String(itemsOf(execution, 'Enough concepts passed?', 2)[0]?.title));
	});

	it('shows a run to an MCP client, to look at only, and lets nobody in without the password', async () => {
		const { runId } = await flow.run();
		const token = randomUUID();
		const credential = await world.n8n.api.createCredential({
			name: 'Password for other assistants',
			type: 'httpBearerAuth',
			data: { token },
		});
		await flow.edit((workflow) => {
			nodeOf(workflow, 'Answer other assistants').credentials = { httpBearerAuth: credential };
			for (const name of ['Read the run', 'See what happened'])
				nodeOf(workflow, name).parameters.run = { __rl: true, mode: 'id', value: runId };
		});
		await flow.n8n.api.publish(flow.workflow as { id: string });
		const url = `${world.n8n.baseUrl}/mcp/greenlight-run`;
		const client = await until('the server answers', () =>
			world.connectMcp(url, token).catch(() => undefined),
		);
		try {
			const { tools } = await client.listTools();
			expect(tools.map(({ name }) => name).sort()).toEqual(['Read_the_run', 'See_what_happened']);
			// Nothing for the model to choose: neither run nor operation.
			expect(tools.map(({ inputSchema }) => Object.keys(inputSchema.properties ?? {}))).toEqual([[], []]);

			const seen = await client.callTool({ name: 'Read_the_run', arguments: {} });
			expect(seen.content[0]?.text).toContain(runId);
			expect(seen.content[0]?.text).toContain('A wet roof');
			const happened = await client.callTool({ name: 'See_what_happened', arguments: {} });
			expect(happened.content[0]?.text).toContain('Check against the style guide');
		} finally {
			await client.close();
		}
		await expect(world.connectMcp(url, 'another')).rejects.toThrow();
	});
});
