/** What the editor calls for the state store's credential: its Test button. */
import type {
	ICredentialTestFunctions,
	ICredentialsDecrypted,
	INodeCredentialTestResult,
} from 'n8n-workflow';
import { asPipelineError } from './toNodeError';

/** Connects, brings the tables up to date and counts the runs. */
export async function testGreenlightStateStore(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { tryStore } = await import('./store');
	try {
		const runs = await tryStore({ ...credential.data });
		return {
			status: 'OK',
			message: `It works: the store has ${runs === 0 ? 'no run yet' : `${runs} runs`}.`,
		};
	} catch (error) {
		const { message, hint } = asPipelineError(error);
		return { status: 'Error', message: `${message} ${hint}` };
	}
}
