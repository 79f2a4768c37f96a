/** Asks a gate that waits for its page and answers it, as n8n does with a request that comes to a waiting execution. */
import type { IRunExecutionData, IWebhookResponseData, Workflow } from 'n8n-workflow';
import { ranOf, type Ran } from './engine';

export interface GateResponse {
	status: number;
	headers: Record<string, string>;
	body: string;
	bytes: Buffer;
	/** The execution after the answer, where the answer let it go on. */
	resumed: Ran | undefined;
}

export interface GateCall {
	method?: 'GET' | 'POST';
	query?: Record<string, string>;
	headers?: Record<string, string>;
	/** The fields of the form. */
	form?: Record<string, string>;
}

/** `ran` is an execution that waits at the gate; it is left as it is, so that several may answer it. */
export async function callGate(ran: Ran, gate: string, call: GateCall = {}): Promise<GateResponse> {
	const { WebhookContext, WorkflowExecute } = await import('n8n-core');
	const { workflow, additionalData, mode } = ran.engine;
	const data = waitingData(ran);
	const node = required(workflow.getNode(gate));
	const { response, sent } = recorder();
	const rawBody = Buffer.from(new URLSearchParams(call.form).toString());
	const request = {
		method: call.method ?? (call.form === undefined ? 'GET' : 'POST'),
		headers: { 'content-type': 'application/x-www-form-urlencoded', ...call.headers },
		query: call.query ?? {},
		body: { ...call.form },
		rawBody,
	};
	const context = new WebhookContext(
		workflow,
		node,
		{ ...additionalData, httpRequest: request, httpResponse: response } as never,
		mode,
		{} as never,
		[],
		data,
	);
	const type = workflow.nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
	const answer = await required(type.webhook).call(context as never);
	const resumed = await resume(answer);
	if (typeof answer.webhookResponse === 'string') sent.body = Buffer.from(answer.webhookResponse);
	return {
		status: sent.status,
		headers: sent.headers,
		body: sent.body.toString(),
		bytes: sent.body,
		resumed,
	};

	async function resume({ workflowData }: IWebhookResponseData): Promise<Ran | undefined> {
		if (workflowData === undefined) return undefined;
		const entry = required(data.executionData?.nodeExecutionStack[0]);
		entry.data.main = workflowData as never;
		entry.metadata = { forwardAllOutputs: true } as never;
		const run = await new WorkflowExecute(additionalData, mode, data).processRunExecutionData(
			workflow as Workflow,
		);
		return ranOf(run, ran.engine);
	}
}

/** The form as a browser fills it in: what the page hides in it, a reviewer, and the choices. */
export async function fillForm(
	ran: Ran,
	gate: string,
	choices: Record<string, string>,
): Promise<Record<string, string>> {
	const { body } = await callGate(ran, gate);
	const hidden = [...body.matchAll(/<input type=hidden name="?([^" >]+)"? value=(?:"([^"]*)"|([^" >]*))>/g)];
	return {
		...Object.fromEntries(hidden.map(([, name = '', quoted, bare = '']) => [name, quoted ?? bare])),
		reviewer: 'Maya',
		send: 'all',
		...choices,
	};
}

/** Lets the time of a wait run out: n8n gives the step's input out by its first output. */
export async function timeOut(ran: Ran): Promise<Ran> {
	const { WorkflowExecute } = await import('n8n-core');
	const { workflow, additionalData, mode } = ran.engine;
	const run = await new WorkflowExecute(additionalData, mode, waitingData(ran)).processRunExecutionData(
		workflow,
	);
	return ranOf(run, ran.engine);
}

/** As it comes back from n8n's database; the step that waits is switched off and its last pass is taken away. */
function waitingData(ran: Ran): IRunExecutionData {
	const data: IRunExecutionData = JSON.parse(JSON.stringify(ran.run.data));
	const entry = required(data.executionData?.nodeExecutionStack[0]);
	entry.node.disabled = true;
	delete (data as { waitTill?: unknown }).waitTill;
	data.resultData.runData[entry.node.name]?.pop();
	return data;
}

/** What a step sends through n8n's response. */
export function recorder() {
	const sent = { status: 200, headers: {} as Record<string, string>, body: Buffer.alloc(0) };
	const end = (body: string | Uint8Array = ''): void => {
		sent.body = Buffer.from(body as Uint8Array);
	};
	const response = {
		setHeader(name: string, value: unknown) {
			sent.headers[name.toLowerCase()] = String(value);
			return response;
		},
		status(code: number) {
			sent.status = code;
			return response;
		},
		send: end,
		end,
	};
	return { response, sent };
}

function required<T>(value: T | null | undefined): T {
	if (value === undefined || value === null) throw new Error('The execution does not wait at this gate.');
	return value;
}
