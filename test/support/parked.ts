/** A run that waits at a gate, and what the tests of it look at. */
import type { IDataObject } from 'n8n-workflow';
import { runWorkflow, type Ran, type useEngine } from './engine';
import { flow, gemini, humanGate, noOp, start } from './flow';
import { callGate, fillForm, type GateResponse } from './gate';
import type { useGemini } from './storyboard';

export const [NO_DECISION, APPROVED, REJECTED, REDIRECTED] = [0, 1, 2, 3];
export const BRIEF = { resource: 'concept', operation: 'generate', brief: 'A rooftop chase' };

/** The steps of these runs are called Write and Gate. */
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
	const leftBy = (ran: Ran | undefined, output: number): IDataObject[] =>
		(ran?.outputs('Gate').at(-1)?.[output] ?? []).map(({ json }) => json);
	const formOf = (ran: Ran, choices: Record<string, string>) => fillForm(ran, 'Gate', choices);
	const post = async (ran: Ran, choices: Record<string, string>): Promise<GateResponse> =>
		callGate(ran, 'Gate', { form: await formOf(ran, choices) });
	return { park, runIdOf, runOf, fieldsOf, decisionsOf, leftBy, formOf, post };
}
