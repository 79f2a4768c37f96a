/** A client of n8n's MCP Server Trigger: the protocol's own SDK, as n8n ships it. */
import { world, type Json } from './world';

export interface McpTools {
	listTools(): Promise<Array<{ name: string; description?: string }>>;
	/** What the tool answered, as text. */
	call(name: string, input?: Json): Promise<string>;
	close(): Promise<void>;
}

/** The status that the server answers to a first request without any login. */
export async function initializeStatus(url: string): Promise<number> {
	const { status } = await fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
		body: JSON.stringify({
			jsonrpc: '2.0',
			id: 1,
			method: 'initialize',
			params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
		}),
	});
	return status;
}

export async function connectMcp(url: string, token: string): Promise<McpTools> {
	const { Client, StreamableHTTPClientTransport } = await world.loadMcp();
	const client = new Client({ name: 'greenlight-test', version: '1.0.0' });
	const headers = { Authorization: `Bearer ${token}` };
	await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
	return {
		listTools: async () => (await client.listTools()).tools,
		call: async (name, input = {}) => JSON.stringify(await client.callTool({ name, arguments: input })),
		close: () => client.close(),
	};
}
