/** Puts the credential and the templates into n8n. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlainError } from '../lib/plainError.mjs';
import { REPOSITORY } from '../lib/processes.mjs';
import { N8nApiError } from '../n8nApi.mjs';

/** @typedef {import('../n8nApi.mjs').N8nApi} N8nApi */
/** @typedef {import('./home.mjs').Home} Home */
/** @typedef {Record<string, any>} Json */

export const CREDENTIAL_TYPE = 'greenlightGeminiApi';
/** n8n's own, for the chat model of its AI Agent. */
export const CHAT_CREDENTIAL_TYPE = 'googlePalmApi';
/** The name says who answers, also to somebody who sees only the editor. */
const nameOf = (/** @type {string} */ apiKey) =>
	apiKey === STAND_IN_KEY ? 'Offline stand-in (not Gemini)' : 'Gemini';
export const STAND_IN_KEY = 'stand-in';
const TEMPLATES = join(REPOSITORY, 'workflows');

/** @param {N8nApi} api @param {Home} home */
export async function enterAsOwner(api, home) {
	try {
		await api.enter(home.notes.owner);
	} catch (error) {
		if (!(error instanceof N8nApiError) || error.status !== 401) throw error;
		throw new PlainError(
			`n8n in ${home.folder} does not accept the password that was made for it: log in with the one that you chose, or delete that folder to begin anew.`,
		);
	}
}

/**
 * @param {N8nApi} api @param {Home} home @param {{ apiKey: string, baseUrl: string }} connection
 * @returns {Promise<{ id: string, name: string }>}
 */
export async function provideCredential(api, home, { apiKey, baseUrl }) {
	const credential = {
		name: nameOf(apiKey),
		type: CREDENTIAL_TYPE,
		data: { access: 'apiKey', apiKey, baseUrl, apiVersion: 'v1' },
	};
	const known = (await api.listCredentials()).find(({ id }) => id === home.notes.credentialId);
	const { id } = known
		? await api.updateCredential(known.id, credential)
		: await api.createCredential(credential);
	home.notes.credentialId = id;
	await home.save();
	return { id, name: nameOf(apiKey) };
}

/**
 * Imports every template that is not there yet. One that its owner changed stays as it is; one that a new version of the
 * package changed, and nobody else, is brought up to date.
 * @param {N8nApi} api @param {Home} home @param {{ id: string, name: string }} credential
 * @returns {Promise<Map<string, Json>>} Workflows as n8n has them, by file name without `.json`.
 */
export async function importTemplates(api, home, credential, say) {
	const files = (await readdir(TEMPLATES)).filter((file) => file.endsWith('.json')).sort();
	const needsCredential = await typesWithCredential(api);
	const workflows = new Map();
	for (const file of files) {
		const text = await readFile(join(TEMPLATES, file), 'utf8');
		const template = withCredential(JSON.parse(text), needsCredential, credential);
		workflows.set(
			file.replace(/\.json$/, ''),
			await importTemplate(api, home, file, template, hashOf(text), say),
		);
	}
	await home.save();
	return workflows;
}

/**
 * @param {N8nApi} api @param {Pick<Home, 'notes'>} home @param {string} file @param {Json} template @param {string} hash
 * @param {(line: string) => void} say @returns {Promise<Json>}
 */
export async function importTemplate(api, home, file, template, hash, say) {
	const noted = home.notes.workflows[file];
	const present = noted && (await api.getWorkflow(noted.id).catch(() => undefined));
	if (present && !present.isArchived) {
		if (noted.hash === hash) return present;
		if (present.versionId !== noted.versionId) {
			say(keptOf(present.name));
			return present;
		}
		const { nodes, connections, settings } = template;
		const updated = await api.updateWorkflow(noted.id, {
			nodes,
			connections,
			settings,
			versionId: present.versionId,
		});
		home.notes.workflows[file] = { id: updated.id, hash, versionId: updated.versionId };
		return updated;
	}
	const imported = await api.importWorkflow(template);
	home.notes.workflows[file] = { id: imported.id, hash, versionId: imported.versionId };
	return imported;
}

/** @param {string} name */
const keptOf = (name) =>
	`You changed '${name}' in n8n, so it was kept as it is. The package has a newer one: to get it, archive yours in n8n and start again.`;

/** @param {N8nApi} api @returns {Promise<Set<string>>} */
async function typesWithCredential(api) {
	const types = await api.listNodeTypes();
	return new Set(
		types
			.filter(({ credentials }) =>
				credentials?.some((/** @type {Json} */ { name }) => name === CREDENTIAL_TYPE),
			)
			.map(({ name }) => name),
	);
}

/** @param {Json} workflow @param {Set<string>} types @param {{ id: string, name: string }} credential @param {string} [type] @returns {Json} */
export function withCredential(workflow, types, { id, name }, type = CREDENTIAL_TYPE) {
	const nodes = workflow.nodes.map((/** @type {Json} */ node) =>
		types.has(node.type) ? { ...node, credentials: { ...node.credentials, [type]: { id, name } } } : node,
	);
	return { ...workflow, nodes };
}

/** @param {string} text */
function hashOf(text) {
	return createHash('sha256').update(text).digest('hex');
}
