/** What this process of n8n is, for the check of the set-up. n8n tells a node nothing of it: it is read from how it was started. */
import { readFileSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { ProcessFacts } from '../state';

/** `place`: where it keeps its state, without user and password. */
export function processFacts(
	place: string,
	environment: NodeJS.ProcessEnv = process.env,
	started: readonly string[] = process.argv,
): ProcessFacts {
	const [, program = '', command = ''] = started;
	const unverified = environment.N8N_UNVERIFIED_PACKAGES_ENABLED?.trim().toLowerCase() ?? '';
	return {
		role: (['worker', 'webhook'] as const).find((role) => role === command) ?? 'main',
		host: hostname(),
		pid: process.pid,
		node: process.versions.node,
		n8n: versionOf('n8n', program),
		greenlight: versionOf('n8n-nodes-greenlight', __filename),
		queueMode: environment.EXECUTIONS_MODE === 'queue',
		state: place,
		address: webAddress(environment),
		unverifiedPackages: unverified === '' ? null : unverified === 'true' || unverified === '1',
	};
}

/** Where the administrator says that the world reaches n8n, in the order in which n8n looks; empty when nobody said. */
export function webAddress(environment: NodeJS.ProcessEnv = process.env): string {
	const given = [environment.N8N_WEBHOOK_URL, environment.WEBHOOK_URL].map(
		(value) => value?.replace(/^"+|"+$/g, '').trim() ?? '',
	);
	const address = given.find((value) => value !== '') ?? '';
	// As n8n does; so two that differ by it are the same.
	return address === '' || address.endsWith('/') ? address : `${address}/`;
}

/** The version of the package of that name to which the file belongs; null when it belongs to another. */
function versionOf(name: string, file: string): string | null {
	try {
		for (let folder = dirname(realpathSync(file)); folder !== dirname(folder); folder = dirname(folder)) {
			const manifest = readManifest(join(folder, 'package.json'));
			if (manifest?.name === name) return String(manifest.version);
		}
	} catch {
		// n8n was started in a way that names no file.
	}
	return null;
}

function readManifest(path: string): { name?: unknown; version?: unknown } | undefined {
	try {
		return Object(JSON.parse(readFileSync(path, 'utf8')));
	} catch {
		return undefined;
	}
}
