/** What the editor calls for the state store: the list of runs and the Test button of the credential. */
import {
	NodeError,
	NodeOperationError,
	type ICredentialTestFunctions,
	type ICredentialsDecrypted,
	type ILoadOptionsFunctions,
	type INodeCredentialTestResult,
	type INodeListSearchResult,
} from 'n8n-workflow';
import { asPipelineError } from './toNodeError';

const RUNS_AT_ONCE = 50;

/** The runs of the node's store, newest first. When each began stands in front: that is what differs, and long names are cut off. Failing to load them is an error, never an empty list. */
export async function searchRuns(
	this: ILoadOptionsFunctions,
	filter = '',
	paginationToken = '0',
): Promise<INodeListSearchResult> {
	const { openStoreOf } = await import('./store');
	try {
		const store = await openStoreOf(this);
		const [from, to] = [Number(paginationToken), Number(paginationToken) + RUNS_AT_ONCE];
		const runs = await store.listRuns({ search: filter.trim(), limit: to + 1 });
		return {
			results: runs.slice(from, to).map(({ runId, title, status, createdAt }) => ({
				name: `${dateOf(createdAt, this.getTimezone())}: ${title} (${status})`,
				value: runId,
			})),
			...(runs.length > to ? { paginationToken: String(to) } : {}),
		};
	} catch (error) {
		if (error instanceof NodeError) throw error;
		const { message, hint } = asPipelineError(error);
		throw new NodeOperationError(this.getNode(), message, { description: hint });
	}
}

/** As "22 Nov 2026, 14:05", in the time zone of the workflow. */
function dateOf(iso: string, timeZone: string): string {
	return new Date(iso).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone });
}

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
