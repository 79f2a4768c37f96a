/** What the editor calls for the Gemini fields: the model list and the Test button of the credential. */
import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	ILoadOptionsFunctions,
	INodeCredentialTestResult,
	INodeListSearchResult,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import type { ModelKind } from '../model';
import { asPipelineError } from './toNodeError';
import { connectionOf, toConnection } from './gemini';

/** The models that can write text, by name. Failing to load them is an error, never an empty list. */
export async function searchModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	return search(this, 'text', filter);
}

/** The same of the models that draw. */
export async function searchImageModels(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	return search(this, 'pictures', filter);
}

async function search(
	context: ILoadOptionsFunctions,
	kind: ModelKind,
	filter = '',
): Promise<INodeListSearchResult> {
	const { openGemini } = await import('../model');
	try {
		const client = await openGemini(await connectionOf(context));
		const wanted = filter.toLowerCase();
		const models = (await client.listModels({ kind })).filter(
			({ id, name }) => id.toLowerCase().includes(wanted) || name.toLowerCase().includes(wanted),
		);
		return { results: models.map(({ id, name }) => ({ name: `${name} (${id})`, value: id })) };
	} catch (error) {
		const { message, hint } = asPipelineError(error);
		throw new NodeOperationError(context.getNode(), message, { description: hint });
	}
}

/** Asks for the model list, which costs nothing. */
export async function testGreenlightGemini(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { openGemini } = await import('../model');
	try {
		const client = await openGemini(toConnection({ ...credential.data }));
		const models = await client.listModels();
		return { status: 'OK', message: `It works: ${models.length} models can be used.` };
	} catch (error) {
		const { message, hint } = asPipelineError(error);
		return { status: 'Error', message: `${message} ${hint}` };
	}
}
