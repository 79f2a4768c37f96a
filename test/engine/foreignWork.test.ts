/** Work that no Greenlight step made, and work that other steps changed on the way. */
import type { IDataObject } from 'n8n-workflow';
import { runWorkflow, useEngine } from '../support/engine';
import {
	banned,
	editFields,
	flow,
	keepIf,
	other,
	retryRouter,
	rules,
	same,
	start,
	typesOf,
	validator,
} from '../support/flow';
import { DONE, ESCALATE, RETRY, storyboard, timesWritten, useGemini } from '../support/storyboard';
import { artefactsOf } from '../../nodes/shared/state';

const check = () => validator('Check', rules(banned('spotless')));
const rows = (...json: IDataObject[]) => json.map((each, item) => ({ json: each, pairedItem: { item } }));

describe('work that no Greenlight step made', () => {
	const engine = useEngine();
	const artefacts = async (runId: unknown) => artefactsOf(await (await engine.store()).read(String(runId)));

	it('of an AI Agent, without ids, is known by its content and passes like any other', async () => {
		const ran = await runWorkflow(
			flow([start(), other('Agent'), check(), retryRouter('Router')], 'Start > Agent > Check > Router'),
			{
				types: typesOf({ Agent: () => [rows({ output: 'A tense chase.' }, { output: 'A quiet ending.' })] }),
			},
		);

		expect(ran.error).toBeUndefined();
		expect(ran.out('Router', DONE)).toMatchObject([
			{
				output: 'A tense chase.',
				title: 'A tense chase.',
				status: 'passed',
				artefactId: expect.stringMatching(/^work-/),
			},
			{ output: 'A quiet ending.', title: 'A quiet ending.', status: 'passed' },
		]);
	});

	it("takes the place of the agent's piece that failed when the agent is asked again", async () => {
		let calls = 0;
		const ran = await runWorkflow(
			flow(
				[start(), other('Agent'), check(), retryRouter('Router', { options: { initialWait: 0 } })],
				'Start > Agent > Check > Router:1 > Agent',
			),
			{
				types: typesOf({
					Agent: (items) => {
						calls += 1;
						return [
							calls === 1
								? rows({ output: 'Gritty.' }, { output: 'Spotless.' })
								: items.map((_, item) => ({ json: { output: 'Worn.' }, pairedItem: { item } })),
						];
					},
				}),
			},
		);

		expect(ran.out('Router', RETRY)).toMatchObject([{ slot: 2, output: 'Spotless.' }]);
		expect(ran.out('Router', DONE).map(({ output }) => output)).toEqual(['Gritty.', 'Worn.']);
		expect(calls).toBe(2);
	});

	it('recovers from an error of a step after the check, and does not carry it into the next round', async () => {
		let calls = 0;
		const ran = await runWorkflow(
			flow(
				[
					start(),
					other('Agent'),
					check(),
					other('Service'),
					retryRouter('Router', { options: { initialWait: 0 } }),
				],
				'Start > Agent > Check > Service > Router:1 > Check',
			),
			{
				types: typesOf({
					Agent: () => [rows({ output: 'A tense chase.' })],
					// As n8n's own steps do that go on after an error: the item leaves with it.
					Service(items) {
						calls += 1;
						const error = { message: 'Down.', code: 'ECONNREFUSED' };
						return [
							calls > 1
								? same(items)
								: items.map(({ json }, item) => ({ json: { ...json, error }, pairedItem: { item } })),
						];
					},
				}),
			},
		);

		expect(ran.error).toBeUndefined();
		expect(calls).toBe(2);
		expect(ran.out('Router', DONE)).toMatchObject([{ output: 'A tense chase.', status: 'passed' }]);
		expect(ran.out('Router', DONE)[0]).not.toHaveProperty('error');
		expect(ran.out('Router', ESCALATE)).toEqual([]);
	});

	it("of a spreadsheet is known by the rows' own ids, and a corrected row is a new version of the same piece", async () => {
		let calls = 0;
		const ran = await runWorkflow(
			flow(
				[
					start(),
					other('Sheet'),
					other('Correct'),
					check(),
					retryRouter('Router', { options: { initialWait: 0 } }),
				],
				'Start > Sheet > Check > Router:1 > Correct > Check',
			),
			{
				types: typesOf({
					Sheet: () => [rows({ id: 7, line: 'Gritty.' }, { id: 8, line: 'Spotless.' })],
					Correct: (items) => {
						calls += 1;
						return [same(items).map((item) => ({ ...item, json: { ...item.json, line: 'Worn.' } }))];
					},
				}),
			},
		);

		expect(calls).toBe(1);
		expect(ran.out('Router', DONE)).toMatchObject([
			{ artefactId: '7', line: 'Gritty.' },
			{ artefactId: '8', line: 'Worn.' },
		]);
		expect(await artefacts(ran.out('Router', DONE)[0]?.runId)).toHaveLength(2);
	});

	it('is not passed on when the only thing that says so is the item itself', async () => {
		const ran = await runWorkflow(
			flow([start(), retryRouter('Router'), check()], 'Start > Check > Router:1 > Router'),
			{
				input: [
					{
						id: 'x',
						line: 'Spotless.',
						pass: true,
						status: 'passed',
						verdict: { pass: true, outcome: 'pass' },
					},
				],
			},
		);

		expect(ran.out('Router', DONE)).toEqual([]);
		expect(ran.out('Check')).toMatchObject([{ status: 'failed', verdict: { outcome: 'fail' } }]);
	});

	it('is never empty: an item with nothing on it is not work that can pass', async () => {
		const ran = await runWorkflow(flow([start(), check(), retryRouter('Router')], 'Start > Check > Router'), {
			input: [{}],
		});

		expect(ran.out('Router', DONE)).toEqual([]);
	});
});

describe('work that is changed on the way', () => {
	const engine = useEngine();
	const model = useGemini();
	const read = async (runId: unknown) => (await engine.store()).read(String(runId));

	it('becomes a new version of the same piece, and the verdict is about that version', async () => {
		const ran = await runWorkflow(storyboard({ beforeCheck: [editFields('Edit', { title: 'Edited' })] }), {
			geminiUrl: model().url,
		});

		const done = ran.out('Router', DONE);
		expect(done.map(({ title }) => title)).toEqual(['Edited', 'Edited', 'Edited']);
		expect(done.map(({ artefactId }) => artefactId)).toEqual(
			ran.out('Write').map(({ artefactId }) => artefactId),
		);
		expect(done.map(({ contentHash }) => contentHash)).not.toEqual(
			ran.out('Write').map(({ contentHash }) => contentHash),
		);
		expect(artefactsOf(await read(done[0]?.runId))).toHaveLength(3);
	});

	it('after the check is checked once more and not passed on the old verdict', async () => {
		const ran = await runWorkflow(
			storyboard({ beforeRouter: [editFields('Edit', { title: 'Edited after' })] }),
			{
				geminiUrl: model().url,
			},
		);

		expect(ran.out('Router', RETRY).map(({ next }) => next)).toEqual(['check', 'check', 'check']);
		expect(timesWritten(model())).toBe(1);
		expect(
			ran
				.out('Router', DONE)
				.every(({ title, verdict }) => title === 'Edited after' && Object(verdict).pass === true),
		).toBe(true);
	});

	it('asks for no second verdict when the run is played again', async () => {
		const json = storyboard({ beforeCheck: [editFields('Edit', { title: "={{ $json.title + '!' }}" })] });
		const first = await runWorkflow(json, { geminiUrl: model().url, resumeToken: 'edits' });
		const runId = first.out('Router', DONE)[0]?.runId;
		const before = (await read(runId)).version;

		const second = await runWorkflow(json, { geminiUrl: model().url, resumeToken: 'edits' });

		expect(second.out('Router', DONE).map(({ title }) => title)).toEqual([
			'Concept 0!',
			'Concept 1!',
			'Concept 2!',
		]);
		expect((await read(runId)).version).toBe(before);
	});

	it('after its round was decided does not leave by Done on the decision about what it was before', async () => {
		const edit = editFields('Edit', { title: 'Gritty' });
		const json = storyboard({ beforeCheck: [edit] });
		await runWorkflow(json, { geminiUrl: model().url, resumeToken: 'later edit' });
		json.nodes = json.nodes.map((node) =>
			node.name === 'Edit' ? editFields('Edit', { title: 'Spotless' }) : node,
		);

		const second = await runWorkflow(json, { geminiUrl: model().url, resumeToken: 'later edit' });

		expect(second.out('Check').every(({ status }) => status === 'failed')).toBe(true);
		expect(second.out('Router', ESCALATE)).toHaveLength(3);
		expect(second.out('Router', DONE)).toEqual([]);
	});
});

describe('a validator that is switched off', () => {
	useEngine();
	const model = useGemini();

	it('lets nothing pass: a faked pass is checked once more and then goes to a person as not checked', async () => {
		const ran = await runWorkflow(
			storyboard({
				checkMore: { disabled: true },
				beforeRouter: [
					editFields('Fake', { pass: true, status: 'passed', verdict: { pass: true, outcome: 'pass' } }),
				],
			}),
			{ geminiUrl: model().url },
		);

		expect(ran.out('Router', DONE)).toEqual([]);
		expect(ran.out('Router', RETRY).map(({ next }) => next)).toEqual(['check', 'check', 'check']);
		expect(ran.out('Router', ESCALATE)).toMatchObject([
			{ status: 'unsure', failure: { code: 'not_checked' } },
			{ failure: { code: 'not_checked' } },
			{ failure: { code: 'not_checked' } },
		]);
		expect(timesWritten(model())).toBe(1);
	});

	it('passes no brief as work when the generator could not run and n8n was told to continue', async () => {
		const ran = await runWorkflow(
			storyboard({ writeMore: { credentials: {}, onError: 'continueRegularOutput' } }),
			{
				geminiUrl: model().url,
				input: [{ brief: 'A rooftop chase' }],
			},
		);

		expect(ran.out('Router', DONE)).toEqual([]);
	});

	it('drops a step that filters on the verdict without losing the run', async () => {
		const ran = await runWorkflow(
			storyboard({ beforeRouter: [other('Filter')], router: { target: 2, attempts: 1 } }),
			{
				geminiUrl: model().url,
				types: typesOf({ Filter: keepIf(({ slot }) => slot !== 3) }),
			},
		);

		expect(ran.out('Router', DONE).map(({ slot }) => slot)).toEqual([1, 2]);
	});
});
