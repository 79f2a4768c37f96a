/** Template 01 through n8n's real engine. */
import { loadTemplate, runWorkflow, useEngine, type WorkflowJson } from '../support/engine';
import { concept, startScriptedGemini, type ScriptedGemini } from '../support/scriptedGemini';

const ROUTER = 'Enough concepts passed?';
const VALIDATOR = 'Check against the style guide';
const [ESCALATE, RETRY, DONE] = [0, 1, 2];

describe('template 01, two-agent storyboard', () => {
	const engine = useEngine();
	let gemini: ScriptedGemini;
	let template: WorkflowJson;

	beforeEach(async () => {
		gemini = await startScriptedGemini();
		template = loadTemplate('01-two-agent-storyboard.json');
	});
	afterEach(() => gemini.close());

	const run = (options: Parameters<typeof runWorkflow>[1] = {}) =>
		runWorkflow(template, { geminiUrl: gemini.url, ...options });

	it('hands on three concepts when all pass the first time', async () => {
		const ran = await run();

		expect(ran.error).toBeUndefined();
		expect(ran.out(ROUTER, DONE)).toMatchObject([
			{ title: 'Concept 0', status: 'passed', slot: 1, round: 0, kind: 'concept' },
			{ title: 'Concept 1', status: 'passed', slot: 2 },
			{ title: 'Concept 2', status: 'passed', slot: 3 },
		]);
		expect(Object.keys(ran.out(ROUTER, DONE)[0] ?? {}).slice(0, 3)).toEqual(['title', 'status', 'why']);
		expect(ran.out(ROUTER, ESCALATE)).toEqual([]);

		const store = await engine.store();
		const runId = String(ran.out(ROUTER, DONE)[0]?.runId);
		expect(await store.getRun(runId)).toMatchObject({
			status: 'finished',
			title: 'Rooftop chase',
			startedFrom: 'editor',
		});
		expect((await store.read(runId)).fields).toMatchObject({
			attempts: 1,
			intent: { title: 'Rooftop chase' },
		});
	});

	it('writes only the failed concept anew, tells why, and keeps those that passed', async () => {
		gemini.script.concept = (number) =>
			concept(number, number === 1 ? { visualApproach: 'Spotless glass.' } : {});
		gemini.script.holds = (text) => !text.includes('Spotless glass');

		const ran = await run();

		expect(ran.out(ROUTER, RETRY)).toMatchObject([
			{ next: 'generate', slot: 2, round: 1, why: 'too clean, not gritty' },
		]);
		expect(ran.out(ROUTER, DONE).map(({ title, slot, status }) => [title, slot, status])).toEqual([
			['Concept 0', 1, 'passed'],
			['Concept 3', 2, 'passed'],
			['Concept 2', 3, 'passed'],
		]);
		expect(gemini.asked.filter(({ what }) => what === 'concepts')).toHaveLength(2);
		expect(gemini.asked.at(-2)?.prompt ?? '').not.toBe('');
		const second = gemini.asked.filter(({ what }) => what === 'concepts')[1]?.prompt ?? '';
		expect(second).toContain('too clean, not gritty');
		expect(second).toContain('Concept 0');
		const store = await engine.store();
		expect((await store.read(String(ran.out(ROUTER, DONE)[0]?.runId))).fields.attempts).toBe(2);
	});

	it("stops at the cap when nothing ever passes, and gives everything to a person (the article's uncounted loop)", async () => {
		gemini.script.holds = () => false;

		const ran = await run();

		expect(gemini.asked.filter(({ what }) => what === 'concepts')).toHaveLength(1 + 3 + 3);
		expect(ran.out(ROUTER, DONE)).toEqual([]);
		expect(ran.out(ROUTER, ESCALATE)).toMatchObject([
			{ status: 'failed', why: 'too clean, not gritty', failure: { code: 'attempts_spent' } },
			{ status: 'failed' },
			{ status: 'failed' },
		]);
		expect(ran.out('Hand to a person')).toHaveLength(3);
		const store = await engine.store();
		const runId = String(ran.out(ROUTER, ESCALATE)[0]?.runId);
		expect((await store.read(runId)).fields.attempts).toBe(3);
		expect(await store.getRun(runId)).toMatchObject({ status: 'escalated' });
	});

	it("never overwrites a concept that passed, however often the others are retried (the article's second fault)", async () => {
		gemini.script.holds = (text) => text.includes('Concept 0');

		const ran = await run();

		const [kept, ...others] = ran.out(ROUTER, ESCALATE);
		expect(kept).toMatchObject({ title: 'Concept 0', status: 'passed' });
		expect(others).toHaveLength(2);
		const store = await engine.store();
		const runId = String(kept?.runId);
		const history = await store.history(runId);
		for (const { version } of history) {
			const { fields } = await store.read(runId, version);
			const first = (fields.artefacts as Array<{ id: string; title: string; status: string }>).find(
				({ id }) => id === kept?.artefactId,
			);
			if (first !== undefined) expect(first.title).toBe('Concept 0');
		}
	});

	it('checks once more when the judge was unsure, without writing anew, and then asks a person', async () => {
		gemini.script.holds = (text) => (text.includes('Concept 1') ? 'unsure' : true);

		const ran = await run();

		expect(ran.out(ROUTER, RETRY)).toMatchObject([{ next: 'check', title: 'Concept 1' }]);
		expect(gemini.asked.filter(({ what }) => what === 'concepts')).toHaveLength(1);
		expect(ran.out(ROUTER, ESCALATE)).toMatchObject([
			{ title: 'Concept 0', status: 'passed' },
			{ title: 'Concept 2', status: 'passed' },
			{ title: 'Concept 1', status: 'unsure' },
		]);
	});

	it('tries again after a failure of Gemini and tells the person when it stays', async () => {
		gemini.script.fail = ({ what }) =>
			what === 'concepts'
				? { status: 400, body: { error: { code: 400, message: 'no', status: 'INVALID_ARGUMENT' } } }
				: undefined;

		const ran = await run();

		expect(ran.error).toBeUndefined();
		expect(ran.out(ROUTER, ESCALATE)).toHaveLength(3);
		expect(ran.out(ROUTER, ESCALATE)[0]).toMatchObject({
			status: 'failed',
			failure: { code: 'bad_request' },
		});
	});

	it('finds the brief behind each concept that was held back: $("Set your brief").item', async () => {
		gemini.script.holds = (text) => !text.includes('Concept 1');
		template.nodes.push({
			id: 'lineage',
			name: 'Lineage',
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			position: [0, 0],
			parameters: {
				assignments: {
					assignments: [{ name: 'sent', value: "={{ $('Set your brief').item.json.brief.length }}" }],
				},
			},
		});
		template.connections[ROUTER]?.main?.[DONE]?.push({ node: 'Lineage', type: 'main', index: 0 });

		const ran = await run();

		expect(ran.out('Lineage').map(({ sent }) => sent)).toEqual([128, 128, 128]);
	});

	it.each([
		'Capture the intent',
		'Write concepts',
		VALIDATOR,
		ROUTER,
		'Set your brief',
		'Wait if Gemini asks for it',
	])('ends, fails closed and never loops when "%s" is switched off', async (name) => {
		gemini.script.holds = () => false;
		const node = template.nodes.find((each) => each.name === name);
		if (node === undefined) throw new Error(`no node ${name}`);
		node.disabled = true;

		const ran = await run();

		expect(ran.outputs('Concepts that passed').flat(2)).toEqual([]);
		expect(gemini.asked.length).toBeLessThan(60);
	});

	it('asks for nothing twice when the same execution is run again from its start, as after a crash', async () => {
		gemini.script.holds = (text) => !text.includes('Concept 1');
		const first = await run({ executionId: 'before', resumeToken: 'same' });
		const asked = gemini.asked.length;
		const store = await engine.store();
		const runId = String(first.out(ROUTER, DONE)[0]?.runId);
		const version = (await store.getRun(runId)).version;

		const second = await run({ executionId: 'after', resumeToken: 'same' });

		expect(gemini.asked).toHaveLength(asked);
		expect(second.out(ROUTER, DONE).map(({ artefactId }) => artefactId)).toEqual(
			first.out(ROUTER, DONE).map(({ artefactId }) => artefactId),
		);
		expect((await store.getRun(runId)).version).toBe(version);
		expect(second.out('Write concepts')[0]).toMatchObject({ replayed: true });
	});

	it('gives everything to a person again when an execution that spent its attempts is run again from its start', async () => {
		gemini.script.holds = (text) => /Concept 0\b/.test(text);
		const first = await run({ executionId: 'spent', resumeToken: 'spent' });
		const asked = gemini.asked.length;
		const store = await engine.store();
		const runId = String(first.out(ROUTER, ESCALATE)[0]?.runId);

		const second = await run({ executionId: 'spent-again', resumeToken: 'spent' });

		const told = ({ out }: typeof first) =>
			out('Hand to a person').map(({ title, status, why }) => [title, status, why]);
		expect(told(first)).toHaveLength(3);
		expect(told(second)).toEqual(told(first));
		expect(second.out(ROUTER, DONE)).toEqual([]);
		expect(gemini.asked).toHaveLength(asked);
		expect(await store.getRun(runId)).toMatchObject({ status: 'escalated' });
	});

	it('says that the brief is empty before anything is paid', async () => {
		const brief = template.nodes.find(({ name }) => name === 'Set your brief');
		if (brief !== undefined)
			brief.parameters = { assignments: { assignments: [{ name: 'brief', value: ' ' }] } };

		const ran = await run();

		expect(gemini.asked).toEqual([]);
		expect(ran.out('Capture the intent')).toMatchObject([{ failure: { code: 'input_missing' } }]);
	});

	it('goes on to a person when the step that makes the status link fails', async () => {
		const runId = 'of-another-install';
		template.nodes = template.nodes.map((node) =>
			node.name === 'Capture the intent'
				? {
						...node,
						type: 'n8n-nodes-base.set',
						typeVersion: 3.4,
						parameters: { assignments: { assignments: [{ name: 'runId', value: runId }] } },
					}
				: node,
		);
		const ran = await runWorkflow(template, { startNode: 'When you press the button' });

		expect(ran.error).toBeUndefined();
		expect(ran.out('Make the status link')).toMatchObject([{ failure: { code: 'run_not_found' } }]);
		expect(ran.out('Answer the form')).toHaveLength(1);
		expect(ran.out('Hand to a person')).toMatchObject([{ why: expect.stringContaining(runId) }]);
	});
});
