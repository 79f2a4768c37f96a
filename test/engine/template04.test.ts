/** Template 04 through n8n's real engine: research, a draft that builds on it, the brand's rules, and a person. */
import { artefactsOf } from '../../nodes/shared/state';
import { loadTemplate, runWorkflow, useEngine, type Ran } from '../support/engine';
import { callGate, fillForm } from '../support/gate';
import { startScriptedGemini, type ScriptedGemini } from '../support/scriptedGemini';

const GATE = 'Is it client-ready?';
const FINDING = 'Bread is best within four hours of the oven, as bakers say.';

describe('template 04, agency content pipeline', () => {
	const engine = useEngine();
	let gemini: ScriptedGemini;
	let drafts: string[];
	let research: string[];
	let bodies: string[];
	let questions: string[];

	beforeEach(async () => {
		[drafts, research, bodies, questions] = [[], [], [], ['Which streets are served?']];
		gemini = await startScriptedGemini({
			other: ({ prompt, schema }) => {
				if ('findings' in Object(schema.properties)) {
					research.push(prompt);
					const openQuestions = research.length === 1 ? questions : ['Which streets are served?'];
					return {
						title: 'Bread at the door',
						findings: [FINDING],
						audienceInsight: 'Mornings.',
						openQuestions,
					};
				}
				drafts.push(prompt);
				const body =
					bodies[drafts.length - 1] ??
					`Draft ${drafts.length}: fresh bread at your door before seven, baked by the family round the corner, so that the morning is for you.`;
				return {
					title: `Bread before seven ${drafts.length}`,
					body,
					callToAction: 'Order tonight.',
					claims: ['Before seven'],
				};
			},
		});
	});
	afterEach(() => gemini.close());

	const park = (): Promise<Ran> =>
		runWorkflow(loadTemplate('04-agency-content-pipeline.json'), {
			geminiUrl: gemini.url,
			startNode: 'When you press the button',
		});
	const decide = async (ran: Ran, choices: Record<string, string>): Promise<Ran> => {
		const { resumed, body } = await callGate(ran, GATE, { form: await fillForm(ran, GATE, choices) });
		if (resumed === undefined) throw new Error(body.slice(0, 80));
		return resumed;
	};
	const runIdOf = (ran: Ran): string => String(ran.out('Research the subject')[0]?.runId);

	it('asks a person about the draft alone, which was told the research, and exports what is approved', async () => {
		const ran = await park();
		expect(ran.error).toBeUndefined();
		expect(ran.run.status).toBe('waiting');
		expect(ran.out('Does the draft comply?', 2)).toMatchObject([{ kind: 'draft', status: 'passed' }]);
		expect(drafts).toEqual([expect.stringContaining(FINDING)]);

		const done = await decide(ran, { d0: 'approve' });

		expect(done.error).toBeUndefined();
		expect(done.out('Ready for the client')).toMatchObject([{ count: 1, artefacts: [{ kind: 'draft' }] }]);
		expect(await (await engine.store()).getRun(runIdOf(ran))).toMatchObject({ status: 'finished' });
	});

	it('does not begin the draft before the research passed', async () => {
		questions = [];
		const ran = await park();

		expect(ran.run.status).toBe('waiting');
		expect(research).toHaveLength(2);
		expect(research[1]).toContain('Name at least one thing that a person should look up');
		expect(drafts).toHaveLength(1);
	});

	it('has a draft that breaks a rule of the brand written anew, told why', async () => {
		bodies = [
			'Our world-class bread is simply there before seven in the morning, every day of the week, guaranteed for everybody.',
		];
		const ran = await park();

		expect(ran.run.status).toBe('waiting');
		expect(drafts).toHaveLength(2);
		expect(drafts[1]).toContain('Say what it does instead of praising it');
		expect(research).toHaveLength(1);
	});

	it('changes a redirected draft as the note says and keeps the rest, with the research still at hand', async () => {
		const ran = await park();
		const again = await decide(ran, { d0: 'redirect', n0: 'Mention the rye.' });

		expect(again.error).toBeUndefined();
		expect(again.run.status).toBe('waiting');
		expect(drafts).toHaveLength(2);
		for (const told of ['Mention the rye.', 'Bread before seven 1', FINDING])
			expect(drafts[1]).toContain(told);
		const done = await decide(again, { d0: 'approve' });
		expect(done.out('Ready for the client').at(-1)).toMatchObject({ count: 1 });
		const kept = artefactsOf(await (await engine.store()).read(runIdOf(ran))).filter(({ locked }) => locked);
		expect(kept).toMatchObject([{ title: 'Bread before seven 2' }]);
	});

	it('gives a draft that never complies to a person', async () => {
		bodies = [1, 2, 3].map(
			(take) =>
				`Take ${take}: revolutionary bread that is at your door before seven in the morning, each day.`,
		);
		const ran = await park();

		expect(ran.out('Tell the account lead')).toMatchObject([{ failure: { code: 'attempts_spent' } }]);
		expect(ran.out(GATE)).toEqual([]);
		expect(await (await engine.store()).getRun(runIdOf(ran))).toMatchObject({ status: 'escalated' });
	});
});
