/** Stills and files of a brief in real n8n, where files are not in memory: drawn, shown at the gate, exported, paid once. */
import { errorOf, importWorkflow, readTemplate, type Flow } from './support/flow';
import { formOf, outOf, visit } from './support/gate';
import { type Execution, type Json } from './support/world';

const WRITE = 'Write concepts';
const DRAW = 'Draw stills';
const CHECK = 'Check against the style guide';
const GATE = 'Ask the creative director';
const EXPORT = 'Export the approved set';
const PDF = Buffer.from('%PDF-1.7\nA mood board of wet roofs');
const isPng = (bytes: Buffer): boolean => bytes.subarray(1, 4).toString() === 'PNG';

/** Template 02 with a step that draws between writing and checking. */
async function importWithStills(name: string): Promise<Flow> {
	const workflow = readTemplate('02-storyboard-with-human-gate');
	workflow.name = name;
	for (const node of workflow.nodes) if (node.webhookId) node.webhookId = `${node.webhookId}-${name}`;
	workflow.nodes.push({
		id: 'draw-stills',
		name: DRAW,
		type: 'n8n-nodes-greenlight.geminiConcept',
		typeVersion: 1,
		position: [900, 900],
		parameters: { resource: 'concept', operation: 'sketch' },
	});
	workflow.connections[WRITE] = { main: [[{ node: DRAW, type: 'main', index: 0 }]] };
	workflow.connections[DRAW] = { main: [[{ node: CHECK, type: 'main', index: 0 }]] };
	return importWorkflow(name, workflow);
}

const untilItWaits = (flow: Flow, id: string): Promise<Execution> =>
	flow.n8n.api.waitForExecution(id, {
		until: ['waiting', 'success', 'error', 'crashed'],
		timeoutMs: 120_000,
	});
const linkOf = (execution: Execution): string =>
	execution.data.resultData.runData[GATE].at(-1).metadata.resumeUrl;

describe('stills', () => {
	it('are drawn, shown on the review page, approved with the concept and exported; a repeat pays nothing', async () => {
		const flow = await importWithStills('with-stills');
		const id = await flow.start();
		const waiting = await untilItWaits(flow, id);
		expect(errorOf(waiting)).toBe('');
		expect(waiting.status).toBe('waiting');
		const items = outOf(waiting, DRAW);
		expect(items.slice(0, 3).map(({ binary }) => binary.sketch.fileName)).toEqual([
			'sketch-1.png',
			'sketch-2.png',
			'sketch-3.png',
		]);

		const link = linkOf(waiting);
		const page = (await visit(link)).body;
		const sources = [...page.matchAll(/<img[^>]+src="?(\?[^" >]+)/g)].map(([, query = '']) =>
			query.replaceAll('&amp;', '&'),
		);
		const pictures = await Promise.all(
			[...new Set(sources)].map((query) => visit(new URL(query, link).toString())),
		);
		expect(pictures.length).toBeGreaterThanOrEqual(3);
		for (const { headers, bytes } of pictures) {
			expect(headers['content-type']).toBe('image/png');
			expect(isPng(bytes)).toBe(true);
		}

		const choices: Json = { d0: 'approve', d1: 'approve', d2: 'approve', reviewer: 'Maya', send: 'all' };
		await visit(link, { form: formOf(page, choices) });
		const done = await flow.n8n.api.waitForExecution(id);
		expect(errorOf(done)).toBe('');
		const [set] = outOf(done, EXPORT);
		expect(set?.json.artefacts.map(({ media }: Json) => media.length)).toEqual([1, 1, 1]);
		expect(Object.keys(set?.binary ?? {}).sort()).toEqual(['contactSheet', 'json', 'media']);

		const drawn = flow.gemini.requests('picture').length;
		// Three, and one for the concept that was written anew.
		expect(drawn).toBe(4);
		const run = await flow.run();
		const calls = run.steps.filter(({ node }) => node.endsWith(DRAW));
		expect(Math.max(...calls.map((step) => JSON.stringify(step).length))).toBeLessThan(1500);
	}, 240_000);
});

describe('a file that is sent with the form', () => {
	it('reaches Gemini with the intent, the concepts, and the concept that is written anew', async () => {
		const flow = await importWithStills('with-file');
		await flow.n8n.api.publish(flow.workflow as { id: string });
		const id = await flow.send({
			'Your brief': 'A tense rooftop chase at night, noir tone',
			'A file that belongs to the brief (PDF, text, JPEG or PNG, up to 15 MB)': {
				fileName: 'mood.pdf',
				type: 'application/pdf',
				bytes: PDF,
			},
		});
		const waiting = await untilItWaits(flow, id);
		expect(errorOf(waiting)).toBe('');
		const filesOf = (kind: 'intent' | 'concepts'): unknown[] =>
			flow.gemini
				.requests(kind)
				.map(({ body }) => body.contents[0].parts.flatMap(({ inlineData }: Json) => inlineData ?? []));
		const sent = [{ mimeType: 'application/pdf', data: PDF.toString('base64') }];
		expect(filesOf('intent')).toEqual([sent]);
		expect(filesOf('concepts')).toEqual([sent, sent]);
	}, 240_000);
});
