/** Preloaded into n8n: notes when this package's nodes are loaded, and when its code asks for a large library. */
const { appendFileSync } = require('node:fs');
const Module = require('node:module');

const log = process.env.GREENLIGHT_E2E_LOAD_LOG;
const original = Module._load;
const OURS = 'n8n-nodes-greenlight';

if (log) {
	Module._load = function (request, parent, ...rest) {
		const isLibrary = parent?.filename?.includes(OURS) && /^(@google\/genai|zod)(\/|$)/.test(request);
		const isNode = request.includes(OURS) && request.endsWith('.node.js');
		if (isLibrary) appendFileSync(log, `library ${request}\n`);
		if (isNode) appendFileSync(log, `node ${request}\n`);
		return original.call(this, request, parent, ...rest);
	};
}
