/** Steps of made-up workflows, for the proofs and the benches. */

/** @typedef {Record<string, any>} Json */

/** @param {string} name @param {string} type @param {Json} parameters @param {Json} [more] @returns {Json} */
export const node = (name, type, parameters, more = {}) => ({
	id: name,
	name,
	type,
	typeVersion: 1,
	position: [0, 0],
	parameters,
	...more,
});

/** A wire to a step. @param {string} target */
export const to = (target) => [{ node: target, type: 'main', index: 0 }];

/** Called by a webhook at `path`. @param {string} path @param {Json} [more] Of its parameters. */
export const calledAt = (path, more = {}) =>
	node(
		'Called',
		'n8n-nodes-base.webhook',
		{ path, httpMethod: 'POST', ...more },
		{ typeVersion: 2, webhookId: path },
	);

/** A run begins. @param {string} brief */
export const beginRun = (brief) =>
	node('Begin', 'n8n-nodes-greenlight.sharedStateStore', { resource: 'run', operation: 'start', brief });
