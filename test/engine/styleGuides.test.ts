/** Where a style guide comes from: rows, a field of the state, or prose that Compile Guide turned into rules and a person accepted. */
import type { IDataObject } from 'n8n-workflow';
import { artefactsOf, decisionsOf, type Decision } from '../../nodes/shared/state';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import { banned, flow, humanGate, retryRouter, rules, start, stateStore, validator } from '../support/flow';
import { callGate, fillForm } from '../support/gate';
import { useGemini } from '../support/storyboard';
import { png } from '../style/pictures';

const APPROVED = 1;
const PROSE = 'Never show a drone. Every image feels lived in.';
const RULES = [
	{ quote: 'Never show a drone.', kind: 'bannedWords', severity: 'hard', words: ['drone'] },
	{ quote: 'A rule that nobody wrote.', kind: 'bannedWords', severity: 'hard', words: ['roof'] },
];
const EMPTY = {
	field: '',
	statement: '',
	words: [],
	mode: 'any',
	unit: 'words',
	min: 0,
	max: 0,
	values: [],
	colours: [],
	aspects: [],
	minWidth: 0,
	minHeight: 0,
	fix: '',
};

describe('style guides', () => {
	const engine = useEngine();
	const model = useGemini();
	const read = async (runId: unknown) => (await engine.store()).read(String(runId));

	/** A run in which Compile Guide waits at a gate. */
	async function compile(options: { resumeToken?: string } = {}): Promise<Ran> {
		model().script.other = () => ({
			title: 'House style',
			rules: RULES.map((rule) => ({ ...EMPTY, ...rule })),
		});
		return runWorkflow(
			flow(
				[start(), validator('Compile', { operation: 'compileGuide', prose: PROSE }), humanGate('Accept')],
				'Start > Compile > Accept',
			),
			{ geminiUrl: model().url, ...options },
		);
	}
	const accept = async (ran: Ran, action: string) =>
		callGate(ran, 'Accept', {
			form: await fillForm(ran, 'Accept', { d0: action, n0: 'Say more.', send: 'all', end: '1' }),
		});
	const checkWith = (
		parameters: IDataObject,
		input: IDataObject[] = [{ title: 'A', logline: 'A drone above the roof.' }],
	) =>
		runWorkflow(flow([start(), validator('Check', { judgedBy: 'nobody', ...parameters })], 'Start > Check'), {
			input,
		});

	it('compiles prose into rules that a person accepts at a gate, and other runs use them', async () => {
		const ran = await compile();
		const [guide = {}] = ran.out('Compile');
		expect(guide).toMatchObject({
			title: 'House style',
			kind: 'styleGuide',
			status: 'new',
			rules: [{ says: 'None of these words: drone.', from: 'Never show a drone.' }],
			notCovered: ['Every image feels lived in.'],
			leftOut: [{ sentence: 'A rule that nobody wrote.' }],
			costUsd: expect.any(Number),
		});
		const guideRun = { __rl: true, mode: 'id', value: String(guide.runId) };

		const before = await checkWith({ rulesFrom: 'accepted', guideRun });
		expect(before.out('Check')).toMatchObject([
			{
				status: 'failed',
				failure: { code: 'input_missing', message: expect.stringMatching(/^Nobody has accepted/) },
			},
		]);

		const page = await callGate(ran, 'Accept');
		expect(page.body).toContain('None of these words: drone.');
		expect(page.body).toContain('Never show a drone.');
		const { resumed } = await accept(ran, 'approve');
		expect(resumed?.outputs('Accept').at(-1)?.[APPROVED]).toMatchObject([{ json: { title: 'House style' } }]);

		const after = await checkWith({ rulesFrom: 'accepted', guideRun });
		expect(after.out('Check')).toMatchObject([
			{ status: 'failed', why: '\'drone\' is used: "A drone above the roof."', verdict: { outcome: 'fail' } },
		]);
		const good = await checkWith({ rulesFrom: 'accepted', guideRun }, [{ title: 'B', logline: 'A kite.' }]);
		expect(good.out('Check')).toMatchObject([{ status: 'passed' }]);
	});

	it('pays for the same text once, also after it was rejected', async () => {
		const ran = await compile({ resumeToken: 'one run' });
		await accept(ran, 'reject');
		const [{ runId } = {}] = ran.out('Compile');
		const asked = model().asked.length;
		const again = await compile({ resumeToken: 'one run' });
		expect(again.out('Compile')).toMatchObject([{ runId, replayed: true }]);
		expect(model().asked).toHaveLength(asked);
		expect(artefactsOf(await read(runId)).filter(({ kind }) => kind === 'styleGuide')).toHaveLength(1);
	});

	describe('with the gate led back', () => {
		const started = (options: { resumeToken?: string } = {}): Promise<Ran> => {
			let times = 0;
			model().script.other = () => ({
				title: `House style ${++times}`,
				rules: [{ ...EMPTY, ...RULES[0], words: times === 1 ? ['drone'] : ['drone', 'drones'] }],
			});
			return runWorkflow(
				flow(
					[
						start(),
						validator('Compile', { operation: 'compileGuide', prose: PROSE }),
						humanGate('Accept'),
						retryRouter('Router'),
					],
					'Start > Compile > Accept:1 > Router',
					'Accept:2 > Router',
					'Accept:3 > Router',
					'Router:1 > Compile',
				),
				{ geminiUrl: model().url, ...options },
			);
		};
		const sendBack = async (ran: Ran, action: string, choices: Record<string, string> = {}): Promise<Ran> => {
			const form = { d0: action, n0: 'Ban drones too.', end: '1', ...choices };
			const { resumed, body } = await callGate(ran, 'Accept', { form: await fillForm(ran, 'Accept', form) });
			if (resumed === undefined) throw new Error(body);
			return resumed;
		};

		it.each(['reject', 'redirect'])(
			'makes other rules after %s, told why the first were sent back',
			async (action) => {
				const ran = await sendBack(await started(), action);
				expect(ran.error).toBeUndefined();
				expect(ran.run.status).toBe('waiting');
				expect(model().asked).toHaveLength(2);
				const [first, second] = model().asked.map(({ prompt }) => prompt);
				expect(first).not.toContain('sent back');
				expect(second).toMatch(/None of these words: drone\.[\s\S]*Ban drones too\./);
				const [earlier, now] = artefactsOf(await read(ran.out('Compile')[0]?.runId));
				expect(earlier).toMatchObject({ status: 'replaced', slot: 1 });
				expect(now).toMatchObject({ title: 'House style 2', replaces: earlier?.id, slot: 1, round: 1 });
				expect(ran.out('Compile').at(-1)).toMatchObject({
					title: 'House style 2',
					rules: [{ says: 'None of these words: drone, drones.' }],
				});
				expect(artefactsOf(await read(ran.out('Compile')[0]?.runId))).toHaveLength(2);
			},
		);

		it('tells what holds for the whole run as well', async () => {
			await sendBack(await started(), 'redirect', { s0: 'run' });
			expect(model().asked.at(-1)?.prompt).toContain('What the reviewers want of all work');
		});

		it('pays nothing when the execution is played again', async () => {
			const options = { resumeToken: 'led back' };
			await sendBack(await started(options), 'reject');
			const asked = model().asked.length;
			const again = await started(options);
			expect(again.error).toBeUndefined();
			expect(model().asked).toHaveLength(asked);
		});
	});

	it('leaves rules alone that are only to be looked at again, and what another step made', async () => {
		const input = [
			{ title: 'Known', next: 'check', slot: 1 },
			{ title: 'Foreign', next: 'generate', slot: 2, maker: 'Other' },
		];
		const { typesOf, other } = await import('../support/flow');
		const ran = await runWorkflow(
			flow(
				[start(), other('Other'), validator('Compile', { operation: 'compileGuide', prose: PROSE })],
				'Start > Other > Compile',
			),
			{ geminiUrl: model().url, types: typesOf({ Other: () => [input.map((json) => ({ json }))] }) },
		);
		expect(ran.out('Compile')).toMatchObject([{ title: 'Known' }]);
		expect(ran.out('Compile')).toHaveLength(1);
		expect(model().asked).toEqual([]);
	});

	it('takes the guide from a field of the state, and says where it is missing', async () => {
		const guide = JSON.stringify({ rules: [{ kind: 'bannedWords', words: 'drone' }] });
		const steps = [
			start(),
			stateStore('Begin', 'run', 'start', { brief: 'A chase' }),
			stateStore('Save', 'state', 'write', { field: 'styleGuide', value: guide }),
			validator('Check', { judgedBy: 'nobody', rulesFrom: 'state' }),
		];
		const input = [{ id: 'a', logline: 'A drone.' }];
		const ran = await runWorkflow(flow(steps, 'Start > Begin > Save > Check'), { input });
		expect(ran.out('Check')).toMatchObject([{ status: 'failed', verdict: { outcome: 'fail' } }]);
		const without = await runWorkflow(flow(steps, 'Start > Begin > Check'), { input });
		expect(without.out('Check')).toMatchObject([
			{
				failure: {
					code: 'input_missing',
					message: "The state has no style guide in the field 'styleGuide'.",
				},
			},
		]);
	});

	it('checks the pictures on the items by shape, and never passes by one that cannot be read', async () => {
		const picture = (bytes: Buffer) => ({
			still: { data: bytes.toString('base64'), mimeType: 'image/png', fileName: 'still.png' },
		});
		const items = [png(1920, 1080), png(1080, 1920), Buffer.from('no picture')].map((bytes, index) => ({
			json: { id: `p${index}`, title: `P ${index}` },
			binary: picture(bytes),
		}));
		const { typesOf, other } = await import('../support/flow');
		const ran = await runWorkflow(
			flow(
				[
					start(),
					other('Draw'),
					validator('Check', {
						judgedBy: 'nobody',
						...rules({ kind: 'picture', aspects: '16:9', severity: 'hard' }),
					}),
				],
				'Start > Draw > Check',
			),
			{ types: typesOf({ Draw: () => [items] }) },
		);
		expect(ran.out('Check').map(({ status, why }) => [status, why])).toEqual([
			['passed', 'matches the guide (1 of 1 rules)'],
			['failed', "'still.png' is 1080 x 1920 pixels, not 16:9"],
			['unsure', "not sure: the size of 'still.png' cannot be read"],
		]);
	});

	it('compares verdicts with decisions: in one run, and in all of a period', async () => {
		await checkWith(rules(banned('spotless')));
		const ran = await checkWith(rules(banned('spotless')), [
			{ id: 'a', logline: 'one' },
			{ id: 'b', logline: 'two' },
			{ id: 'c', logline: 'spotless' },
		]);
		const runId = String(ran.out('Check')[0]?.runId);
		const store = await engine.store();
		const decide = ({ artefactId, contentHash }: IDataObject, action: Decision['action']) => ({
			artefactId: String(artefactId),
			contentHash: String(contentHash),
			action,
			reviewer: 'Maya',
			reviewerVerified: 'none',
			decidedAt: '2026-11-22T10:00:00Z',
			round: 0,
		});
		const [a = {}, b = {}, c = {}] = ran.out('Check');
		const values = [decide(a, 'approve'), decide(b, 'reject'), decide(c, 'reject')];
		await store.write(runId, [
			{ by: 'Test', asRecordKeeper: true, commands: [{ op: 'append', field: 'decisions', values }] },
		]);
		expect(decisionsOf(await read(runId))).toHaveLength(3);
		const calibrate = (parameters: IDataObject) =>
			runWorkflow(
				flow([start(), validator('Look', { operation: 'calibrate', ...parameters })], 'Start > Look'),
			);
		const one = await calibrate({ lookAt: 'run', run: { __rl: true, mode: 'id', value: runId } });
		expect(one.out('Look')).toMatchObject([
			{
				runs: 1,
				pieces: 3,
				agreement: { count: 2, of: 3 },
				falsePasses: { count: 1, of: 2 },
				suggestedThreshold: null,
			},
		]);
		expect(JSON.stringify(one.run.data.resultData.runData.Look?.[0]?.hints)).toContain('Too few decisions');
		const all = await calibrate({ lookAt: 'period', days: 1 });
		expect(Number(all.out('Look')[0]?.runs)).toBeGreaterThan(1);
		expect(Number(all.out('Look')[0]?.pieces)).toBeGreaterThanOrEqual(3);
	});
});
