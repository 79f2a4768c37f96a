/** Asks a Status Page step for a link, as n8n does with a request that comes to a published workflow. */
import type { IDataObject, Workflow } from 'n8n-workflow';
import { greenlightTypes } from './engine';
import { recorder } from './gate';

const TYPE = 'n8n-nodes-greenlight.statusPage';

export interface StatusAnswer {
	status: number;
	headers: Record<string, string>;
	body: string;
	bytes: Buffer;
	/** What n8n was told to do: never to start an execution. */
	told: unknown;
}

export async function openStatus(
	link: string,
	{ parameters = {}, waitingUrl }: { parameters?: IDataObject; waitingUrl?: string } = {},
): Promise<StatusAnswer> {
	const { WebhookContext } = await import('n8n-core');
	const { Workflow: EngineWorkflow } = await import('n8n-workflow');
	const type = greenlightTypes()[TYPE];
	const workflow: Workflow = new EngineWorkflow({
		id: 'w7',
		name: 'Inbox',
		nodes: [{ id: 's', name: 'Status', type: TYPE, typeVersion: 1, position: [0, 0], parameters } as never],
		connections: {},
		active: true,
		settings: {},
		nodeTypes: {
			getByName: () => type,
			getByNameAndVersion: () => type,
			getKnownTypes: () => ({}),
		} as never,
	});
	const { response, sent } = recorder();
	const query: Record<string, unknown> = {};
	const { searchParams } = new URL(link);
	for (const name of new Set(searchParams.keys())) {
		const values = searchParams.getAll(name);
		query[name] = values.length > 1 ? values : values[0];
	}
	const context = new WebhookContext(
		workflow,
		workflow.getNode('Status') as never,
		{
			webhookWaitingBaseUrl: waitingUrl ?? 'http://n8n.test/webhook-waiting',
			httpRequest: { method: 'GET', headers: {}, query },
			httpResponse: response,
		} as never,
		'webhook',
		{} as never,
		[],
		undefined as never,
	);
	const told = await type?.webhook?.call(context as never);
	return {
		status: sent.status,
		headers: sent.headers,
		body: sent.body.toString(),
		bytes: sent.body,
		told,
	};
}
