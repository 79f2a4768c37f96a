/** Template 01 in real n8n: by the button, by the form, and to its cap. */
import {
	BRIEF,
	CHECK,
	DONE,
	ESCALATE,
	RETRY,
	ROUTER,
	WRITE,
	addNode,
	errorOf,
	importFlow,
	itemsOf,
	setBrief,
	timesRun,
} from './support/flow';
import { textOf } from './support/gemini';
import type { Json } from './support/world';

const BUTTON_BRIEF = 'Three concepts for a noir chase over wet rooftops, seen by a cat';

describe('template 01', () => {
	it('ends with three accepted concepts after one retry when its button is pressed', async () => {
		const flow = await importFlow('button');

		const execution = await flow.press();

		expect(errorOf(execution)).toBe('');
		expect(execution.status).toBe('success');
		const done = itemsOf(execution, ROUTER, DONE);
		expect(done.map(({ status, slot }) => [status, slot])).toEqual([
			['passed', 1],
			['passed', 2],
			['passed', 3],
		]);
		expect(new Set(done.map(({ artefactId }) => artefactId)).size).toBe(3);
		expect(itemsOf(execution, ROUTER, RETRY)).toMatchObject([
			{ slot: 2, why: 'too clean, not gritty', round: 1 },
		]);
		expect(itemsOf(execution, ROUTER, ESCALATE)).toEqual([]);
		const run = await flow.run();
		expect(run).toMatchObject({ status: 'finished', startedFrom: 'editor', fields: { attempts: 2 } });
		expect(run.unpricedCalls).toBe(0);
		expect(run.costUsd).toBeGreaterThan(0);
	});

	it('works with the brief that was typed before the button was pressed', async () => {
		const flow = await importFlow('edited-brief');
		await flow.edit((workflow) => setBrief(workflow, BUTTON_BRIEF));

		const execution = await flow.press();

		expect(execution.status).toBe('success');
		expect(flow.gemini.requests('intent').map(textOf)).toEqual([expect.stringContaining(BUTTON_BRIEF)]);
		expect((await flow.run()).fields.brief).toBe(BUTTON_BRIEF);
	});

	it('takes brief, count and file from its form, and the brief of the form goes first', async () => {
		const flow = await importFlow('form', { change: (workflow) => setBrief(workflow, BUTTON_BRIEF) });
		await flow.n8n.api.publish(flow.workflow as { id: string });
		const file = 'The studio dog must be in every frame.';

		const id = await flow.send({
			'Your brief': 'Two concepts for a noir chase through a printing house',
			'How many concepts': 2,
			'A file that belongs to the brief (PDF, text, JPEG or PNG, up to 15 MB)': {
				fileName: 'notes.txt',
				type: 'text/plain',
				bytes: Buffer.from(file),
			},
		});
		const execution = await flow.n8n.api.waitForExecution(id);

		expect(errorOf(execution)).toBe('');
		expect(itemsOf(execution, ROUTER, DONE)).toHaveLength(2);
		const [intent, ...others] = flow.gemini.requests('intent');
		expect(others).toEqual([]);
		expect(intent && textOf(intent)).toContain('through a printing house');
		expect(intent && textOf(intent)).not.toContain(BUTTON_BRIEF);
		const parts: Json[] = (intent?.body.contents ?? []).flatMap((content: Json) => content.parts ?? []);
		const sent = parts.flatMap(({ inlineData }) => (inlineData ? [inlineData] : []));
		expect(sent).toMatchObject([{ mimeType: 'text/plain' }]);
		expect(Buffer.from(sent[0]?.data ?? '', 'base64').toString()).toBe(file);
		expect(await flow.run()).toMatchObject({ status: 'finished', startedFrom: 'production' });
	});

	it('takes a form without a count and without a file', async () => {
		const flow = await importFlow('short-form');
		await flow.n8n.api.publish(flow.workflow as { id: string });

		const id = await flow.send({ 'Your brief': 'A noir chase along a flooded arcade' });
		const execution = await flow.n8n.api.waitForExecution(id);

		expect(errorOf(execution)).toBe('');
		expect(itemsOf(execution, ROUTER, DONE)).toHaveLength(3);
	});

	it('stops after three attempts when nothing ever passes, and gives all to a person', async () => {
		const flow = await importFlow('never-passes');
		flow.gemini.behave((_request, kind) =>
			kind === 'verdict' ? { name: 'always-fail-verdict' } : undefined,
		);

		const execution = await flow.press();

		expect(execution.status).toBe('success');
		expect(timesRun(execution, WRITE)).toBe(3);
		expect(timesRun(execution, CHECK)).toBe(3);
		expect(itemsOf(execution, ROUTER, DONE)).toEqual([]);
		expect(itemsOf(execution, ROUTER, ESCALATE).map(({ slot, failure }) => [slot, failure.code])).toEqual([
			[1, 'attempts_spent'],
			[2, 'attempts_spent'],
			[3, 'attempts_spent'],
		]);
		expect(itemsOf(execution, 'Hand to a person')).toHaveLength(3);
		const run = await flow.run();
		expect(run).toMatchObject({ status: 'escalated', fields: { attempts: 3 } });
		expect(run.statusNote).not.toBe('');
	});

	it('says that the brief is empty when it is, and pays nothing', async () => {
		const flow = await importFlow('empty-brief', { change: (workflow) => setBrief(workflow, ' ') });

		const execution = await flow.press();

		expect(flow.gemini.requests()).toEqual([]);
		const handed = itemsOf(execution, 'Hand to a person').map(({ why }) => why);
		expect([errorOf(execution), ...handed].join('\n')).toMatch(/brief/i);
	});

	it("finds its own brief behind each held concept, $('Set your brief').item, also with two briefs at once", async () => {
		const briefs = ['A noir rooftop chase in the rain', 'A noir chase across a frozen harbour'];
		const flow = await importFlow('lineage', { change: (workflow) => withTwoBriefs(workflow, briefs) });

		const execution = await flow.press();

		expect(errorOf(execution)).toBe('');
		const found = itemsOf(execution, 'Lineage');
		expect(found).toHaveLength(6);
		const runs = await flow.runs();
		const briefOf = new Map(runs.map(({ runId, fields }) => [runId, fields.brief]));
		expect(new Set(briefOf.values())).toEqual(new Set(briefs));
		expect(found.map(({ sent }) => sent)).toEqual(found.map(({ runId }) => briefOf.get(runId)));
		expect(found.map(({ written }) => written)).toEqual(found.map(({ title }) => title));
		expect(runs.map(({ status }) => status)).toEqual(['finished', 'finished']);
	});
});

/** Two items reach 'Set your brief'; a Set node behind Done looks back from each concept. */
function withTwoBriefs(workflow: Json, briefs: readonly string[]): void {
	addNode(workflow, {
		name: 'Two briefs',
		type: 'n8n-nodes-base.code',
		typeVersion: 2,
		parameters: {
			jsCode: `return ${JSON.stringify(briefs.map((brief) => ({ json: { 'Your brief': brief } })))};`,
		},
	});
	workflow.connections['When you press the button'].main[0] = [
		{ node: 'Two briefs', type: 'main', index: 0 },
	];
	workflow.connections['Two briefs'] = { main: [[{ node: BRIEF, type: 'main', index: 0 }]] };
	const assignments = [
		{ id: 'sent', name: 'sent', type: 'string', value: `={{ $('${BRIEF}').item.json['Your brief'] }}` },
		{ id: 'written', name: 'written', type: 'string', value: `={{ $('${WRITE}').item.json.title }}` },
	];
	addNode(
		workflow,
		{
			name: 'Lineage',
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: { assignments: { assignments }, includeOtherFields: true, options: {} },
		},
		[[ROUTER, DONE]],
	);
}
