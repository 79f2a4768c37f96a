/** Several wires into the router: it decides once, from everything that arrived. */
import type { INodeExecutionData } from 'n8n-workflow';
import { runWorkflow, useEngine } from '../support/engine';
import {
	banned,
	editFields,
	flow,
	gemini,
	keepIf,
	noOp,
	other,
	retryRouter,
	rules,
	same,
	start,
	typesOf,
	validator,
} from '../support/flow';
import { concept } from '../support/scriptedGemini';
import { DONE, ESCALATE, RETRY, spotless, storyboard, timesWritten, useGemini } from '../support/storyboard';

const write = (name: string, more = {}) =>
	gemini(name, { resource: 'concept', operation: 'generate', count: 3, brief: 'A rooftop chase', ...more });
const byPlace = (items: INodeExecutionData[]) =>
	[1, 2, 3].map((slot) => same(items).filter(({ json }) => json.slot === slot));

describe('wires into the router', () => {
	const engine = useEngine();
	const model = useGemini();
	const status = async (runId: unknown) => (await (await engine.store()).getRun(String(runId))).status;

	it('decides once when three wires bring the pieces of a round one by one', async () => {
		model().script.concept = (number) => (number === 1 ? spotless(number) : concept(number));
		const ran = await runWorkflow(
			flow(
				[
					start(),
					write('Write'),
					validator('Check', rules(banned('spotless'))),
					other('Split'),
					retryRouter('Router'),
					noOp('A'),
				],
				'Start > Write > Check > Split > Router:1 > Write',
				'Split:1 > A > Router',
				'Split:2 > Router',
			),
			{ geminiUrl: model().url, types: typesOf({ Split: byPlace }, 3) },
		);

		expect(ran.error).toBeUndefined();
		expect(ran.outputs('Router').length).toBeGreaterThan(3);
		expect(ran.out('Router', RETRY)).toMatchObject([{ slot: 2, next: 'generate' }]);
		expect(ran.out('Router', DONE).map(({ title }) => title)).toEqual([
			'Concept 0',
			'Concept 3',
			'Concept 2',
		]);
		expect(ran.out('Router', ESCALATE)).toEqual([]);
		expect(await status(ran.out('Router', DONE)[0]?.runId)).toBe('finished');
	});

	it("takes pieces that come by the input 'Failed' as well as by 'Checked', in one decision", async () => {
		const ran = await runWorkflow(
			flow(
				[
					start(),
					write('Write'),
					validator('Check', rules(banned('spotless'))),
					other('Split'),
					retryRouter('Router'),
				],
				'Start > Write > Check > Split > Router:1 > Write',
				'Split:1 > Router/1',
				'Split:2 > Router/1',
			),
			{ geminiUrl: model().url, types: typesOf({ Split: byPlace }, 3) },
		);

		expect(ran.error).toBeUndefined();
		expect(ran.out('Router', DONE).map(({ slot }) => slot)).toEqual([1, 2, 3]);
	});

	it("works with nothing but the input 'Failed' connected", async () => {
		const ran = await runWorkflow(
			flow(
				[start(), write('Write'), validator('Check', rules(banned('spotless'))), retryRouter('Router')],
				'Start > Write > Check > Router/1',
			),
			{ geminiUrl: model().url },
		);

		expect(ran.error).toBeUndefined();
		expect(ran.out('Router', DONE)).toHaveLength(3);
	});

	it("reads the failure of a Greenlight step that uses n8n's error output", async () => {
		model().script.fail = ({ what }, number) =>
			what === 'concepts' && number === 0
				? { status: 400, body: { error: { code: 400, message: 'no', status: 'INVALID_ARGUMENT' } } }
				: undefined;
		const ran = await runWorkflow(
			flow(
				[
					start(),
					{ ...write('Write'), onError: 'continueErrorOutput' },
					validator('Check', rules(banned('spotless'))),
					retryRouter('Router'),
				],
				'Start > Write > Check > Router',
				'Write:1 > Router/1',
			),
			{ geminiUrl: model().url },
		);

		expect(ran.error).toBeUndefined();
		expect(ran.out('Write', 1)).toMatchObject([{ details: { failure: { code: 'bad_request' } } }]);
		expect(ran.out('Router', ESCALATE)).toHaveLength(3);
		expect(ran.out('Router', ESCALATE)[0]).toMatchObject({
			status: 'failed',
			failure: { code: 'bad_request' },
		});
	});

	it('escalates at once, and does not write anew, when the guide is broken and the validator uses the error output', async () => {
		const ran = await runWorkflow(
			flow(
				[
					start(),
					write('Write'),
					validator(
						'Check',
						{ rulesFrom: 'json', guide: '{ "rules": [ }' },
						{ onError: 'continueErrorOutput' },
					),
					retryRouter('Router'),
				],
				'Start > Write > Check > Router:1 > Write',
				'Check:1 > Router/1',
			),
			{ geminiUrl: model().url },
		);

		expect(timesWritten(model())).toBe(1);
		expect(ran.out('Router', ESCALATE).map(({ title }) => title)).toEqual([
			'Concept 0',
			'Concept 1',
			'Concept 2',
		]);
		expect(ran.out('Router', ESCALATE)[0]).toMatchObject({ failure: { code: 'input_refused' } });
	});

	it('maps the error of another node by its status, and tries again when the service was busy', async () => {
		let calls = 0;
		const { NodeApiError } = await import('n8n-workflow');
		const ran = await runWorkflow(
			flow(
				[
					start(),
					write('Write'),
					other('Service', { onError: 'continueErrorOutput' }),
					validator('Check', rules(banned('spotless'))),
					retryRouter('Router', { options: { initialWait: 0 } }),
				],
				'Start > Write > Service > Check > Router:1 > Write',
				'Service:1 > Router/1',
			),
			{
				geminiUrl: model().url,
				types: typesOf({
					Service(items) {
						calls += 1;
						const error = new NodeApiError(this.getNode(), {}, { httpCode: '503', message: 'busy' });
						return [
							same(items).map((item) =>
								calls === 1
									? { json: { error: error.message }, error, pairedItem: item.pairedItem ?? 0 }
									: item,
							),
						];
					},
				}),
			},
		);

		expect(ran.error).toBeUndefined();
		expect(ran.out('Router', RETRY)).toHaveLength(3);
		expect(ran.out('Router', DONE)).toHaveLength(3);
	});

	it('serves two generators with one validator and one router: all pieces of both, each once', async () => {
		model().script.concept = (number) => (number === 4 ? spotless(number) : concept(number));
		const ran = await runWorkflow(
			flow(
				[
					start(),
					write('Heroes'),
					write('Villains', { count: 2 }),
					validator('Check', rules(banned('spotless'))),
					retryRouter('Router'),
				],
				'Start > Heroes > Check > Router:1 > Villains',
				'Start > Villains > Check',
			),
			{ geminiUrl: model().url },
		);

		expect(ran.error).toBeUndefined();
		expect(ran.out('Router', RETRY)).toHaveLength(1);
		expect(ran.out('Router', DONE).map(({ slot }) => slot)).toEqual([1, 2, 3, 4, 5]);
		expect(new Set(ran.out('Router', DONE).map(({ artefactId }) => artefactId)).size).toBe(5);
		expect(await status(ran.out('Router', DONE)[0]?.runId)).toBe('finished');
	});

	it('writes one new piece for one that failed also when Retry leads to both generators', async () => {
		model().script.concept = (number) => (number === 4 ? spotless(number) : concept(number));
		const ran = await runWorkflow(
			flow(
				[
					start(),
					write('Heroes'),
					write('Villains', { count: 2 }),
					validator('Check', rules(banned('spotless'))),
					retryRouter('Router'),
				],
				'Start > Heroes > Check > Router:1 > Villains',
				'Start > Villains > Check',
				'Router:1 > Heroes',
			),
			{ geminiUrl: model().url },
		);

		expect(ran.out('Router', DONE)).toHaveLength(5);
		expect(timesWritten(model())).toBe(3);
	});
});

describe('work that is lost on the way', () => {
	const engine = useEngine();
	const model = useGemini();
	const run = async (runId: unknown) => (await engine.store()).getRun(String(runId));

	it('is missed and written anew when a filter dropped it once', async () => {
		const ran = await runWorkflow(storyboard({ beforeCheck: [other('Filter')] }), {
			geminiUrl: model().url,
			types: typesOf({ Filter: keepIf(({ title }) => title !== 'Concept 1') }),
		});

		expect(ran.out('Router', RETRY)).toMatchObject([
			{ slot: 2, next: expect.any(String), why: expect.stringContaining('did not reach') },
		]);
		expect(ran.out('Router', DONE).map(({ title }) => title)).toEqual([
			'Concept 0',
			'Concept 3',
			'Concept 2',
		]);
	});

	it('goes to a person, with the reason, when the attempts are spent', async () => {
		const ran = await runWorkflow(storyboard({ beforeCheck: [other('Filter')], router: { attempts: 1 } }), {
			geminiUrl: model().url,
			types: typesOf({ Filter: keepIf(({ slot }) => slot !== 2) }),
		});

		expect(ran.out('Router', DONE)).toEqual([]);
		const lost = ran.out('Router', ESCALATE).find(({ slot }) => slot === 2);
		expect(lost).toMatchObject({ status: 'failed', failure: { code: 'lost_on_the_way' } });
		expect(await run(lost?.runId)).toMatchObject({ status: 'escalated' });
		expect(ran.out('Person')).toHaveLength(3);
	});

	it('leaves the run stalled, never finished, when nothing at all of a round arrives', async () => {
		const ran = await runWorkflow(storyboard({ beforeCheck: [other('Filter')] }), {
			geminiUrl: model().url,
			types: typesOf({ Filter: keepIf(({ slot }) => slot !== 2) }),
		});

		expect(ran.out('Router', DONE)).toEqual([]);
		expect(await run(ran.out('Router', RETRY)[0]?.runId)).toMatchObject({ status: 'stalled' });
	});

	it('is not written over when it had passed: a person is asked', async () => {
		const ran = await runWorkflow(storyboard({ beforeRouter: [other('Filter')] }), {
			geminiUrl: model().url,
			types: typesOf({ Filter: keepIf(({ slot }) => slot !== 2) }),
		});

		expect(timesWritten(model())).toBe(1);
		const document = await (await engine.store()).read(String(ran.out('Router', ESCALATE)[0]?.runId));
		expect(document.fields.artefacts).toMatchObject([
			{ status: 'passed' },
			{ title: 'Concept 1', status: 'passed' },
			{ status: 'passed' },
		]);
	});

	it('leaves the run stalled when what was sent back never comes again, and finished once it does', async () => {
		model().script.concept = (number) => (number === 1 ? spotless(number) : concept(number));
		const json = storyboard();
		const wire = json.connections.Router?.main?.[RETRY];
		json.connections.Router?.main?.splice(RETRY, 1, []);
		const first = await runWorkflow(json, { geminiUrl: model().url, resumeToken: 'stalls' });
		const runId = first.out('Router', RETRY)[0]?.runId;
		expect(await run(runId)).toMatchObject({
			status: 'stalled',
			statusNote: expect.stringContaining('never came'),
		});

		json.connections.Router?.main?.splice(RETRY, 1, wire ?? []);
		const second = await runWorkflow(json, { geminiUrl: model().url, resumeToken: 'stalls' });

		expect(second.out('Router', DONE)).toHaveLength(3);
		expect(await run(runId)).toMatchObject({ status: 'finished' });
	});

	it('ends with nothing passed when a step in between strips everything off the items', async () => {
		const ran = await runWorkflow(storyboard({ beforeCheck: [editFields('Strip', {}, false)] }), {
			geminiUrl: model().url,
		});

		expect(ran.error).toBeUndefined();
		expect(ran.out('Router', DONE)).toEqual([]);
		expect(
			ran.out('Router', ESCALATE).filter(({ failure }) => Object(failure).code === 'input_missing'),
		).toHaveLength(3);
		expect(await run(ran.out('Router', ESCALATE)[0]?.runId)).toMatchObject({ status: 'escalated' });
	});
});
