/** Every template in real n8n: imported by command and over the API, run to its end. The canvas is looked at in `07-editor`. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
	errorOf,
	flowOf,
	importWorkflow,
	itemsOf,
	nodeOf,
	readTemplate,
	templateNames,
	type Flow,
} from './support/flow';
import { connectMcp, initializeStatus } from './support/mcp';
import { world, type Execution, type Json } from './support/world';

const [ESCALATE, RETRY, DONE] = [0, 1, 2];

/** Webhooks and forms of one n8n need addresses of their own. */
function ownAddresses(json: Json, name: string): Json {
	for (const node of json.nodes) {
		if (node.webhookId) node.webhookId = `${node.webhookId}-${name}`;
		if (node.parameters.path) node.parameters.path = `${node.parameters.path}-${name}`;
	}
	return json;
}

const importTemplate = (template: string, name: string, change: (json: Json) => void = () => undefined) => {
	const json = ownAddresses(readTemplate(template), name);
	change(json);
	return importWorkflow(name, json);
};

/** Presses the button and waits until it waits for a person or ends. */
async function pressUntilItWaits(flow: Flow): Promise<Execution> {
	const id = await flow.start();
	return flow.n8n.api.waitForExecution(id, { until: ['waiting', 'success', 'error', 'crashed'] });
}

/** Approves all that is on the page, and waits for the end. */
async function approve(flow: Flow, execution: Execution): Promise<Execution> {
	const link = world.scripts.reviewLink(execution, flow.workflow, flow.n8n.baseUrl);
	if (link === undefined) throw new Error(`It waits for nobody: ${execution.status} ${errorOf(execution)}`);
	await world.scripts.approveAll(link, 'Maya');
	return flow.n8n.api.waitForExecution(execution.id, { until: ['success', 'error', 'crashed'] });
}

describe('all templates', () => {
	it('are imported by one command, with all their steps, and none that n8n does not know', async () => {
		const { n8nDir, nodeBin } = await world.scripts.installN8n();
		const cli = join(n8nDir, 'node_modules', 'n8n', 'bin', 'n8n');
		const { PATH, HOME } = process.env;
		// Nothing of the tests' own settings, which would make it another n8n.
		const env = {
			PATH,
			HOME,
			N8N_USER_FOLDER: join(world.folder, 'shared'),
			N8N_DIAGNOSTICS_ENABLED: 'false',
		};
		const { stdout } = await promisify(execFile)(
			nodeBin,
			[cli, 'import:workflow', '--separate', `--input=${join(world.repository, 'workflows')}`],
			{ env },
		);
		expect(stdout).toContain(`Successfully imported ${templateNames().length} workflows.`);

		const known = new Set((await world.n8n.api.listNodeTypes()).map(({ name }) => name));
		for (const name of templateNames()) {
			const template = readTemplate(name);
			const { nodes } = await world.n8n.api.getWorkflow(template.id);
			expect(nodes).toHaveLength(template.nodes.length);
			expect(nodes.map(({ type }: Json) => type).filter((type: string) => !known.has(type))).toEqual([]);
		}
		const flow = flowOf('by-command', await world.n8n.api.getWorkflow('greenlight05'), world.n8n);
		expect((await flow.press()).status).toBe('success');
	});

	it('03: specialists, one page, the approved set and a report', async () => {
		const flow = await importTemplate('03-full-coordinated-pipeline', 'full-pipeline');
		const waiting = await pressUntilItWaits(flow);
		expect([waiting.status, errorOf(waiting)]).toEqual(['waiting', '']);

		const ended = await approve(flow, waiting);

		expect([ended.status, errorOf(ended)]).toEqual(['success', '']);
		expect(itemsOf(ended, 'Approved set').at(-1)).toMatchObject({ count: 4 });
		expect(itemsOf(ended, 'The report as a page').at(-1)).toMatchObject({ scope: 'run' });
		// The stand-in's clean concept goes back to the one who wrote it, and to nobody else.
		expect(itemsOf(ended, 'Did everything pass?', RETRY)).toMatchObject([{ maker: 'Write concepts' }]);
		expect(itemsOf(ended, 'Write the shot list')).toHaveLength(1);
		expect(await flow.run()).toMatchObject({ status: 'finished' });
	});

	it('04: research, draft, brand, client-ready', async () => {
		const flow = await importTemplate('04-agency-content-pipeline', 'agency');
		const ended = await approve(flow, await pressUntilItWaits(flow));

		expect([ended.status, errorOf(ended)]).toEqual(['success', '']);
		expect(itemsOf(ended, 'Ready for the client')).toMatchObject([
			{ count: 1, artefacts: [{ kind: 'draft' }] },
		]);
		expect(await flow.run()).toMatchObject({ status: 'finished' });
	});

	it('05: mends three faults of four, without a key', async () => {
		const flow = await importTemplate('05-recover-from-failure', 'recover');
		const ended = await flow.press();

		expect([ended.status, errorOf(ended)]).toEqual(['success', '']);
		const router = 'Decide what happens next';
		expect(itemsOf(ended, 'Ask a service that is down', 1)).toMatchObject([{ error: expect.anything() }]);
		expect(itemsOf(ended, router, DONE)).toHaveLength(4);
		expect(itemsOf(ended, router, ESCALATE)).toMatchObject([{ title: 'The lamp' }]);
		expect(itemsOf(ended, router, RETRY).filter(({ round }) => round === 1)).toHaveLength(4);
		expect(itemsOf(ended, 'The report as a page')).toHaveLength(1);
		expect(flow.gemini.requests()).toEqual([]);
	});

	it('06: one page of the week', async () => {
		const flow = await importTemplate('06-weekly-reliability-report', 'weekly');
		const ended = await flow.press();

		expect([ended.status, errorOf(ended)]).toEqual(['success', '']);
		expect(itemsOf(ended, 'Send the report')).toMatchObject([
			{ scope: 'all', files: { report: expect.any(String) } },
		]);
	});

	it('09: what the agent wrote is checked and approved, and its state is read over MCP by those who may', async () => {
		const flow = await importTemplate('09-agent-with-shared-state', 'agent');
		const ended = await approve(flow, await pressUntilItWaits(flow));
		expect([ended.status, errorOf(ended)]).toEqual(['success', '']);
		expect(itemsOf(ended, 'Approved work')).toMatchObject([{ count: 1 }]);
		const { runId } = await flow.run();

		const url = `${flow.n8n.baseUrl}/mcp/${nodeOf(flow.workflow, 'Answer other assistants').parameters.path}`;
		await flow.n8n.api.publish({ id: flow.workflow.id });
		expect(await initializeStatus(url)).toBe(401);

		const token = 'a-token-of-this-test';
		const bearer = await flow.n8n.api.createCredential({
			name: 'MCP',
			type: 'httpBearerAuth',
			data: { token },
		});
		await flow.edit((workflow) => {
			const trigger = nodeOf(workflow, 'Answer other assistants');
			trigger.parameters.authentication = 'bearerAuth';
			trigger.credentials = { httpBearerAuth: bearer };
			for (const name of ['Read the state of a run', 'List its approved work'])
				nodeOf(workflow, name).parameters.run = { __rl: true, mode: 'id', value: runId };
		});
		await flow.n8n.api.publish({ id: flow.workflow.id });
		expect(await initializeStatus(url)).toBe(403);

		const client = await connectMcp(url, token);
		const tools = await client.listTools();
		expect(tools.map(({ name }) => name).sort()).toEqual([
			'List_its_approved_work',
			'Read_the_state_of_a_run',
		]);
		const state = await client.call('Read_the_state_of_a_run');
		expect(state).toContain('family-run bakery');
		const approved = await client.call('List_its_approved_work');
		expect(approved).toContain('Taglines');
		expect(`${state}${approved}`).not.toMatch(/webhook-waiting|signature=/);
		await client.close();
	});

	it('10: hears of a workflow that ends with an error', async () => {
		const flow = await importTemplate('10-when-a-run-crashes', 'crash');
		expect(flow.workflow.nodes).toHaveLength(readTemplate('10-when-a-run-crashes').nodes.length);
		expect(readFileSync(world.n8n.logFile, 'utf8')).not.toMatch(/Unrecognized node type/);
	});
});
