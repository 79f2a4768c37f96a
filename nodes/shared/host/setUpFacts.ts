/** What the check of the set-up can find out from inside n8n. Nothing here judges, and nothing fails: what cannot be known is missing. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { IExecuteFunctions } from 'n8n-workflow';
import type { Failure } from '../errors';
import type { ModelKind } from '../model';
import type { ProcessFacts, SeenProcess, StateStore } from '../state';
import { connectionOf } from './gemini';
import { placeOf, PROCESS_ID, stateFilePath } from './store';
import { processFacts } from './processFacts';
import { asPipelineError } from './toNodeError';

const TIMEOUT_MS = 15_000;
const API_VERSIONS = { v1: 'V1', v1beta: 'V1 Beta' } as const;
const KINDS: readonly ModelKind[] = ['text', 'pictures'];

/** This process, and the others that the store has heard of. That it writes itself down shows whether the store takes anything. */
export async function storeFacts(
	context: IExecuteFunctions,
	open: () => Promise<StateStore>,
): Promise<{
	own: ProcessFacts;
	store: { works: true } | { works: false; failure: Failure };
	processes: SeenProcess[] | undefined;
	opened: StateStore | undefined;
}> {
	const own = processFacts(await placeOf(context));
	let opened: StateStore | undefined;
	try {
		opened = await open();
		await opened.noteProcess(PROCESS_ID, own);
		const processes = (await opened.listProcesses()).filter((each) => !isGone(each, own));
		return { own, store: { works: true }, processes, opened };
	} catch (error) {
		const failure = asPipelineError(error).toFailure();
		return { own, store: { works: false, failure }, processes: undefined, opened };
	}
}

/** A process of this machine that has ended, such as n8n before its restart. Of other machines it is known only later. */
export function isGone(seen: SeenProcess, own: ProcessFacts): boolean {
	if (seen.host !== own.host) return false;
	if (seen.pid === own.pid) return seen.processId !== PROCESS_ID;
	try {
		process.kill(seen.pid, 0);
		return false;
	} catch (error) {
		return Object(error).code === 'ESRCH';
	}
}

/** Bytes that are free where n8n keeps its files, the state file's folder among them: whichever has less. */
export async function freeBytes(): Promise<number | undefined> {
	const folder = dirname(stateFilePath());
	const disks = await Promise.all(
		[folder, dirname(folder)].map((each) => statfs(each).catch(() => undefined)),
	);
	const free = disks.flatMap((disk) => (disk === undefined ? [] : [disk.bavail * disk.bsize]));
	return free.length === 0 ? undefined : Math.min(...free);
}

/** n8n's address of this execution, as it would be if it waited. n8n says there that it runs, and nothing happens. */
export function ownAddress(context: IExecuteFunctions, itemIndex: number): string {
	return String(context.evaluateExpression('{{ $execution.resumeUrl }}', itemIndex) ?? '');
}

/** Opens an address as a browser does; a text in place of the reply says why nothing came back. */
export async function openAddress(
	context: IExecuteFunctions,
	url: string,
): Promise<{ status: number; headers: Record<string, unknown>; body: unknown } | string> {
	try {
		const { statusCode, headers, body } = await context.helpers.httpRequest({
			method: 'GET',
			url,
			timeout: TIMEOUT_MS,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		});
		return { status: statusCode, headers, body };
	} catch (error) {
		// The message may hold the address with its signature.
		const { code, cause } = Object(error);
		const found: unknown = code ?? Object(cause).code;
		return typeof found === 'string' && /^[A-Z_]+$/.test(found) ? found : 'no answer';
	}
}

/** Whether the credential works and has the model; asks only for lists, which cost nothing. */
export async function geminiFacts(context: IExecuteFunctions, itemIndex: number) {
	if (context.getNodeParameter('authentication', itemIndex, 'none') === 'none')
		return { kind: 'notAsked' } as const;
	const { bareModelName, openGemini } = await import('../model');
	const typed = String(context.getNodeParameter('model', itemIndex, '', { extractValue: true }));
	const model = bareModelName(typed);
	try {
		const connection = await connectionOf(context, itemIndex);
		const isListed = async (apiVersion: keyof typeof API_VERSIONS): Promise<boolean> => {
			const client = await openGemini({ ...connection, apiVersion });
			for (const kind of KINDS)
				if ((await client.listModels({ kind })).some(({ id }) => id === model)) return true;
			return false;
		};
		const { apiVersion } = connection;
		const other = apiVersion === 'v1' ? 'v1beta' : 'v1';
		const isThere = await isListed(apiVersion);
		const isElsewhere = isThere ? undefined : await isListed(other).catch(() => false);
		return {
			kind: 'listed',
			model,
			apiVersion: API_VERSIONS[apiVersion],
			isListed: isThere,
			other:
				isElsewhere === undefined ? undefined : { apiVersion: API_VERSIONS[other], isListed: isElsewhere },
		} as const;
	} catch (error) {
		return { kind: 'refused', failure: asPipelineError(error).toFailure() } as const;
	}
}

/** Whether n8n saves the progress of this workflow's executions: by its own setting, else by that of this n8n. */
export function savesProgress(context: IExecuteFunctions): boolean | undefined {
	const offered: Partial<Pick<IExecuteFunctions, 'getWorkflowSettings'>> = context;
	const chosen = offered.getWorkflowSettings?.call(context)?.saveExecutionProgress;
	if (typeof chosen === 'boolean') return chosen;
	if (offered.getWorkflowSettings === undefined) return undefined;
	return process.env.EXECUTIONS_DATA_SAVE_ON_PROGRESS?.trim().toLowerCase() === 'true';
}
