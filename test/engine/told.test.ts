/** What each operation of Gemini Concept tells the model on the wire: what stays, what was turned down and why, what holds from now on. */
import type { IDataObject } from 'n8n-workflow';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import {
	banned,
	flow,
	gemini as concept,
	humanGate,
	retryRouter,
	rules,
	start,
	validator,
} from '../support/flow';
import { callGate, fillForm } from '../support/gate';
import { concept as idea, startScriptedGemini, type ScriptedGemini } from '../support/scriptedGemini';

const GATE = 'Ask';

describe('what a later request is told', () => {
	useEngine();
	let gemini: ScriptedGemini;
	beforeEach(async () => {
		gemini = await startScriptedGemini({ other: ({ prompt }) => ({ title: `Line ${prompt.length}` }) });
	});
	afterEach(() => gemini.close());

	/** A round with three pieces: one approved, one rejected, one redirected for everything from now on. */
	const decided = async (maker: IDataObject, between: IDataObject[] = []): Promise<Ran> => {
		const extra = between.map((parameters, index) => concept(`Step ${index}`, parameters));
		const names = extra.map(({ name }) => name);
		const json = flow(
			[
				start(),
				concept('Intent', { resource: 'intent', operation: 'capture', brief: 'A chase' }),
				concept('Make', maker),
				...extra,
				validator('Check', rules(banned('spotless'))),
				retryRouter('Router'),
				humanGate(GATE, { title: 'Review' }),
			],
			['Start > Intent > Make', ...names, 'Check > Router'].join(' > '),
			'Router:1 > Make',
			'Router:2 > Ask',
			'Ask:2 > Router',
			'Ask:3 > Router',
		);
		const ran = await runWorkflow(json, { geminiUrl: gemini.url });
		expect(ran.error).toBeUndefined();
		const form = await fillForm(ran, GATE, {
			d0: 'approve',
			d1: 'reject',
			n1: 'Seen a hundred times.',
			d2: 'redirect',
			n2: 'Never a gun.',
			s2: 'run',
		});
		const { resumed, body } = await callGate(ran, GATE, { form });
		if (resumed === undefined) throw new Error(body);
		return resumed;
	};
	const promptsOf = (what: string, from: number): string[] =>
		gemini.asked
			.filter((each) => each.what === what)
			.map(({ prompt }) => prompt)
			.slice(from);
	const section = (prompt: string, name: string): string =>
		new RegExp(`\\[\\[BEGIN ${name}[\\s\\S]*?\\[\\[END ${name}`).exec(prompt)?.[0] ?? '';
	const GENERATE = { resource: 'concept', operation: 'generate', count: 3 };

	it('Generate: approved work, why others were turned down, and directives', async () => {
		await decided(GENERATE);
		const [prompt = ''] = promptsOf('concepts', 1);
		expect(section(prompt, 'APPROVED')).toContain('"Concept 0"');
		expect(section(prompt, 'TURNED DOWN')).toMatch(/"Concept 1"[\s\S]*Seen a hundred times/);
		expect(section(prompt, 'DIRECTIVE 1')).toContain('Never a gun.');
		expect(section(prompt, 'APPROVED')).not.toContain('"Concept 1"');
	});

	it('Revise: the concept and the note beside the same', async () => {
		await decided(GENERATE);
		const [prompt = ''] = promptsOf('concept', 0);
		expect(section(prompt, 'CONCEPT')).toContain('"Concept 2"');
		expect(section(prompt, 'NOTE')).toContain('Never a gun.');
		expect(section(prompt, 'APPROVED')).toContain('"Concept 0"');
		expect(section(prompt, 'TURNED DOWN')).toContain('Seen a hundred times');
		expect(section(prompt, 'DIRECTIVE 1')).toContain('Never a gun.');
	});

	it('Sketch: the concept as it is now, the intent and directives', async () => {
		await decided(GENERATE, [{ resource: 'concept', operation: 'sketch' }]);
		const first = promptsOf('picture', 0).slice(0, 3);
		const later = promptsOf('picture', 3);
		expect(later).toHaveLength(2);
		for (const prompt of first) expect(prompt).not.toContain('Never a gun.');
		for (const prompt of later) {
			expect(section(prompt, 'DIRECTIVE 1')).toContain('Never a gun.');
			expect(section(prompt, 'INTENT')).toContain('Rooftop chase');
		}
		expect(section(later[0] ?? '', 'WORK')).toContain('"Concept 3"');
	});

	it('Custom: approved work, what was turned down, why its own earlier answer was, and directives', async () => {
		const fields = { rows: [{ name: 'title', type: 'text', description: '' }] };
		const custom = { resource: 'custom', operation: 'generate', fields };
		const lines = flow(
			[
				start(),
				concept('Make', { ...custom, instruction: '={{ $json.task }}' }),
				validator('Check', rules(banned('spotless'))),
				retryRouter('Router'),
				humanGate(GATE, { title: 'Review' }),
			],
			'Start > Make > Check > Router',
			'Router:1 > Make',
			'Router:2 > Ask',
			'Ask:2 > Router',
			'Ask:3 > Router',
		);
		const ran = await runWorkflow(lines, {
			geminiUrl: gemini.url,
			input: [{ task: 'One' }, { task: 'The second' }],
		});
		expect(ran.error).toBeUndefined();
		const [kept, sent] = ran.out('Make');
		const form = await fillForm(ran, GATE, { d0: 'approve', d1: 'reject', n1: 'Too long.' });
		await callGate(ran, GATE, { form });
		const [prompt = ''] = promptsOf('other', 2);
		expect(section(prompt, 'APPROVED')).toContain(String(kept?.title));
		expect(section(prompt, 'TURNED DOWN')).toContain(String(sent?.title));
		expect(section(prompt, 'REASONS')).toContain('Too long.');
	});

	it('a concept that repeats one of an earlier round is asked for once more, and goes to the router if it still does', async () => {
		gemini.script.concept = (number) => idea(number === 3 || number === 4 ? 1 : number);
		const ran = await decided(GENERATE);

		const [round = '', again = ''] = promptsOf('concepts', 1);
		expect(section(round, 'REPEATED')).toBe('');
		expect(section(again, 'REPEATED')).toMatch(/"Concept 1"[\s\S]*"repeats": "Concept 1"/);
		expect(ran.out('Make').filter(({ failure }) => failure !== undefined)).toMatchObject([
			{ title: 'Concept 1', failure: { code: 'near_duplicate', message: "It nearly repeats 'Concept 1'." } },
		]);
		expect(ran.run.status).toBe('waiting');
		const { body } = await callGate(ran, GATE);
		expect(body).not.toContain('Concept 1<');
	});
});
