/** Where the runs of this n8n are to be seen and decided: for who starts it again and has lost the links. */
import { PACKAGE_NAME } from '../n8nInstance.mjs';
import { reviewLink } from './review.mjs';

/** @typedef {Record<string, any>} Json */

/** @typedef {{ title: string, review: string | undefined, status: string | undefined }} WaitingRun Addresses of its pages. */

/**
 * The runs that wait for a person, newest first.
 * @param {import('../n8nApi.mjs').N8nApi} api @param {Iterable<Json>} workflows @param {string} baseUrl
 * @returns {Promise<WaitingRun[]>}
 */
export async function waitingRuns(api, workflows, baseUrl) {
	const runs = [];
	for (const workflow of workflows) {
		for (const { id } of await api.listExecutions({ workflowId: workflow.id, status: ['waiting'] })) {
			const execution = await api.getExecution(id);
			const review = reviewLink(execution, workflow, baseUrl);
			if (review) runs.push({ review, ...pagesOf(execution, workflow, baseUrl) });
		}
	}
	return runs;
}

/**
 * The run's name and the address of its status page, as the step that makes it gave them out.
 * @param {Json} execution @param {Json} workflow @param {string} baseUrl
 * @returns {{ title: string, status: string | undefined }}
 */
export function pagesOf(execution, workflow, baseUrl) {
	const step = workflow.nodes.find(
		(/** @type {Json} */ { type, parameters }) =>
			type === `${PACKAGE_NAME}.sharedStateStore` && parameters.operation === 'getStatusLink',
	);
	const tasks = /** @type {Json[]} */ (execution.data?.resultData?.runData?.[step?.name] ?? []);
	const { title = '', statusUrl } = tasks.at(-1)?.data?.main?.[0]?.[0]?.json ?? {};
	if (!statusUrl) return { title, status: undefined };
	// The port may be another one than then.
	const { pathname, search } = new URL(statusUrl);
	return { title, status: `${baseUrl}${pathname}${search}` };
}
