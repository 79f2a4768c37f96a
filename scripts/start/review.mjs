/** The review page of an execution that waits at a Human Gate: where it is, and how the demo answers it. */
import { PlainError } from '../lib/plainError.mjs';
import { PACKAGE_NAME } from '../n8nInstance.mjs';

/** @typedef {Record<string, any>} Json */

/**
 * The page's address, as n8n gives it to whoever may open the editor.
 * @param {Json} execution @param {Json} workflow @param {string} baseUrl
 * @returns {string | undefined}
 */
export function reviewLink(execution, workflow, baseUrl) {
	const waiting = execution.data?.resultData?.lastNodeExecuted;
	const gate = workflow.nodes.find(
		(/** @type {Json} */ node) => node.type === `${PACKAGE_NAME}.humanGate` && node.name === waiting,
	);
	const token = execution.data?.resumeToken;
	if (execution.status !== 'waiting' || !gate || !token) return undefined;
	return `${baseUrl}/webhook-waiting/${execution.id}?signature=${token}/${gate.id}`;
}

/**
 * Opens the page and approves everything on it, as a browser without JavaScript would.
 * @param {string} link @param {string} reviewer
 */
export async function approveAll(link, reviewer) {
	const page = await fetch(link);
	const form = formOf(await page.text());
	if (!page.ok || form.size === 0) throw new PlainError(`The review page answered ${page.status}.`);
	for (const name of [...form.keys()]) if (/^i\d+$/.test(name)) form.set(`d${name.slice(1)}`, 'approve');
	form.set('reviewer', reviewer);
	form.set('send', 'all');
	const answer = await fetch(link, { method: 'POST', body: new URLSearchParams([...form]) });
	if (!answer.ok)
		throw new PlainError(`The review page did not take the decisions: it answered ${answer.status}.`);
}

/** What the page's form sends whatever is chosen. @param {string} html @returns {Map<string, string>} */
function formOf(html) {
	const hidden = html.matchAll(/<input type=hidden name="?([^" >]+)"? value=(?:"([^"]*)"|([^" >]*))>/g);
	return new Map([...hidden].map(([, name = '', quoted, bare = '']) => [name, quoted ?? bare]));
}
