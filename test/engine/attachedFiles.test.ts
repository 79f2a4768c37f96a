/** Files of a brief: to the model with every request that is about the brief, or refused by name before anything is paid. */
import type { IDataObject, INodeType } from 'n8n-workflow';
import { loadTemplate, runWorkflow, useEngine } from '../support/engine';
import {
	banned,
	editFields,
	flow,
	gemini as concept,
	retryRouter,
	rules,
	start,
	validator,
} from '../support/flow';
import { startScriptedGemini, type ScriptedGemini } from '../support/scriptedGemini';

describe('files that come with a brief', () => {
	useEngine();
	let gemini: ScriptedGemini;
	beforeEach(async () => {
		gemini = await startScriptedGemini();
	});
	afterEach(() => gemini.close());
	const pdf = {
		data: Buffer.from('%PDF-1.7 mood').toString('base64'),
		mimeType: 'application/pdf',
		fileName: 'mood.pdf',
	};

	const attach = (binary: Record<string, unknown>) => ({
		'test.Attach': {
			description: {
				displayName: 'Attach',
				name: 'attach',
				group: [],
				version: 1,
				description: '',
				defaults: { name: 'Attach' },
				inputs: ['main'],
				outputs: ['main'],
				properties: [],
			},
			execute: async () => [[{ json: { brief: 'A chase' }, binary }]],
		} as never,
	});
	const run = (binary: Record<string, unknown>, maker: IDataObject, checks = banned('spotless')) => {
		const attaching = { ...start(), id: 'Attach', name: 'Attach', type: 'test.Attach' };
		const json = flow(
			[
				start(),
				attaching,
				editFields('Set your brief', { concepts: 1 }),
				concept('Intent', { resource: 'intent', operation: 'capture', brief: '={{ $json.brief }}' }),
				concept('Make', maker),
				validator('Check', rules(checks)),
				retryRouter('Router', { attempts: 2 }),
			],
			'Start > Attach > Set your brief > Intent > Make > Check > Router',
			'Router:1 > Make',
		);
		return runWorkflow(json, { geminiUrl: gemini.url, types: attach(binary) });
	};
	const files = (what: string) => gemini.asked.filter((each) => each.what === what).map((each) => each.files);

	it('go along with the intent, the concepts, and what is written anew', async () => {
		const ran = await run(
			{ form_file: pdf },
			{ resource: 'concept', operation: 'generate', count: 1 },
			banned('gritty'),
		);
		expect(ran.error).toBeUndefined();
		const sent = [{ mimeType: 'application/pdf', data: pdf.data }];
		expect(files('intent')).toEqual([sent]);
		expect(files('concepts')).toEqual([sent, sent]);
	});

	it('stay out where the step says so', async () => {
		const more = { options: { leaveFilesOut: true } };
		await run({ form_file: pdf }, { resource: 'concept', operation: 'generate', count: 1, ...more });
		expect([files('intent'), files('concepts')]).toEqual([
			[[{ mimeType: 'application/pdf', data: pdf.data }]],
			[[]],
		]);
	});

	it.each(['01-two-agent-storyboard.json', '02-storyboard-with-human-gate.json'])(
		'go from the form through %s to the intent and the concepts',
		async (name) => {
			const types = attach({ attachment: pdf }) as Record<string, INodeType>;
			const form = Object.values(types)[0] as INodeType;
			await runWorkflow(loadTemplate(name), {
				geminiUrl: gemini.url,
				startNode: 'When a brief is sent',
				types: {
					'n8n-nodes-base.formTrigger': { ...form, description: { ...form.description, inputs: [] } },
				},
			});
			expect(files('intent')).toMatchObject([[{ mimeType: 'application/pdf' }]]);
			expect(files('concepts')[0]).toMatchObject([{ mimeType: 'application/pdf' }]);
		},
	);

	it('go along with custom work', async () => {
		gemini.script.other = () => ({ title: 'A line' });
		const fields = { rows: [{ name: 'title', type: 'text', description: '' }] };
		await run(
			{ form_file: pdf },
			{ resource: 'custom', operation: 'generate', instruction: 'Write', fields },
		);
		expect(files('other')).toEqual([[{ mimeType: 'application/pdf', data: pdf.data }]]);
	});

	it('are in no record of a call', async () => {
		const large = { ...pdf, data: Buffer.alloc(300_000, 65).toString('base64') };
		const maker = { resource: 'concept', operation: 'generate', count: 1 };
		const first = await run({ file: large }, maker);
		const runId = String(first.out('Make')[0]?.runId);
		const { openStore } = await import('../../nodes/shared/host');
		const steps = await (await openStore()).listSteps(runId, { kind: 'call' });
		expect(Math.max(...steps.map((step) => JSON.stringify(step).length))).toBeLessThan(5000);
	});

	it.each<[string, Record<string, unknown>, RegExp, string]>([
		[
			'a Word file',
			{
				file: {
					...pdf,
					mimeType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
					fileName: 'a.docx',
				},
			},
			/cannot read 'a\.docx'/,
			'as PDF',
		],
		[
			'a drawing that Gemini does not read',
			{ file: { ...pdf, mimeType: 'image/svg+xml', fileName: 'a.svg' } },
			/cannot read 'a\.svg'/,
			'PNG',
		],
		['an empty file', { file: { ...pdf, data: '' } }, /'mood\.pdf' is empty/, 'again'],
		[
			'too much',
			{ file: { ...pdf, data: Buffer.alloc(15_000_001).toString('base64') } },
			/more than 15 MB/,
			'smaller',
		],
		['a file that n8n has lost', { file: { ...pdf, id: 'filesystem-v2:gone' } }, /no longer/, 'once more'],
	])('are refused before anything is paid: %s', async (_, binary, sentence, hint) => {
		const ran = await run(binary, { resource: 'concept', operation: 'generate', count: 1 });
		expect(ran.out('Intent')[0]).toMatchObject({
			failure: { message: expect.stringMatching(sentence), hint: expect.stringContaining(hint) },
		});
		expect(gemini.asked).toEqual([]);
	});

	it.each([
		'audio/mpeg',
		'audio/x-wav',
		'image/jpeg',
		'image/HEIC',
		'video/mp4',
		'text/plain; charset=utf-8',
		'application/json',
	])('may be %s', async (mimeType) => {
		await run({ file: { ...pdf, mimeType } }, { resource: 'concept', operation: 'generate', count: 1 });
		expect(files('intent')).toMatchObject([[{ mimeType: mimeType.toLowerCase().split(';')[0] }]]);
	});
});
