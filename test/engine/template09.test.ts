/** Template 09 through n8n's real engine, with an agent of the test in the place of n8n's. */
import type { INodeType } from 'n8n-workflow';
import { SharedStateStore } from '../../nodes/SharedStateStore/SharedStateStore.node';
import { agentThatCalls, toolVariant, type ToolCall } from '../support/aiTool';
import { loadTemplate, runWorkflow, standIn, useEngine, type Ran } from '../support/engine';
import { callGate, fillForm } from '../support/gate';
import { startScriptedGemini, type ScriptedGemini } from '../support/scriptedGemini';

const GATE = 'Ask the creative director';
const AGENTS = '@n8n/n8n-nodes-langchain';
const TAGLINES = 'Fresh bread before you are up.\nThe bakery that rings first.\nSeven o’clock smells of rye.';

describe('template 09, agent with shared state', () => {
	const engine = useEngine();
	let gemini: ScriptedGemini;
	let prompts: string[];

	beforeEach(async () => {
		prompts = [];
		gemini = await startScriptedGemini();
	});
	afterEach(() => gemini.close());

	/** An agent that answers with the next of `answers`, or fails where that is an error. */
	const agentThatSays = (...answers: Array<string | Error>): INodeType =>
		standIn(
			'agent',
			async function () {
				prompts.push(String(this.getNodeParameter('text', 0)));
				const answer = answers[prompts.length - 1] ?? TAGLINES;
				if (typeof answer === 'string') return [[{ json: { output: answer }, pairedItem: { item: 0 } }]];
				return [[{ json: { error: answer.message }, pairedItem: { item: 0 } }]];
			},
			['main', 'ai_tool', 'ai_languageModel'],
		);
	const run = (agent: INodeType): Promise<Ran> => {
		agent.description.properties.push({ displayName: 'Text', name: 'text', type: 'string', default: '' });
		return runWorkflow(loadTemplate('09-agent-with-shared-state.json'), {
			geminiUrl: gemini.url,
			startNode: 'When you press the button',
			types: {
				[`${AGENTS}.agent`]: agent,
				[`${AGENTS}.lmChatGoogleGemini`]: standIn('model', async () => [], [], ['ai_languageModel']),
				[`${AGENTS}.mcpTrigger`]: standIn('mcp', async () => [], ['ai_tool'], []),
				'n8n-nodes-greenlight.sharedStateStoreTool': toolVariant(new SharedStateStore()),
			},
		});
	};
	const runIdOf = (ran: Ran): string => String(ran.out('Begin the run')[0]?.runId);

	it('checks what the agent wrote, asks a person, and exports what is approved', async () => {
		const ran = await run(agentThatSays());
		expect(ran.error).toBeUndefined();
		expect(ran.run.status).toBe('waiting');

		const form = await fillForm(ran, GATE, { d0: 'approve' });
		const { resumed } = await callGate(ran, GATE, { form });

		expect(resumed?.out('Approved work')).toMatchObject([{ count: 1, artefacts: [{ title: 'Taglines' }] }]);
		expect(await (await engine.store()).getRun(runIdOf(ran))).toMatchObject({ status: 'finished' });
	});

	it('sends an answer that breaks a rule back to the agent with the reason, and counts it', async () => {
		const ran = await run(agentThatSays('Our world-class bread is at your door before seven.'));

		expect(ran.run.status).toBe('waiting');
		expect(prompts).toHaveLength(2);
		expect(prompts[0]).not.toContain('did not pass');
		expect(prompts[1]).toMatch(/did not pass: .*world-class/);
		expect(prompts[1]).toContain('family-run bakery');
	});

	it('gives a failure of the agent to a person', async () => {
		const ran = await run(agentThatSays(new Error('No model')));

		expect(ran.error).toBeUndefined();
		expect(ran.out('Hand to a person')).toMatchObject([{ failure: { code: 'upstream_failed' } }]);
		expect(await (await engine.store()).getRun(runIdOf(ran))).toMatchObject({ status: 'escalated' });
	});

	it('lets the agent read the state and add a note, and nothing beyond', async () => {
		const calls: ToolCall[] = [
			{ tool: 'Read the state' },
			{ tool: 'Add a note', input: { Entries: 'Bread first, family second.' } },
			{ tool: 'Look up what happened' },
		];
		const ran = await run(agentThatCalls(calls));

		const [answer] = ran.out('Let the agent write');
		const answers = answer?.answers as Array<{ items: Array<{ json: object }>; error: string }>;
		expect(answers.map(({ error }) => error)).toEqual(['', '', '']);
		expect(JSON.stringify(answers[0])).toContain('family-run bakery');
		const { fields } = await (await engine.store()).read(runIdOf(ran));
		expect(fields.notes).toContain('Bread first, family second.');
	});

	it('shows assistants outside of n8n only tools that read, for people with an n8n account', () => {
		const { nodes, connections } = loadTemplate('09-agent-with-shared-state.json');
		const tools = nodes.filter(({ name }) =>
			connections[name]?.ai_tool?.flat().some((wire) => wire?.node === 'Answer other assistants'),
		);

		expect(tools.map(({ parameters }) => [parameters.resource, parameters.operation])).toEqual([
			['state', 'read'],
			['artefact', 'getAll'],
		]);
		expect(tools.at(-1)?.parameters).toMatchObject({ artefactStatus: 'approved' });
		const trigger = nodes.find(({ name }) => name === 'Answer other assistants');
		expect(trigger?.parameters.authentication).toBe('n8nOAuth2');
	});
});
