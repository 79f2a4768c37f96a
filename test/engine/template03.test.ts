/** Template 03 through n8n's real engine: specialists that share nothing but the state, and one person. */
import { artefactsOf } from '../../nodes/shared/state';
import { loadTemplate, runWorkflow, useEngine, type Ran } from '../support/engine';
import { callGate, fillForm } from '../support/gate';
import { concept, startScriptedGemini, type ScriptedGemini } from '../support/scriptedGemini';

const GATE = 'Ask the creative director';
const ROUTER = 'Did everything pass?';
const SHOTS = [
	'Wide: wet roofs, a figure runs',
	'Close: a hand on rusted iron',
	'Low angle: the gap between two roofs',
];

describe('template 03, full coordinated pipeline', () => {
	const engine = useEngine();
	let gemini: ScriptedGemini;
	let shotLists: string[];

	beforeEach(async () => {
		shotLists = [];
		gemini = await startScriptedGemini({
			other: ({ prompt }) => {
				shotLists.push(prompt);
				return { title: `Shots ${shotLists.length}`, shots: SHOTS, coverage: 'The last one.' };
			},
		});
	});
	afterEach(() => gemini.close());

	const park = (): Promise<Ran> =>
		runWorkflow(loadTemplate('03-full-coordinated-pipeline.json'), {
			geminiUrl: gemini.url,
			startNode: 'When you press the button',
		});
	const decide = async (ran: Ran, choices: Record<string, string>): Promise<Ran> => {
		const { resumed, body } = await callGate(ran, GATE, { form: await fillForm(ran, GATE, choices) });
		if (resumed === undefined) throw new Error(body.slice(0, 80));
		return resumed;
	};
	const runIdOf = (ran: Ran): string => String(ran.out('Write concepts')[0]?.runId);
	const asked = (what: string) => gemini.asked.filter((each) => each.what === what);

	it('asks one person about the work of all specialists at once, then exports it as one set with a report', async () => {
		const ran = await park();
		expect(ran.error).toBeUndefined();
		expect(ran.run.status).toBe('waiting');
		expect(ran.out(ROUTER, 2).map(({ kind }) => kind)).toEqual([
			'concept',
			'concept',
			'concept',
			'shot list',
		]);
		expect(asked('picture')).toHaveLength(3);

		const done = await decide(ran, { d0: 'approve', d1: 'approve', d2: 'approve', d3: 'approve' });

		expect(done.error).toBeUndefined();
		expect(done.out('Approved set')).toMatchObject([{ count: 4 }]);
		expect(done.out('The report as a page')).toMatchObject([
			{ files: { report: 'reliability-report.html' } },
		]);
		const store = await engine.store();
		expect(await store.getRun(runIdOf(ran))).toMatchObject({ status: 'finished' });
		expect(artefactsOf(await store.read(runIdOf(ran))).every(({ locked }) => locked)).toBe(true);
	});

	it('gives each specialist the intent from the state, and none what another one wrote', async () => {
		await park();

		const [shots] = shotLists;
		expect(shots).toContain('Rooftop chase');
		expect(shots).not.toContain('Concept 0');
	});

	it('has what a rule turned down made anew by its own specialist only', async () => {
		gemini.script.concept = (number) =>
			concept(number, number === 1 ? { logline: 'All in slow motion on a roof' } : {});
		const ran = await park();

		expect(ran.run.status).toBe('waiting');
		expect(ran.out(ROUTER, 1)).toMatchObject([{ slot: 2, maker: 'Write concepts' }]);
		expect(shotLists).toHaveLength(1);
		expect(asked('picture')).toHaveLength(4);
	});

	it('has a redirected shot list changed and a rejected concept made anew, and asks again', async () => {
		const ran = await park();
		const again = await decide(ran, {
			d0: 'approve',
			d1: 'approve',
			d2: 'reject',
			n2: 'Seen a hundred times.',
			d3: 'redirect',
			n3: 'Fewer close-ups.',
		});

		expect(again.error).toBeUndefined();
		expect(again.run.status).toBe('waiting');
		expect(shotLists).toHaveLength(2);
		for (const told of ['Fewer close-ups.', 'This is your earlier answer', ...SHOTS])
			expect(shotLists[1]).toContain(told);
		const done = await decide(again, { d0: 'approve', d1: 'approve' });
		expect(done.out('Approved set').at(-1)).toMatchObject({ count: 4 });
		const kinds = artefactsOf(await (await engine.store()).read(runIdOf(ran)))
			.filter(({ locked }) => locked)
			.map(({ kind }) => kind);
		expect(kinds.sort()).toEqual(['concept', 'concept', 'concept', 'shot list']);
	});

	it('gives everything to a person when a specialist never gets it right', async () => {
		gemini.script.concept = (number) => concept(number, { logline: `Slow motion ${number}, take ${number}` });
		const ran = await park();

		expect(ran.out('Hand to a person').length).toBeGreaterThan(0);
		expect(ran.out(GATE)).toEqual([]);
		expect(await (await engine.store()).getRun(runIdOf(ran))).toMatchObject({ status: 'escalated' });
	});
});
