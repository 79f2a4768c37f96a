/** A real MCP client: the one of the SDK that comes with n8n. */
const { createRequire } = require('node:module');
const { join } = require('node:path');

/**
 * @param {string} n8nDir @param {string} url @param {string} token
 * @returns {Promise<object>} Connected; to be closed by whoever asked for it.
 */
exports.connectMcp = async (n8nDir, url, token) => {
	const load = createRequire(join(n8nDir, 'node_modules', 'n8n', 'package.json'));
	const { Client } = load('@modelcontextprotocol/sdk/client/index.js');
	const { StreamableHTTPClientTransport } = load('@modelcontextprotocol/sdk/client/streamableHttp.js');
	const client = new Client({ name: 'greenlight-tests', version: '1.0.0' });
	const headers = { authorization: `Bearer ${token}` };
	await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
	return client;
};
