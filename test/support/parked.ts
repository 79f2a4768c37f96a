/** A run that waits at a gate, and what the tests of it look at. The gate is called Gate. */
import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import { runWorkflow, type EngineOptions, type Ran, type useEngine } from './engine';
import { flow, gemini, humanGate, noOp, other, start, typesOf } from './flow';
import { callGate, fillForm, type GateResponse } from './gate';
import type { useGemini } from './storyboard';

export const [NO_DECISION, APPROVED, REJECTED, REDIRECTED] = [0, 1, 2, 3];
export const BRIEF = { resource: 'concept', operation: 'generate', brief: 'A rooftop chase' };

/** What the gate gave out by an output in its last pass. */
const leftBy = (ran: Ran | undefined, output: number): IDataObject[] =>
	(ran?.outputs('Gate').at(-1)?.[output] ?? []).map(({ json }) => json);
const formOf = (ran: Ran, choices: Record<string, string>) => fillForm(ran, 'Gate', choices);
const post = async (ran: Ran, choices: Record<string, string>): Promise<GateResponse> =>
	callGate(ran, 'Gate', { form: await formOf(ran, choices) });

/** The work is made by a step called Write. */
export function gateTests(engine: ReturnType<typeof useEngine>, model: ReturnType<typeof useGemini>) {
	const park = (count = 3, gate: IDataObject = {}): Promise<Ran> =>
		runWorkflow(
			flow(
				[start(), gemini('Write', { ...BRIEF, count }), humanGate('Gate', gate), noOp('Kept')],
				'Start > Write > Gate:1 > Kept',
			),
			{ geminiUrl: model().url },
		);
	const runIdOf = (ran: Ran): string => String(ran.out('Write')[0]?.runId);
	const runOf = async (ran: Ran) => (await engine.store()).getRun(runIdOf(ran));
	const fieldsOf = async (ran: Ran) => (await (await engine.store()).read(runIdOf(ran))).fields;
	const decisionsOf = async (ran: Ran) => (await fieldsOf(ran)).decisions ?? [];
	return { park, runIdOf, runOf, fieldsOf, decisionsOf, leftBy, formOf, post };
}

export const rowsOf = (json: readonly IDataObject[]): INodeExecutionData[] =>
	json.map((each) => ({ json: each }));

/** The work is made by steps that are not Greenlight's, and the gate begins the run. */
export function rowTests(engine: ReturnType<typeof useEngine>) {
	/** Start > Sheet > Gate > Kept. */
	const park = (
		rows: readonly INodeExecutionData[],
		options: EngineOptions = {},
		gate: IDataObject = {},
	): Promise<Ran> =>
		runWorkflow(
			flow([start(), other('Sheet'), humanGate('Gate', gate), noOp('Kept')], 'Start > Sheet > Gate:1 > Kept'),
			{
				...options,
				types: typesOf({ Sheet: () => [rows.map((row) => ({ ...row, pairedItem: { item: 0 } }))] }),
			},
		);
	/** Two steps, each with a wire of its own into the gate; n8n runs the upper one first. */
	const twoWires = (
		first: readonly IDataObject[],
		second: readonly IDataObject[] | (() => Promise<INodeExecutionData[][]>),
		options: EngineOptions = {},
		gate: INode = humanGate('Gate'),
	): Promise<Ran> =>
		runWorkflow(
			flow(
				[
					start(),
					other('First', { position: [0, 0] }),
					other('Second', { position: [0, 100] }),
					gate,
					noOp('Kept'),
				],
				'Start > First > Gate:1 > Kept',
				'Start > Second > Gate',
			),
			{
				...options,
				types: typesOf({
					First: () => [rowsOf(first)],
					Second: typeof second === 'function' ? second : () => [rowsOf(second)],
				}),
			},
		);
	const runIdOf = (ran: Ran): string =>
		String(ran.run.data.executionData?.nodeExecutionStack[0]?.data.main?.[0]?.[0]?.json.runId);
	const read = async (ran: Ran) => (await engine.store()).read(runIdOf(ran));
	return { park, twoWires, runIdOf, read, leftBy, post };
}
