/** The lists behind Model and Image Model: live, by kind, searchable; an id can be typed in any case. */
import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { GeminiConcept } from '../../nodes/GeminiConcept/GeminiConcept.node';
import { startGeminiServer, type GeminiServer } from '../model/geminiServer';

let server: GeminiServer;
beforeEach(async () => {
	server = await startGeminiServer();
	const names = ['gemini-3.8-flash', 'gemini-4-argon', 'gemini-nano-banana-2.1', 'gemini-omni-1.2-flash'];
	const models = names.map((name) => ({
		name: `models/${name}`,
		displayName: name.toUpperCase(),
		supportedGenerationMethods: ['generateContent'],
	}));
	server.replies.push({ json: { models } });
});
afterEach(() => server.close());

const node = new GeminiConcept();
const context = () =>
	({
		getNode: () => ({ name: 'Draw' }),
		getNodeParameter: () => 'greenlightGeminiApi',
		getCredentials: async () => ({ access: 'apiKey', apiKey: 'k', baseUrl: server.url, apiVersion: 'v1' }),
	}) as unknown as ILoadOptionsFunctions;

it.each([
	['model', undefined, ['gemini-3.8-flash', 'gemini-4-argon']],
	['model', 'ARG', ['gemini-4-argon']],
	['imageModel', undefined, ['gemini-nano-banana-2.1']],
	['imageModel', 'flash', []],
])('%s, searched for %s, lists %j and takes a typed id', async (name, filter, ids) => {
	const field = node.description.properties.find((property) => property.name === name);
	const [list, typed] = field?.modes ?? [];
	const method = list?.typeOptions?.searchListMethod as keyof typeof node.methods.listSearch;
	const { results } = await node.methods.listSearch[method].call(context(), filter);
	expect(results.map(({ value }) => value)).toEqual(ids);
	expect(typed).toMatchObject({ name: 'id', type: 'string' });
});

it('says why, in place of an empty list, when there is none', async () => {
	server.replies.splice(0, 1, {
		status: 403,
		json: { error: { code: 403, message: 'no', status: 'PERMISSION_DENIED' } },
	});
	await expect(node.methods.listSearch.searchImageModels.call(context())).rejects.toMatchObject({
		message: expect.stringContaining('refused the credential'),
		description: expect.stringContaining('paste a key'),
	});
});
