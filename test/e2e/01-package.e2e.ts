/** The packed package in real n8n, as users install it. */
import { existsSync, readFileSync } from 'node:fs';
import { importFlow, readTemplate } from './support/flow';
import { until, world, type Json } from './support/world';

const TYPES = [
	'geminiConcept',
	'styleValidator',
	'retryRouter',
	'humanGate',
	'sharedStateStore',
	'statusPage',
].map((name) => `n8n-nodes-greenlight.${name}`);

const loaded = (what: 'node' | 'library'): string[] =>
	(existsSync(world.loadLog) ? readFileSync(world.loadLog, 'utf8') : '')
		.split('\n')
		.filter((line) => line.startsWith(what));

describe('the package in n8n', () => {
	const { api } = world.n8n;

	it('does not load the Gemini SDK or zod before the first execution', async () => {
		await api.listNodeTypes();
		expect(loaded('node')).toHaveLength(TYPES.length);
		expect(loaded('library')).toEqual([]);

		// The same watch sees them once they are needed.
		const flow = await importFlow('lazy-loading');
		const id = await flow.start();
		await until('the first execution loads the libraries', async () =>
			['@google/genai', 'zod'].every((name) => loaded('library').some((line) => line.includes(name))),
		);
		await api.waitForExecution(id);
	});

	it('brings its six nodes under the names that templates use', async () => {
		const types = await api.listNodeTypes();

		const ours = types.filter(
			({ name }) => name.startsWith('n8n-nodes-greenlight.') && !name.endsWith('Tool'),
		);
		expect(ours.map(({ name }) => name).sort()).toEqual([...TYPES].sort());
		expect(types.filter(({ name }) => name.startsWith('CUSTOM.'))).toEqual([]);
		for (const type of ours)
			expect(type.iconUrl).toMatchObject({ light: expect.any(String), dark: expect.any(String) });
	});

	it('offers its tools to AI Agents, and no step that decides', async () => {
		const types = await api.listNodeTypes();
		const tools = types.filter(({ name }) => /^n8n-nodes-greenlight\..*Tool$/.test(name));

		expect(tools.map(({ name }) => name.split('.')[1]).sort()).toEqual([
			'geminiConceptTool',
			'sharedStateStoreTool',
		]);
		expect(tools.map(({ outputs }) => outputs)).toEqual(tools.map(() => ['ai_tool']));
	});

	it('serves every icon of its nodes', async () => {
		const types = await api.listNodeTypes();
		const urls = types
			.filter(({ name }) => TYPES.includes(name))
			.flatMap(({ iconUrl }) => [iconUrl.light, iconUrl.dark]);

		const answers = await Promise.all(urls.map((url) => fetch(`${world.n8n.baseUrl}/${url}`)));
		expect(answers.map(({ status }) => status)).toEqual(urls.map(() => 200));
		expect(answers.every(({ headers }) => headers.get('content-type')?.includes('svg'))).toBe(true);
	});

	it('brings its credential', async () => {
		const response = await fetch(`${world.n8n.baseUrl}/types/credentials.json`, {
			headers: await sessionOf(),
		});
		const credentials: Json[] = JSON.parse(await response.text());

		expect(credentials.filter(({ name }) => name === world.scripts.CREDENTIAL_TYPE)).toMatchObject([
			{ displayName: expect.stringMatching(/Gemini/) },
		]);
	});

	it('has a template that knows no other types than n8n has, and asks for no credential but that of Gemini', async () => {
		const types = await api.listNodeTypes();
		for (const node of readTemplate().nodes.filter((each: Json) => each.disabled !== true)) {
			const type = types.find(
				({ name, version }) => name === node.type && [version].flat().includes(node.typeVersion),
			);
			expect(`${node.type} ${node.typeVersion} is ${type ? 'known' : 'missing'}`).toContain('known');
			const names = (type?.credentials ?? [])
				.filter((each: Json) => isAsked(each, node, type))
				.map(({ name }: Json) => name);
			expect(names).toEqual(names.length === 0 ? [] : [world.scripts.CREDENTIAL_TYPE]);
		}
	});

	it('has a template that n8n imports as it is and publishes once a credential is chosen', async () => {
		const template = readTemplate();
		const asShipped = await api.importWorkflow(template);
		expect((await api.getWorkflow(asShipped.id)).nodes).toHaveLength(template.nodes.length);

		const flow = await importFlow('publishing');
		await flow.n8n.api.publish(flow.workflow as { id: string });
		expect((await api.getWorkflow(flow.workflow.id)).active).toBe(true);
	});
});

/** Whether the node as it is asks for the credential. */
function isAsked(credential: Json, node: Json, type: Json | undefined): boolean {
	return Object.entries<unknown[]>(credential.displayOptions?.show ?? {}).every(([name, values]) => {
		const otherwise = type?.properties.find((property: Json) => property.name === name)?.default;
		return values.includes(node.parameters[name] ?? otherwise);
	});
}

async function sessionOf(): Promise<Record<string, string>> {
	const response = await fetch(`${world.n8n.baseUrl}/rest/login`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', 'browser-id': 'types' },
		body: JSON.stringify({ emailOrLdapLoginId: world.owner.email, password: world.owner.password }),
	});
	const cookie = response.headers.getSetCookie().map((value) => value.split(';')[0]);
	return { cookie: cookie.join('; '), 'browser-id': 'types' };
}
