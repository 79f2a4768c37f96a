/** Every template imports cleanly, explains itself and leaves no branch without a person or a result. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { IConnections, INode } from 'n8n-workflow';

const ROOT = join(__dirname, '..', '..');
const FOLDER = join(ROOT, 'workflows');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const OWN_TYPES = manifest.n8n.nodes.map((file: string) => {
	const name = file.split('/').at(-1)?.replace('.node.js', '') ?? '';
	return `${manifest.name}.${name.charAt(0).toLowerCase()}${name.slice(1)}`;
});
const N8N_TYPES = [
	'stickyNote',
	'manualTrigger',
	'formTrigger',
	'scheduleTrigger',
	'errorTrigger',
	'executeWorkflowTrigger',
	'webhook',
	'respondToWebhook',
	'form',
	'set',
	'merge',
	'if',
	'switch',
	'filter',
	'noOp',
	'wait',
	'splitInBatches',
	'splitOut',
	'aggregate',
	'limit',
	'sort',
	'executeWorkflow',
	'emailSend',
	'convertToFile',
	'httpRequest',
].map((name) => `n8n-nodes-base.${name}`);
/** n8n's steps for agents, which come with every n8n too. */
const AGENT_TYPES = ['agent', 'lmChatGoogleGemini', 'mcpTrigger'].map(
	(name) => `@n8n/n8n-nodes-langchain.${name}`,
);
/** The store as a tool: n8n makes this type of every node that says so. */
const TOOL_TYPES = ['sharedStateStore'].map((name) => `${manifest.name}.${name}Tool`);
const KNOWN_TYPES = [...OWN_TYPES, ...N8N_TYPES, ...AGENT_TYPES, ...TOOL_TYPES];
const ENDS = /\.(emailSend|noOp|respondToWebhook|form|stickyNote|statusPage|mcpTrigger)$/;

interface Template {
	id?: string;
	name: string;
	nodes: INode[];
	connections: IConnections;
	settings: Record<string, unknown>;
	pinData?: Record<string, unknown>;
	active?: boolean;
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
const defaultNames = [
	'Edit Fields',
	'Wait',
	'No Operation, do nothing',
	'Send Email',
	'When clicking ‘Execute workflow’',
	'On form submission',
	'Sticky Note',
	'If',
	'Switch',
	'Merge',
	'Loop Over Items',
	'Gemini Concept',
	'Style Validator',
	'Retry Router',
	'Shared State Store',
	'Human Gate',
	'Status Page',
];

it('there is at least one', () => {
	expect(files).toContain('01-two-agent-storyboard.json');
});

describe.each(files)('%s', (file) => {
	const text = readFileSync(join(FOLDER, file), 'utf8');
	const template: Template = JSON.parse(text);
	const steps = template.nodes.filter(({ type }) => !type.endsWith('.stickyNote'));
	/** Models and tools hang on an agent, beside the flow. */
	const parts = new Set(
		Object.entries(template.connections).flatMap(([name, outputs]) =>
			outputs.main === undefined ? [name] : [],
		),
	);
	const notes = template.nodes.filter(({ type }) => type.endsWith('.stickyNote'));

	it('has only steps that every n8n with this package has', () => {
		expect(template.nodes.map(({ type }) => type).filter((type) => !KNOWN_TYPES.includes(type))).toEqual([]);
	});

	it('brings no credentials, no pinned data and nothing of the n8n that it was made in', () => {
		expect(steps.filter(({ credentials }) => credentials !== undefined)).toEqual([]);
		expect(Object.keys(template.pinData ?? {})).toEqual([]);
		expect(template.active ?? false).toBe(false);
		expect(text).not.toMatch(/instanceId|versionId|"cachedResult/);
	});

	it('runs in the order of v1 and saves its progress', () => {
		expect(template.settings).toMatchObject({ executionOrder: 'v1', saveExecutionProgress: true });
	});

	it('has one main note that says what it does and names the steps that need the key', () => {
		const main = notes.filter(({ parameters }) => parameters.color === 1);
		expect(main).toHaveLength(1);
		const content = String(main[0]?.parameters.content);
		expect(content).toMatch(/^## /);
		const needKey = steps
			.filter(({ type }) => /\.(geminiConcept|styleValidator)$/.test(type))
			.map(({ name }) => name);
		expect(needKey.filter((name) => !content.includes(`**${name}**`))).toEqual([]);
	});

	it('names in its notes only steps that it has', () => {
		const known = new Set(template.nodes.map(({ name }) => name));
		const stepLike = notes.flatMap(({ parameters }) =>
			[...String(parameters.content).matchAll(/\*\*([A-Z][^*]+)\*\*/g)].map(([, name = '']) => name),
		);
		const words = ['How it works', 'Set up (once)', 'Make it yours', 'Execute workflow'];
		expect(stepLike.filter((name) => !known.has(name) && !words.includes(name))).toEqual([]);
	});

	it('gives every step and note its own id, which n8n insists on', () => {
		const ids = template.nodes.map(({ id }) => id);
		expect(ids).toEqual([...new Set(ids)]);
	});

	it('gives every step its own plain name', () => {
		const names = template.nodes.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		expect(names.filter((name) => defaultNames.includes(name.replace(/\d+$/, '').trim()))).toEqual([]);
	});

	it('has all its steps on the grid, none over another, and no emoji', () => {
		expect(template.nodes.filter(({ position }) => position.some((each) => each % 20 !== 0))).toEqual([]);
		const places = steps.map(({ position }) => position.join());
		expect(new Set(places).size).toBe(places.length);
		expect(text).not.toMatch(/\p{Extended_Pictographic}/u);
	});

	it('has wires only between steps that are there, and no step that nothing leads to', () => {
		const known = new Set(steps.map(({ name }) => name));
		const targets = Object.values(template.connections).flatMap((outputs) =>
			(outputs.main ?? []).flatMap((wires) => (wires ?? []).map(({ node }) => node)),
		);
		expect([...Object.keys(template.connections), ...targets].filter((name) => !known.has(name))).toEqual([]);
		const isTrigger = ({ type }: INode) => /Trigger$|\.(webhook|statusPage)$/.test(type);
		expect(
			steps
				.filter((node) => !isTrigger(node) && !targets.includes(node.name) && !parts.has(node.name))
				.map(({ name }) => name),
		).toEqual([]);
	});

	it('ends every branch at a person, a mail or a result, and leaves no output of a router or gate open', () => {
		for (const { name, type, parameters } of steps) {
			const outputs = template.connections[name]?.main ?? [];
			const isOpen = (index: number) => (outputs[index] ?? []).length === 0;
			if (type.endsWith('.retryRouter')) expect([name, [0, 1, 2].filter(isOpen)]).toEqual([name, []]);
			else if (type.endsWith('.humanGate')) expect([name, [0, 1, 2, 3].filter(isOpen)]).toEqual([name, []]);
			else if (isOpen(0) && !parts.has(name)) {
				const isPerson = type.endsWith('.sharedStateStore') && parameters.operation === 'handToPerson';
				expect([name, isPerson || ENDS.test(type)]).toEqual([name, true]);
			}
		}
	});

	it('leads Escalate and No Decision to a person first', () => {
		for (const { name } of steps.filter(({ type }) => /\.(retryRouter|humanGate)$/.test(type))) {
			const next = (template.connections[name]?.main?.[0] ?? []).map(
				({ node }) => steps.find((step) => step.name === node)?.parameters.operation,
			);
			expect([name, next]).toEqual([name, expect.arrayContaining(['handToPerson'])]);
		}
	});

	it('has every mail step switched off, so that nothing has to be set up first', () => {
		expect(
			steps
				.filter(({ type, disabled }) => type.endsWith('.emailSend') && disabled !== true)
				.map(({ name }) => name),
		).toEqual([]);
	});
});
