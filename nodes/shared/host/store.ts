import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	ILoadOptionsFunctions,
	IWebhookFunctions,
} from 'n8n-workflow';
import { PipelineError } from '../errors';
import { hashOf, openStateStore, type PostgresOptions, type StateStore } from '../state';
import { processFacts } from './processFacts';

/** Names this process in step records, so that its own work in flight is told from that of a process that died. */
export const PROCESS_ID = randomUUID();

export const STORE_CREDENTIAL = 'greenlightStateStore';

const OLDEST_NODE = 24;

/** How often a process says that it lives and uses a store. */
const HEARD_EVERY_MS = 20_000;

type Place = { path: string } | PostgresOptions;

const stores = new Map<string, Promise<StateStore>>();
const beats = new Set<NodeJS.Timeout>();

/** The state file of this n8n: `<n8n folder>/greenlight/state.sqlite`. */
export function stateFilePath(environment: NodeJS.ProcessEnv = process.env): string {
	return resolve(join(environment.N8N_USER_FOLDER ?? homedir(), '.n8n', 'greenlight', 'state.sqlite'));
}

/** Where the state of a node call is, for people: without user and password, and also where it cannot be opened. */
export async function placeOf(context: IExecuteFunctions): Promise<string> {
	try {
		if (context.getNodeParameter('keepStateIn', 0, 'n8n') !== 'credential') return placeName(placeOfN8n());
		return placeName(toPostgres(await context.getCredentials(STORE_CREDENTIAL)));
	} catch {
		return 'a place that is not known';
	}
}

/** The store of a node call, or of a list in the editor: its credential's database if it names one, else the store of this n8n. */
export async function openStoreOf(context: IExecuteFunctions | ILoadOptionsFunctions): Promise<StateStore> {
	return openChosen(context, context.getNodeParameter('keepStateIn', 0, 'n8n'));
}

/** The same for a node that answers a request: there a parameter has no item. */
export async function openStoreOfWebhook(context: IWebhookFunctions): Promise<StateStore> {
	return openChosen(context, context.getNodeParameter('keepStateIn', 'n8n'));
}

async function openChosen(
	context: Pick<IExecuteFunctions, 'getCredentials'>,
	keepStateIn: unknown,
): Promise<StateStore> {
	if (keepStateIn !== 'credential') return openStore();
	return openPlace(toPostgres(await context.getCredentials(STORE_CREDENTIAL)));
}

/**
 * The store of this n8n, opened once for the process: the database of GREENLIGHT_DATABASE_URL, else the embedded file. In
 * queue mode several processes work on one run, perhaps on several machines, so an embedded file is refused with
 * `store_refused` unless the administrator states that they share a disk.
 */
export function openStore(environment: NodeJS.ProcessEnv = process.env): Promise<StateStore> {
	const place = placeOfN8n(environment);
	if ('server' in place) {
		if (!/^postgres(ql)?:\/\//.test(String(place.server))) {
			throw new PipelineError('store_refused', 'GREENLIGHT_DATABASE_URL does not begin with postgres://.', {
				hint: 'Set it to postgres://user:password@host:5432/database, or remove it to use the embedded file.',
			});
		}
		return openPlace(place);
	}
	if (environment.EXECUTIONS_MODE === 'queue' && environment.GREENLIGHT_SHARED_DISK !== 'true') {
		throw new PipelineError(
			'store_refused',
			'This n8n runs in queue mode, where the embedded state file works only if all its processes share one disk.',
			{
				hint: 'Set GREENLIGHT_DATABASE_URL to a PostgreSQL database for all processes. If they do share one disk, set GREENLIGHT_SHARED_DISK=true instead.',
			},
		);
	}
	return openPlace(place);
}

function placeOfN8n(environment: NodeJS.ProcessEnv = process.env): Place {
	const url = (environment.GREENLIGHT_DATABASE_URL ?? '').trim();
	return url === '' ? { path: stateFilePath(environment) } : { server: url };
}

/** Tries the database of a credential and lets go of it again. */
export async function tryStore(credential: ICredentialDataDecryptedObject): Promise<number> {
	const store = await openStateStore({ ...toPostgres(credential), clock: () => Date.now(), newId: () => '' });
	try {
		return (await store.listRuns({ limit: 1000 })).length;
	} finally {
		await store.close();
	}
}

/** Closes what this process has open. The next use opens it again. */
export async function closeStores(): Promise<void> {
	const open = [...stores.values()];
	stores.clear();
	for (const beat of beats) clearInterval(beat);
	beats.clear();
	await Promise.all(open.map(async (store) => (await store).close()));
}

/** n8n before 2.39 runs on older Node.js versions, and on none of them does all of this work. */
export function refuseOldNode(version = process.versions.node): void {
	if (Number(version.split('.')[0]) >= OLDEST_NODE) return;
	throw new PipelineError(
		'unsupported_n8n',
		`This n8n runs on Node.js ${version}; Greenlight needs ${OLDEST_NODE}.`,
	);
}

function openPlace(place: Place): Promise<StateStore> {
	refuseOldNode();
	const name = hashOf(place);
	const open = stores.get(name);
	if (open !== undefined) return open;
	const opening = openStateStore({
		...place,
		clock: () => Date.now(),
		newId: () => randomUUID().slice(0, 13),
	}).then(async (store) => {
		await keepNoted(store, placeName(place));
		return store;
	});
	stores.set(name, opening);
	opening.catch(() => stores.delete(name));
	return opening;
}

/**
 * Puts down in the store that this process uses it, now and again and again: so the check of the set-up sees which processes do. It
 * never stops work: what the store cannot take, the step's own write says.
 */
async function keepNoted(store: StateStore, place: string): Promise<void> {
	const note = (): Promise<void> => store.noteProcess(PROCESS_ID, processFacts(place)).catch(() => undefined);
	await note();
	const beat = setInterval(() => void note(), HEARD_EVERY_MS);
	beat.unref();
	beats.add(beat);
}

/** Where the state is, for people: without user and password. */
function placeName(place: Place): string {
	if ('path' in place) return `the file ${place.path}`;
	const { server } = place;
	const { host, port, database } = typeof server === 'string' ? partsOf(server) : server;
	return `PostgreSQL ${host}:${port}/${database}`;
}

function partsOf(address: string): { host: string; port: string; database: string } {
	if (!URL.canParse(address)) return { host: '?', port: '?', database: '?' };
	const { hostname, port, pathname } = new URL(address);
	return { host: hostname, port: port || '5432', database: pathname.slice(1) };
}

function toPostgres(credential: ICredentialDataDecryptedObject): PostgresOptions {
	const text = (name: string): string => String(credential[name] ?? '').trim();
	const host = text('host');
	const port = Number(credential.port ?? 5432);
	if (host === '' || /[\s/@]/.test(host)) {
		// What was typed may be a whole address with its password, so it is not said.
		throw new PipelineError('input_refused', "'Host' should be a server's name or address alone.", {
			hint: "Put user, password, port and database into their own fields, and into 'Host' only what stands between @ and the port.",
		});
	}
	if (!Number.isInteger(port) || port < 1 || port > 65_535) {
		throw new PipelineError(
			'input_refused',
			`'Port' should be a number from 1 to 65535, not ${String(port)}.`,
		);
	}
	const tls = (['on', 'unchecked'] as const).find((choice) => choice === credential.tls) ?? 'off';
	const password = String(credential.password ?? '');
	return { server: { host, port, database: text('database'), user: text('user'), password, tls } };
}
