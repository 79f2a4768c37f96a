/** Each failure is put down under its layer: fourteen kinds of faults, each in five places, through the whole pipeline. */
import type { IDataObject, INode } from 'n8n-workflow';
import { LAYERS, type FailureCode, type Layer } from '../../nodes/shared/errors';
import { runWorkflow, useEngine, type EngineOptions, type WorkflowJson } from '../support/engine';
import {
	banned,
	flow,
	gemini,
	keepIf,
	noOp,
	other,
	retryRouter,
	rules,
	start,
	stateStore,
	typesOf,
	validator,
} from '../support/flow';
import { concept, type ScriptedGemini } from '../support/scriptedGemini';
import { spotless, useGemini } from '../support/storyboard';

const PLACES = [0, 1, 2, 3, 4];

interface Fault {
	name: string;
	layer: Layer;
	code: FailureCode;
	/** Makes the flow in which it happens, at one of five places. */
	inject: (model: ScriptedGemini, place: number) => { json: WorkflowJson; options?: EngineOptions };
}

const write = (more: IDataObject = {}) =>
	gemini('Write', { resource: 'concept', operation: 'generate', brief: 'A chase', ...more });
const router = (more: IDataObject = {}) =>
	retryRouter('Router', { attempts: 1, options: { initialWait: 0 }, ...more });

/** Start > Write > … > Check > … > Router. More pieces in later places. */
function line(place: number, before: INode[] = [], after: INode[] = [], ...wires: string[]): WorkflowJson {
	const nodes = [
		start(),
		write({ count: 1 + place }),
		...before,
		validator('Check', rules(banned('spotless'))),
		...after,
		router(),
	];
	return flow(nodes, nodes.map(({ name }) => name).join(' > '), ...wires);
}

/** A fault of the service at the first call of a concept, or of the intent before it. */
const answering =
	(reply: { status: number; body: unknown }): Fault['inject'] =>
	(model, place) => {
		model.script.fail = () => reply;
		const capture = gemini('Capture', { resource: 'intent', operation: 'capture', brief: 'A chase' });
		const captured = [start(), capture, write(), validator('Check', rules(banned('spotless'))), router()];
		return {
			json: place % 2 === 0 ? line(place) : flow(captured, captured.map(({ name }) => name).join(' > ')),
		};
	};
const refusal = (status: number, name: string): { status: number; body: unknown } => ({
	status,
	body: {
		error: {
			code: status,
			message: 'no',
			status: name,
			details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '90s' }],
		},
	},
});
const candidate = (text: string, finishReason = 'STOP') => ({
	status: 200,
	body: {
		candidates: [
			{ content: { parts: text === '' ? [] : [{ text }], role: 'model' }, finishReason, index: 0 },
		],
		usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
		modelVersion: 'gemini-3.8-flash',
	},
});

/** Work is saved by a step whose error goes to the router. */
const saving = (operation: string, parameters: IDataObject, place: number): WorkflowJson =>
	line(
		place,
		[],
		[
			stateStore(
				'Save',
				'state',
				operation,
				{ field: 'brief', value: 'other', ...parameters },
				{ onError: 'continueErrorOutput' },
			),
		],
		'Save:1 > Router/1',
	);

const FAULTS: Fault[] = [
	{
		name: 'too many requests (429)',
		layer: 'capability',
		code: 'rate_limited',
		inject: answering(refusal(429, 'RESOURCE_EXHAUSTED')),
	},
	{
		name: 'overloaded (503)',
		layer: 'capability',
		code: 'service_unavailable',
		inject: answering(refusal(503, 'UNAVAILABLE')),
	},
	{
		name: 'key refused (403)',
		layer: 'capability',
		code: 'auth',
		inject: answering(refusal(403, 'PERMISSION_DENIED')),
	},
	{
		name: 'brief refused by safety rules',
		layer: 'capability',
		code: 'blocked_prompt',
		inject: answering({ status: 200, body: { promptFeedback: { blockReason: 'SAFETY' } } }),
	},
	{
		name: 'answer cut off',
		layer: 'capability',
		code: 'truncated',
		inject: answering(candidate('{"title": "Roof', 'MAX_TOKENS')),
	},
	{ name: 'answer empty', layer: 'capability', code: 'empty_response', inject: answering(candidate('')) },
	{
		name: 'answer is no JSON',
		layer: 'handoff',
		code: 'invalid_json',
		inject: answering(candidate('Here is your idea:')),
	},
	{
		name: 'answer misses fields',
		layer: 'handoff',
		code: 'schema_mismatch',
		inject: answering(candidate('{"mood": "noir"}')),
	},
	{
		name: 'concept repeats another',
		layer: 'handoff',
		code: 'near_duplicate',
		inject: (model, place) => {
			model.script.concept = () => concept(0);
			return { json: line(place + 1) };
		},
	},
	{
		name: 'item dropped on the way',
		layer: 'handoff',
		code: 'lost_on_the_way',
		inject: (_model, place) => ({
			json: line(Math.max(1, place), [other('Filter')]),
			options: { types: typesOf({ Filter: keepIf(({ slot }) => slot !== 1 + Math.max(1, place)) }) },
		}),
	},
	{
		name: 'update of an old version',
		layer: 'state',
		code: 'conflict',
		inject: (_model, place) => ({ json: saving('write', { expectedVersion: '0' }, place) }),
	},
	{
		name: 'field written in another way than it was declared for',
		layer: 'state',
		code: 'rule_mismatch',
		inject: (_model, place) => ({ json: saving('merge', { how: 'append' }, place) }),
	},
	{
		name: 'work comes back unchanged',
		layer: 'recovery',
		code: 'came_back_unchanged',
		inject: (model, place) => {
			model.script.concept = spotless;
			const nodes = [
				start(),
				write({ count: 1 + place }),
				validator('Check', rules(banned('spotless'))),
				noOp('Back'),
				router({ attempts: 3 }),
			];
			return { json: flow(nodes, 'Start > Write > Check > Back > Router:1 > Back') };
		},
	},
];

describe('the layer of a failure', () => {
	const engine = useEngine();
	const model = useGemini();

	/** What the run's ledger says failed first. */
	async function labelOf(runId: string): Promise<{ layer: Layer; code: string } | undefined> {
		const entries = await (await engine.store()).ledger(runId);
		const failure = entries.find(({ event }) => event === 'failure')?.failure;
		return failure === undefined ? undefined : { layer: failure.layer, code: failure.code };
	}

	async function label(json: WorkflowJson, options: EngineOptions = {}) {
		const before = new Set((await (await engine.store()).listRuns()).map(({ runId }) => runId));
		await runWorkflow(json, { geminiUrl: model().url, ...options });
		const [run] = (await (await engine.store()).listRuns()).filter(({ runId }) => !before.has(runId));
		return labelOf(run?.runId ?? '');
	}

	/** n8n died after the call was sent: the step is on record as started, by a process that is no more. */
	async function died(place: number) {
		const json = line(place);
		const [begun] = json.nodes.filter(({ name }) => name === 'Write');
		if (begun !== undefined) begun.parameters.options = { runKey: `died ${place}` };
		const first = await runWorkflow(json, { geminiUrl: model().url });
		const runId = String(first.out('Write')[0]?.runId);
		const store = await engine.store();
		const [call] = await store.listSteps(runId, { kind: 'call' });
		if (call === undefined) throw new Error('Nothing was asked.');
		const { answer: _answer, costUsd: _costUsd, ...step } = call;
		await store.recordStep(runId, { ...step, state: 'started', owner: 'a process that is no more' });
		await runWorkflow(json, { geminiUrl: model().url });
		return labelOf(runId);
	}

	it('is the right one for fourteen kinds of faults in five places each', async () => {
		const matrix = Object.fromEntries(
			LAYERS.map((layer) => [layer, Object.fromEntries(LAYERS.map((each) => [each, 0]))]),
		);
		const wrong: string[] = [];
		const count = (
			fault: Pick<Fault, 'name' | 'layer' | 'code'>,
			got: Awaited<ReturnType<typeof labelOf>>,
		) => {
			const row = matrix[fault.layer];
			if (row !== undefined && got !== undefined) row[got.layer] = (row[got.layer] ?? 0) + 1;
			if (got?.code !== fault.code) wrong.push(`${fault.name}: ${got?.layer} ${got?.code}`);
		};
		const initial = { ...model().script };
		for (const fault of FAULTS) {
			for (const place of PLACES) {
				Object.assign(model().script, initial);
				const { json, options } = fault.inject(model(), place);
				count(fault, await label(json, options));
			}
		}
		Object.assign(model().script, initial);
		for (const place of PLACES) {
			count({ name: 'n8n died in a call', layer: 'recovery', code: 'outcome_unknown' }, await died(place));
		}

		expect(wrong).toEqual([]);
		// The table in docs/proofs.md.
		expect(matrix).toEqual({
			capability: { capability: 30, state: 0, handoff: 0, recovery: 0 },
			state: { capability: 0, state: 10, handoff: 0, recovery: 0 },
			handoff: { capability: 0, state: 0, handoff: 20, recovery: 0 },
			recovery: { capability: 0, state: 0, handoff: 0, recovery: 10 },
		});
	}, 120_000);
});
