/** Concept: Sketch between writing and checking in template 02: drawn once, shown at the gate, approved with the concept. */
import type { IDataObject } from 'n8n-workflow';
import { artefactsOf, contentHashOf, mediaHashOf, type Artefact } from '../../nodes/shared/state';
import { loadTemplate, runWorkflow, useEngine, type EngineOptions, type Ran } from '../support/engine';
import { gemini as concept } from '../support/flow';
import { callGate, fillForm } from '../support/gate';
import { png } from '../support/pictures';
import { startScriptedGemini, type ScriptedGemini, type Script } from '../support/scriptedGemini';

const WRITE = 'Write concepts';
const DRAW = 'Draw stills';
const ROUTER = 'Enough concepts passed?';
const GATE = 'Ask the creative director';
const EXPORT = 'Export the approved set';
const PERSON = 'Hand to a person';
const BUSY = { status: 503, body: { error: { code: 503, message: 'Busy', status: 'UNAVAILABLE' } } };
const EMPTY_PICTURE = {
	status: 200,
	body: { candidates: [{ content: { parts: [] }, finishReason: 'NO_IMAGE' }] },
};

/** Template 02 with a step that draws. */
function withStills(parameters: IDataObject = {}): ReturnType<typeof loadTemplate> {
	const json = loadTemplate('02-storyboard-with-human-gate.json');
	const node = concept(DRAW, { resource: 'concept', operation: 'sketch', ...parameters });
	const toCheck = json.connections[WRITE]?.main ?? [];
	json.nodes.push(node);
	json.connections[WRITE] = { main: [[{ node: DRAW, type: 'main', index: 0 }]] };
	json.connections[DRAW] = { main: toCheck };
	return json;
}

describe('template 02 with stills', () => {
	const engine = useEngine();
	let gemini: ScriptedGemini;
	let script: Partial<Script> = {};

	beforeEach(async () => {
		gemini = await startScriptedGemini(script);
	});
	afterEach(async () => {
		script = {};
		await gemini.close();
	});

	const run = (parameters: IDataObject = {}, options: EngineOptions = {}): Promise<Ran> =>
		runWorkflow(withStills(parameters), {
			geminiUrl: gemini.url,
			startNode: 'When you press the button',
			...options,
		});
	const artefacts = async (ran: Ran): Promise<Artefact[]> =>
		artefactsOf(await (await engine.store()).read(String(ran.out(WRITE)[0]?.runId)));
	const asked = (what: string) => gemini.asked.filter((each) => each.what === what);
	const hints = (ran: Ran, node: string): string[] =>
		(ran.run.data.resultData.runData[node] ?? []).flatMap(({ hints: all }) =>
			(all ?? []).map(({ message }) => message),
		);
	const decide = async (ran: Ran, choices: Record<string, string>): Promise<Ran> => {
		const { resumed, body } = await callGate(ran, GATE, { form: await fillForm(ran, GATE, choices) });
		if (resumed === undefined) throw new Error(body);
		return resumed;
	};

	it('draws one for each concept, as part of it, and says what it cost', async () => {
		const ran = await run();

		expect(ran.error).toBeUndefined();
		expect(asked('picture')).toHaveLength(3);
		expect(asked('picture')[0]?.picture).toEqual({ aspectRatio: '16:9', imageSize: '1K' });
		const works = await artefacts(ran);
		works.forEach((work, index) => {
			expect(work).toMatchObject({
				status: 'passed',
				media: [
					{ hash: mediaHashOf(png(index)), mimeType: 'image/png', fileName: `sketch-${index + 1}.png` },
				],
			});
			expect(work.contentHash).toBe(contentHashOf(work.content, work.media));
			expect(work.costUsd).toBeGreaterThan(0.0351);
		});
		const items = ran.outputs(DRAW)[0]?.[0] ?? [];
		expect(items.map(({ json }) => json.contentHash)).toEqual(works.map(({ contentHash }) => contentHash));
		expect(items[1]?.binary?.sketch).toMatchObject({ mimeType: 'image/png', fileName: 'sketch-2.png' });
		expect(Buffer.from(items[1]?.binary?.sketch?.data ?? '', 'base64')).toEqual(png(1));
		expect(hints(ran, DRAW)).toContain('3 stills drawn, about $0.11.');
	});

	it('is shown at the gate, approved with the concept, and in the set that is exported', async () => {
		const ran = await run();
		const { body } = await callGate(ran, GATE);
		const links = [...body.matchAll(/<img[^>]+src="?\?([^" >]+)/g)].map(([, query = '']) => query);
		expect(links.length).toBeGreaterThanOrEqual(3);
		const query = Object.fromEntries(new URLSearchParams(links[1]?.replaceAll('&amp;', '&')));
		const picture = await callGate(ran, GATE, { query });
		expect(picture.headers['content-type']).toBe('image/png');
		expect(picture.bytes).toEqual(png(1));

		const done = await decide(ran, { d0: 'approve', d1: 'approve', d2: 'approve' });
		expect(done.out(EXPORT)).toMatchObject([
			{ count: 3, artefacts: [{ media: [{ mimeType: 'image/png' }] }, {}, {}] },
		]);
		const files = done.outputs(EXPORT)[0]?.[0]?.[0]?.binary ?? {};
		const all = Object.values(files).map(({ data, mimeType }) => ({
			mimeType,
			bytes: Buffer.from(data, 'base64'),
		}));
		const sheet = all.find(({ mimeType }) => mimeType === 'text/html')?.bytes.toString() ?? '';
		expect(sheet).toContain(`data:image/png;base64,${png(0).toString('base64')}`);
		const zip = all.find(({ mimeType }) => mimeType === 'application/zip')?.bytes ?? Buffer.alloc(0);
		expect(zip.includes(png(2))).toBe(true);
	});

	it('draws anew for what a person sent back, and shows the model the still of what was only changed', async () => {
		const ran = await run();
		const again = await decide(ran, {
			d0: 'approve',
			d1: 'reject',
			n1: 'Seen it.',
			d2: 'redirect',
			n2: 'More rain.',
			s2: 'run',
		});

		expect(again.run.status).toBe('waiting');
		const later = asked('picture').slice(3);
		expect(later.map(({ files }) => files.map(({ data }) => data))).toEqual([
			[],
			[png(2).toString('base64')],
		]);
		for (const { prompt } of later) expect(prompt).toContain('More rain.');
		expect((await artefacts(again)).filter(({ status }) => status !== 'replaced')).toMatchObject([
			{ locked: true, media: [{ hash: mediaHashOf(png(0)) }] },
			{ slot: 2, media: [{ hash: mediaHashOf(png(3)) }] },
			{ slot: 3, media: [{ hash: mediaHashOf(png(4)) }] },
		]);
	});

	it('pays nothing when the execution is played again, also after a person decided, and gives the same bytes', async () => {
		const options = { resumeToken: 'played again' };
		const ran = await run({}, options);
		await decide(ran, { d0: 'approve', d1: 'approve', d2: 'reject', n2: 'No.' });
		const before = gemini.asked.length;
		const repeated = await run({}, options);

		expect(repeated.error).toBeUndefined();
		expect(gemini.asked).toHaveLength(before);
		const items = repeated.outputs(DRAW)[0]?.[0] ?? [];
		expect(items.map(({ json }) => [json.replayed, json.failure])).toEqual(
			[1, 2, 3].map(() => [true, undefined]),
		);
		expect(items.map(({ binary }) => Buffer.from(binary?.sketch?.data ?? '', 'base64'))).toEqual([
			png(0),
			png(1),
			png(2),
		]);
		expect(hints(repeated, DRAW).join()).not.toContain('drawn');
	});

	it('goes on after a crash in the middle of a still: that one is drawn in the next round, the rest is not paid again', async () => {
		const options = { resumeToken: 'crashed' };
		const store = await engine.store();
		const record = store.recordStep.bind(store);
		let died = false;
		const spy = jest.spyOn(store, 'recordStep').mockImplementation(async (runId, step, entries) => {
			if (!died && Object(Object(step.answer).value).hash === mediaHashOf(png(1))) {
				died = true;
				throw new Error('The power went out.');
			}
			await record(runId, step, entries);
		});
		const crashed = await run({}, options);
		spy.mockRestore();
		expect(crashed.error).toBeDefined();

		const ran = await run({}, options);
		expect(ran.run.status).toBe('waiting');
		expect(asked('concepts')).toHaveLength(1);
		// Three before the crash, and the second one once more.
		expect(asked('picture')).toHaveLength(4);
		expect(ran.out(DRAW).find(({ title }) => title === 'Concept 1')).toMatchObject({
			failure: { code: 'outcome_unknown', keepsWork: true },
		});
		expect((await artefacts(ran)).map(({ media }) => media?.length)).toEqual([1, 1, 1]);
	});

	it('keeps no bytes in the record of its calls', async () => {
		script.picture = () => png(7, 1200, 900);
		await gemini.close();
		gemini = await startScriptedGemini(script);
		const ran = await run();
		const store = await engine.store();
		const steps = await store.listSteps(String(ran.out(WRITE)[0]?.runId), {
			kind: 'call',
			node: `w1/${DRAW}`,
		});
		// By piece, not by position, so that another pass over the same pieces pays nothing. They are drawn side by side.
		const pieces = (await artefacts(ran)).map(({ id }) => id);
		expect(steps.map(({ slot }) => slot).sort()).toEqual(pieces.sort());
		for (const step of steps) expect(JSON.stringify(step).length).toBeLessThan(1500);
	});
});

describe('a still that fails', () => {
	const engine = useEngine();
	let gemini: ScriptedGemini;
	afterEach(() => gemini.close());

	const run = async (
		script: Partial<Script>,
		change: (json: ReturnType<typeof withStills>) => void = () => undefined,
	) => {
		gemini = await startScriptedGemini(script);
		const json = withStills({ options: { timeout: 1 } });
		for (const { name, parameters } of json.nodes)
			if (name === ROUTER) parameters.options = { initialWait: 0 };
		change(json);
		return runWorkflow(json, { geminiUrl: gemini.url, startNode: 'When you press the button' });
	};
	const asked = (what: string) => gemini.asked.filter((each) => each.what === what);
	const isPicture = (what: string, prompt: string, title: string): boolean =>
		what === 'picture' && prompt.includes(`"${title}"`);

	it('is drawn once more in the next round; the concept stays and is not written anew', async () => {
		let failures = 0;
		const ran = await run({
			fail: ({ what, prompt }) =>
				isPicture(what, prompt, 'Concept 1') && failures++ < 1 ? EMPTY_PICTURE : undefined,
		});

		expect(ran.run.status).toBe('waiting');
		expect(asked('concepts')).toHaveLength(1);
		expect(asked('concept')).toHaveLength(0);
		expect(asked('picture')).toHaveLength(4);
		const works = artefactsOf(await (await engine.store()).read(String(ran.out(WRITE)[0]?.runId)));
		expect(works.map(({ title, status, media }) => [title, status, media?.length])).toEqual([
			['Concept 0', 'passed', 1],
			['Concept 1', 'passed', 1],
			['Concept 2', 'passed', 1],
		]);
		const { body } = await callGate(ran, GATE);
		expect(body.match(/<article/g)).toHaveLength(3);
	});

	it('goes to a person with its reason when the attempts are spent; what has a still is kept', async () => {
		const ran = await run({
			fail: ({ what, prompt }) => (isPicture(what, prompt, 'Concept 1') ? EMPTY_PICTURE : undefined),
		});

		const handed = ran.out(PERSON);
		expect(handed.find(({ title }) => title === 'Concept 1')).toMatchObject({
			failure: { code: 'model_other' },
		});
		expect(handed.filter(({ status }) => status === 'passed')).toHaveLength(2);
		// Two that are good, and this one twice in each of three rounds.
		expect(asked('picture')).toHaveLength(2 + 3 * 2);
		expect(asked('concepts')).toHaveLength(1);
	});

	it('is not tried again when Gemini blocked it', async () => {
		const blocked = { status: 200, body: { candidates: [{ finishReason: 'IMAGE_SAFETY' }] } };
		const ran = await run({
			fail: ({ what, prompt }) => (isPicture(what, prompt, 'Concept 2') ? blocked : undefined),
		});
		expect(ran.out(PERSON).find(({ title }) => title === 'Concept 2')).toMatchObject({
			failure: { code: 'blocked_output', keepsWork: true },
		});
		expect(asked('picture')).toHaveLength(3);
	});

	it('stops the execution where the step is set so', async () => {
		const ran = await run(
			{ fail: ({ what }) => (what === 'picture' ? EMPTY_PICTURE : undefined) },
			(json) => {
				for (const { name, parameters } of json.nodes) if (name === DRAW) parameters.whenItFails = 'stop';
			},
		);
		expect(ran.error).toMatchObject({ message: expect.stringContaining('NO_IMAGE') });
	});

	it('asks for nothing that an expression made up', async () => {
		const ran = await run({}, (json) => {
			for (const { name, parameters } of json.nodes) if (name === DRAW) parameters.shape = '17:3';
		});
		expect(asked('picture')).toEqual([]);
		expect(ran.out(DRAW)[0]).toMatchObject({
			failure: { code: 'input_refused', message: expect.stringContaining("'Shape' is '17:3'") },
		});
	});

	it('leaves 503 to the call itself, which waits and asks again', async () => {
		let failures = 0;
		const ran = await run(
			{ fail: ({ what }) => (what === 'picture' && failures++ < 1 ? BUSY : undefined) },
			(json) => {
				for (const { name, parameters } of json.nodes) if (name === DRAW) parameters.options = {};
			},
		);
		expect(ran.out(DRAW).filter(({ failure }) => failure !== undefined)).toEqual([]);
		expect(asked('picture')).toHaveLength(4);
	});
});
