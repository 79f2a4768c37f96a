/** What fails goes to the router with its reason, is tried again when that can help, and otherwise goes to a person. */
import { runWorkflow, useEngine } from '../support/engine';
import {
	flow,
	gemini,
	judged,
	noOp,
	retryRouter,
	rules,
	start,
	stateStore,
	validator,
	waiting,
} from '../support/flow';
import { concept } from '../support/scriptedGemini';
import { DONE, ESCALATE, RETRY, spotless, storyboard, timesWritten, useGemini } from '../support/storyboard';

const busyFor = (delay: string) => ({
	status: 429,
	body: {
		error: {
			code: 429,
			message: 'Slow down',
			status: 'RESOURCE_EXHAUSTED',
			details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: delay }],
		},
	},
});
const exactly = { options: { initialWait: 0, waitSpread: 0 } };
const refused = { status: 400, body: { error: { code: 400, message: 'no', status: 'INVALID_ARGUMENT' } } };

describe('failures', () => {
	const engine = useEngine();
	const model = useGemini();
	const store = () => engine.store();
	afterEach(() => jest.restoreAllMocks());

	it('a wait of more than a minute leaves by Retry with the items, and the pipeline goes on after it', async () => {
		model().script.fail = ({ what }, number) =>
			what === 'concepts' && number === 0 ? busyFor('90s') : undefined;
		const { node, types } = waiting(90_000);
		const json = storyboard({ router: exactly, onRetry: node });
		const ran = await runWorkflow(json, { geminiUrl: model().url, types });

		expect(ran.out('Router', RETRY)).toHaveLength(3);
		expect(ran.out('Router', RETRY).every(({ retryAfterMs }) => retryAfterMs === 90_000)).toBe(true);
		expect(ran.out('Router', DONE).map(({ slot }) => slot)).toEqual([1, 2, 3]);
	});

	it('a wait that is over is not waited for again in a later round', async () => {
		model().script.concept = (number) => (number < 2 ? spotless(number) : concept(number));
		model().script.holds = (text) =>
			text.includes('Concept 2') ? (timesWritten(model()) < 4 ? 'unsure' : false) : true;
		model().script.fail = ({ what }) =>
			what === 'concepts' && timesWritten(model()) === 2 ? busyFor('90s') : undefined;
		const check = rules({ kind: 'bannedWords', words: 'spotless', severity: 'hard' }, judged('It is gritty'));
		const { node, types } = waiting(90_000);
		const ran = await runWorkflow(
			storyboard({
				write: { count: 2 },
				check,
				router: { ...exactly, attempts: 4 },
				// The judge uses the same key, and would have to wait as well.
				beforeCheck: [node],
			}),
			{ geminiUrl: model().url, types },
		);

		const sent = ran
			.out('Router', RETRY)
			.map(({ round, slot, next, retryAfterMs }) => [round, slot, next, retryAfterMs]);
		expect(sent.slice(2, 4)).toEqual([
			[2, 1, 'check', 90_000],
			[2, 2, 'generate', 90_000],
		]);
		expect(sent[4]).toEqual([3, 1, 'generate', undefined]);
	});

	it("stops the execution where 'When It Fails' says so", async () => {
		model().script.fail = () => refused;
		const ran = await runWorkflow(storyboard({ write: { whenItFails: 'stop' } }), { geminiUrl: model().url });

		expect(ran.error).toMatchObject({
			message: expect.stringContaining('Gemini'),
			description: expect.any(String),
		});
		expect(ran.outputs('Check')).toEqual([]);
		expect(ran.outputs('Router')).toEqual([]);
	});

	it("'Go on with what passed' hands on what passed and gives the rest to a person", async () => {
		model().script.concept = (number) => (number === 0 ? concept(number) : spotless(number));
		const ran = await runWorkflow(storyboard({ router: { whenSpent: 'goOnWithWhatPassed', attempts: 2 } }), {
			geminiUrl: model().url,
		});

		expect(ran.out('Router', DONE).map(({ title }) => title)).toEqual(['Concept 0']);
		expect(ran.out('Router', ESCALATE).map(({ slot, failure }) => [slot, Object(failure).code])).toEqual([
			[2, 'attempts_spent'],
			[3, 'attempts_spent'],
		]);
		expect((await (await store()).getRun(String(ran.out('Router', DONE)[0]?.runId))).status).toBe(
			'escalated',
		);
	});

	it('says what is wrong with a broken guide, asks nothing anew and loses nothing', async () => {
		const ran = await runWorkflow(storyboard({ check: { rulesFrom: 'json', guide: '{ "rules": [ }' } }), {
			geminiUrl: model().url,
		});

		expect(ran.out('Check')).toMatchObject([
			{
				title: 'Concept 0',
				status: 'failed',
				failure: { code: 'input_refused', message: expect.stringMatching(/line 1, column \d+/) },
			},
			{ title: 'Concept 1' },
			{ title: 'Concept 2' },
		]);
		expect(timesWritten(model())).toBe(1);
		expect(ran.out('Router', ESCALATE).map(({ title }) => title)).toEqual([
			'Concept 0',
			'Concept 1',
			'Concept 2',
		]);
		expect(ran.out('Person')).toHaveLength(3);
	});

	it('works with a guide that has no rules, and the verdict says so', async () => {
		const ran = await runWorkflow(storyboard({ check: rules() }), { geminiUrl: model().url });

		expect(ran.error).toBeUndefined();
		expect(ran.out('Check').every(({ why }) => why === 'no rules to check against')).toBe(true);
	});

	it('checks words without a credential, and is unsure where only a judge could tell', async () => {
		model().script.concept = (number) => (number === 1 ? spotless(number) : concept(number));
		const check = rules({ kind: 'bannedWords', words: 'spotless', severity: 'hard' }, judged('It is gritty'));
		const ran = await runWorkflow(
			storyboard({ check, checkMore: { credentials: {} }, router: { attempts: 1 } }),
			{ geminiUrl: model().url },
		);

		expect(ran.outputs('Check')[0]?.[0]?.map(({ json }) => json.status)).toEqual([
			'unsure',
			'failed',
			'unsure',
		]);
		expect(ran.out('Router', DONE)).toEqual([]);
		expect(ran.out('Router', ESCALATE)).toHaveLength(3);
	});

	it('an empty brief is what the person reads, not that a run is missing', async () => {
		const ran = await runWorkflow(
			flow(
				[
					start(),
					gemini('Capture', { resource: 'intent', operation: 'capture', brief: ' ' }),
					gemini('Write', { resource: 'concept', operation: 'generate' }),
					validator('Check', rules()),
					retryRouter('Router'),
					noOp('Person'),
				],
				'Start > Capture > Write > Check > Router > Person',
			),
			{ geminiUrl: model().url },
		);

		const said = JSON.stringify([ran.out('Person'), Object(ran.error).message]);
		expect(model().asked).toEqual([]);
		expect(said).toContain("'Brief' is empty");
	});

	it('rolls content back to the checkpoint before trying again, and keeps what passed and what is sent back', async () => {
		model().script.concept = (number) => (number === 1 ? spotless(number) : concept(number));
		const json = flow(
			[
				start(),
				stateStore('Begin', 'run', 'start', { brief: 'A chase' }),
				stateStore('Save', 'checkpoint', 'save', { checkpointName: 'clean' }),
				stateStore('Note', 'state', 'write', { field: 'scratch', value: 'of the first round' }),
				gemini('Write', { resource: 'concept', operation: 'generate', count: 3 }),
				validator('Check', rules({ kind: 'bannedWords', words: 'spotless', severity: 'hard' })),
				retryRouter('Router', { options: { rollBackTo: 'clean' } }),
			],
			'Start > Begin > Save > Note > Write > Check > Router:1 > Write',
		);
		const ran = await runWorkflow(json, { geminiUrl: model().url });

		expect(ran.out('Router', DONE).map(({ title }) => title)).toEqual([
			'Concept 0',
			'Concept 3',
			'Concept 2',
		]);
		const runId = String(ran.out('Router', DONE)[0]?.runId);
		const { fields } = await (await store()).read(runId);
		expect(fields).not.toHaveProperty('scratch');
		expect((await (await store()).history(runId)).filter(({ kind }) => kind === 'rollback')).toHaveLength(1);
	});

	it('rolls back also when the first try of it was cut off after the decision', async () => {
		model().script.concept = (number) => (number === 1 ? spotless(number) : concept(number));
		const json = (saved: boolean) =>
			storyboard({
				write: { options: { runKey: 'cut off' } },
				router: { options: { rollBackTo: 'clean', initialWait: 0 } },
				beforeCheck: saved ? [stateStore('Save', 'checkpoint', 'save', { checkpointName: 'clean' })] : [],
			});
		const first = await runWorkflow(json(false), { geminiUrl: model().url });
		expect(first.error).toMatchObject({ message: expect.stringContaining("'clean'") });

		const second = await runWorkflow(json(true), { geminiUrl: model().url });

		const runId = String(second.out('Check')[0]?.runId);
		expect((await (await store()).ledger(runId)).filter(({ event }) => event === 'rollback')).toHaveLength(1);
	});

	it('of a step that makes new work of work that passed is about the new work: it is made, and not skipped', async () => {
		const empty = {
			status: 200,
			body: {
				candidates: [{ content: { parts: [], role: 'model' }, finishReason: 'STOP', index: 0 }],
				usageMetadata: { promptTokenCount: 10, totalTokenCount: 10 },
			},
		};
		// The second step's first call, and the one that the step sends after it.
		model().script.fail = () => ([1, 2].includes(timesWritten(model())) ? empty : undefined);
		const part = (name: string) =>
			gemini(name, { resource: 'concept', operation: 'generate', count: 1, brief: 'A chase' });
		const check = rules({ kind: 'bannedWords', words: 'spotless', severity: 'hard' });
		const router = (name: string) => retryRouter(name, { options: { initialWait: 0 } });
		const json = flow(
			[
				start(),
				part('Write 1'),
				validator('Check 1', check),
				router('Router 1'),
				part('Write 2'),
				validator('Check 2', check),
				router('Router 2'),
			],
			'Start > Write 1 > Check 1 > Router 1:2 > Write 2 > Check 2 > Router 2',
			'Router 1:1 > Write 1',
			'Router 2:1 > Write 2',
		);
		const ran = await runWorkflow(json, { geminiUrl: model().url });

		expect(ran.out('Router 2', RETRY)).toMatchObject([{ next: 'generate' }]);
		expect(ran.out('Router 2', ESCALATE)).toEqual([]);
		const [first] = ran.out('Router 1', DONE);
		const [second] = ran.out('Router 2', DONE);
		expect(second).toMatchObject({ artefactId: expect.any(String) });
		expect(second?.artefactId).not.toBe(first?.artefactId);
		expect(timesWritten(model())).toBe(4);
	});
});
