/** Several validators, several routers and loops in one run: none decides for another, and nothing leaves twice. */
import type { IDataObject } from 'n8n-workflow';
import { runWorkflow, useEngine } from '../support/engine';
import { banned, flow, gemini, other, retryRouter, rules, start, typesOf, validator } from '../support/flow';
import { concept } from '../support/scriptedGemini';
import { DONE, ESCALATE, RETRY, spotless, storyboard, useGemini } from '../support/storyboard';

const write = (name: string, more: IDataObject = {}) =>
	gemini(name, { resource: 'concept', operation: 'generate', count: 2, brief: 'A chase', ...more });
const check = (name: string, ...words: string[]) => validator(name, rules(banned(...words)));
const router = (name: string, more: IDataObject = {}) =>
	retryRouter(name, { options: { initialWait: 0 }, ...more });

describe('several deciders in one run', () => {
	const engine = useEngine();
	const model = useGemini();
	const status = async (runId: unknown) => (await (await engine.store()).getRun(String(runId))).status;

	it('lets no validator outvote another: what one refuses does not pass because a later one accepts it', async () => {
		const json = flow(
			[start(), write('Write'), check('Brand', 'gritty'), check('Legal', 'unicorn'), router('Router')],
			'Start > Write > Brand > Legal > Router',
		);
		const ran = await runWorkflow(json, { geminiUrl: model().url });

		expect(ran.out('Router', DONE)).toEqual([]);
		expect(ran.out('Router', RETRY)).toHaveLength(2);
	});

	it('counts the latest verdict of a validator, also when it says again what it said before', async () => {
		const json = (word: string) =>
			storyboard({
				check: rules(banned(word)),
				write: { options: { runKey: 'strict again' } },
				router: { attempts: 1 },
			});
		const played = [];
		for (const word of ['gritty', 'unicorn', 'gritty']) {
			played.push(await runWorkflow(json(word), { geminiUrl: model().url }));
		}

		expect(played.map((ran) => ran.out('Router', DONE).length)).toEqual([0, 3, 0]);
		expect(played[2]?.out('Router', ESCALATE)).toHaveLength(3);
	});

	it('gives each of two routers its own work, and asks nothing again when the run is played again', async () => {
		model().script.concept = (number) => (number === 1 || number === 3 ? spotless(number) : concept(number));
		const json = flow(
			[
				start(),
				write('Heroes'),
				check('Check heroes', 'spotless'),
				router('First'),
				write('Villains', { brief: 'The pursuers' }),
				check('Check villains', 'spotless'),
				router('Second'),
			],
			'Start > Heroes > Check heroes > First:1 > Heroes',
			'Start > Villains > Check villains > Second:1 > Villains',
		);
		const first = await runWorkflow(json, { geminiUrl: model().url, resumeToken: 'two routers' });
		const asked = model().asked.length;
		const second = await runWorkflow(json, { geminiUrl: model().url, resumeToken: 'two routers' });

		for (const name of ['First', 'Second']) {
			expect(first.out(name, DONE)).toHaveLength(2);
			expect(second.out(name, DONE).map(({ title }) => title)).toEqual(
				first.out(name, DONE).map(({ title }) => title),
			);
		}
		expect(model().asked).toHaveLength(asked);
		expect(await status(first.out('First', DONE)[0]?.runId)).toBe('finished');
	});

	it('lets a second router decide about what was made from what the first one let through', async () => {
		model().script.other = ({ prompt }) => ({ title: `Line on ${prompt.length} ${model().asked.length}` });
		const json = flow(
			[
				start(),
				write('Write'),
				check('Check', 'spotless'),
				router('First'),
				gemini('Tag', {
					resource: 'custom',
					operation: 'generate',
					instruction: 'Write a tagline',
					input: '={{ $json.title }}',
					kind: 'tagline',
					fields: { rows: [{ name: 'title', type: 'text', description: '' }] },
				}),
				check('Check lines', 'unicorn'),
				router('Second'),
			],
			'Start > Write > Check > First:1 > Write',
			'First:2 > Tag > Check lines > Second:1 > Tag',
		);
		const ran = await runWorkflow(json, { geminiUrl: model().url });

		expect(ran.error).toBeUndefined();
		expect(ran.out('Second', DONE).map(({ kind }) => kind)).toEqual(['tagline', 'tagline']);
		expect(ran.out('Second', RETRY)).toEqual([]);
		expect(ran.out('Second', ESCALATE)).toEqual([]);
	});
});

describe('a router inside a loop of n8n', () => {
	const engine = useEngine();
	const rowsOf = (texts: readonly string[]) => {
		let next = 0;
		return () => {
			const text = texts[next++];
			return text === undefined ? [[{ json: { ended: true } }], []] : [[], [{ json: { text } }]];
		};
	};
	const looped = (more: IDataObject = {}) =>
		flow(
			[start(), other('Loop'), check('Check', 'broken'), router('Router', { attempts: 1, ...more })],
			'Start > Loop:1 > Check > Router:2 > Loop',
			'Router > Loop',
		);

	it('decides each row by itself, and hands none on twice', async () => {
		const ran = await runWorkflow(looped(), {
			types: typesOf({ Loop: rowsOf(['one', 'broken two', 'three']) }, 2),
		});

		expect(ran.error).toBeUndefined();
		expect(ran.out('Router', DONE).map(({ text }) => text)).toEqual(['one', 'three']);
		expect(ran.out('Router', ESCALATE).map(({ text }) => text)).toEqual(['broken two']);
	});

	it('leaves the run with the person when one row went to one, whatever became of later rows', async () => {
		const ran = await runWorkflow(looped(), {
			types: typesOf({ Loop: rowsOf(['broken one', 'two']) }, 2),
		});

		const runId = String(ran.out('Router', DONE)[0]?.runId);
		expect((await (await engine.store()).getRun(runId)).status).toBe('escalated');
	});

	it('lets the failure of one row not spoil the rows after it', async () => {
		let row = 0;
		const json = flow(
			[
				start(),
				other('Loop'),
				other('Service', { onError: 'continueErrorOutput' }),
				check('Check', 'broken'),
				router('Router', { attempts: 1 }),
			],
			'Start > Loop:1 > Service > Check > Router:2 > Loop',
			'Service:1 > Router/1',
			'Router > Loop',
		);
		const ran = await runWorkflow(json, {
			types: {
				...typesOf({ Loop: rowsOf(['one', 'two', 'three']) }, 2),
				...typesOf({
					Service: (items) => {
						row += 1;
						return [
							items.map((item) =>
								row === 2 ? { json: { error: 'down' }, pairedItem: 0 } : { ...item, pairedItem: 0 },
							),
						];
					},
				}),
			},
		});

		expect(ran.out('Router', DONE).map(({ text }) => text)).toEqual(['one', 'three']);
		expect(ran.out('Router', ESCALATE)).toHaveLength(1);
	});
});

describe('the same brief under a known key', () => {
	useEngine();
	const model = useGemini();

	it('starts another run once, and goes on with it when it is played again', async () => {
		const json = (brief: string) =>
			flow(
				[
					start(),
					gemini('Capture', {
						resource: 'intent',
						operation: 'capture',
						brief,
						options: { runKey: 'shared', ifBriefChanged: 'startAnother' },
					}),
				],
				'Start > Capture',
			);
		const runs = [];
		for (const brief of ['A chase', 'A garden', 'A garden', 'A garden']) {
			runs.push((await runWorkflow(json(brief), { geminiUrl: model().url })).out('Capture')[0]?.runId);
		}

		expect(new Set(runs).size).toBe(2);
		expect(model().asked).toHaveLength(2);
	});
});
