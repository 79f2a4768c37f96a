/** Template 02 through n8n's real engine: a person has the last word. */
import { loadTemplate, runWorkflow, useEngine, type Ran } from '../support/engine';
import { callGate, fillForm, timeOut } from '../support/gate';
import { startScriptedGemini, type ScriptedGemini } from '../support/scriptedGemini';

const GATE = 'Ask the creative director';
const EXPORT = 'Export the approved set';
const PERSON = 'Hand to a person';

describe('template 02, storyboard with human gate', () => {
	const engine = useEngine();
	let gemini: ScriptedGemini;

	beforeEach(async () => {
		gemini = await startScriptedGemini();
	});
	afterEach(() => gemini.close());

	const park = (change: (json: ReturnType<typeof loadTemplate>) => void = () => undefined): Promise<Ran> => {
		const template = loadTemplate('02-storyboard-with-human-gate.json');
		change(template);
		return runWorkflow(template, { geminiUrl: gemini.url, startNode: 'When you press the button' });
	};
	const decide = async (ran: Ran, choices: Record<string, string>): Promise<Ran> => {
		const form = await fillForm(ran, GATE, choices);
		const { resumed, body } = await callGate(ran, GATE, { form });
		if (resumed === undefined) throw new Error(body);
		return resumed;
	};
	const runIdOf = (ran: Ran): string => String(ran.out('Write concepts')[0]?.runId);

	it('waits with the concepts that passed, then exports what was approved as one set', async () => {
		const ran = await park();
		expect(ran.error).toBeUndefined();
		expect(ran.run.status).toBe('waiting');

		const done = await decide(ran, { d0: 'approve', d1: 'approve', d2: 'approve' });
		expect(done.out(EXPORT)).toMatchObject([{ count: 3, artefacts: [{ status: 'approved' }, {}, {}] }]);
		expect(await (await engine.store()).getRun(runIdOf(ran))).toMatchObject({ status: 'finished' });
	});

	it('writes a rejected concept anew and changes a redirected one, each told the note, and asks again', async () => {
		const ran = await park();
		const again = await decide(ran, {
			d0: 'approve',
			d1: 'reject',
			n1: 'Seen a hundred times.',
			d2: 'redirect',
			n2: 'More rain, less talk.',
			s2: 'run',
		});

		expect(again.error).toBeUndefined();
		expect(again.run.status).toBe('waiting');
		const asked = gemini.asked.filter(({ what }) => what.startsWith('concept')).map(({ prompt }) => prompt);
		const later = asked.slice(1).join('\n');
		expect(later).toContain('Seen a hundred times.');
		expect(later).toContain('More rain, less talk.');
		const done = await decide(again, { d0: 'approve', d1: 'approve' });
		expect(done.out(EXPORT).at(-1)).toMatchObject({ count: 3 });
		const { fields } = await (await engine.store()).read(runIdOf(ran));
		expect(fields.directives).toMatchObject([{ scope: 'run', text: 'More rain, less talk.' }]);
		expect(fields.artefacts).toMatchObject([
			{ slot: 1, locked: true },
			{ slot: 2, status: 'replaced' },
			{ slot: 3, status: 'replaced' },
			{ locked: true },
			{ locked: true },
		]);
	});

	it('tells every later request what holds from now on', async () => {
		const ran = await park();
		await decide(ran, { d0: 'redirect', n0: 'Never a gun.', s0: 'run', d1: 'reject', d2: 'approve' });

		const later = gemini.asked.filter(({ what }) => what.startsWith('concept')).slice(1);
		expect(later.length).toBeGreaterThan(1);
		for (const { prompt } of later) expect(prompt).toContain('Never a gun.');
	});

	it('goes to a person with the reasons when people have sent it back too often', async () => {
		const ran = await park((template) => {
			const router = template.nodes.find(({ name }) => name === 'Enough concepts passed?');
			if (router !== undefined) router.parameters.humanRounds = 1;
		});
		const again = await decide(ran, { d0: 'approve', d1: 'approve', d2: 'reject', n2: 'No.' });
		const over = await decide(again, { d0: 'reject', n0: 'Still no.' });

		expect(over.out(PERSON).at(-1)).toMatchObject({
			why: expect.stringContaining('Still no.'),
			failure: { code: 'human_rounds_spent' },
		});
		expect(await (await engine.store()).getRun(runIdOf(ran))).toMatchObject({ status: 'escalated' });
	});

	it('gives everything to a person when nobody decides in time', async () => {
		const ran = await park((template) => {
			const gate = template.nodes.find(({ name }) => name === GATE);
			if (gate !== undefined) gate.parameters.waitHours = 2;
		});
		const late = await timeOut(ran);

		expect(late.out(PERSON)).toMatchObject([{ timedOut: true }, { timedOut: true }, { timedOut: true }]);
		expect(late.out(EXPORT)).toEqual([]);
		expect(await (await engine.store()).getRun(runIdOf(ran))).toMatchObject({ status: 'escalated' });
	});

	it('asks nobody again about what is decided, when the execution is repeated', async () => {
		const ran = await park();
		await decide(ran, { d0: 'approve', d1: 'approve', d2: 'approve' });
		const repeated = await runWorkflow(loadTemplate('02-storyboard-with-human-gate.json'), {
			geminiUrl: gemini.url,
			startNode: 'When you press the button',
			resumeToken: String(ran.run.data.resumeToken),
		});

		expect(repeated.run.status).toBe('success');
		expect(repeated.out(EXPORT)).toMatchObject([{ count: 3 }]);
		expect((await (await engine.store()).read(runIdOf(ran))).fields.decisions).toHaveLength(3);
	});
});
