/** Run: Verify, Export and Import, through n8n's engine. */
import type { IBinaryData, IDataObject, INode } from 'n8n-workflow';
import { execute } from '../../nodes/SharedStateStore/actions/run/export.operation';
import { PipelineError } from '../../nodes/shared/errors';
import { openStateStore } from '../../nodes/shared/state';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import { flow, other, same, start, stateStore, typesOf } from '../support/flow';
import { tickingEnvironment } from '../support/storeEnvironment';

const begin = (runKey: string, brief: string) => stateStore('Begin', 'run', 'start', { brief, runKey });
const line = (...nodes: INode[]) =>
	flow([start(), ...nodes], ['Start', ...nodes.map(({ name }) => name)].join(' > '));

const fileOf = (ran: Ran, step: string): IBinaryData => {
	const file = ran.outputs(step)[0]?.[0]?.[0]?.binary?.data;
	if (file === undefined) throw new Error('There is no file.');
	return file;
};
const textOf = (file: IBinaryData) => Buffer.from(file.data, 'base64').toString();
const fileWith = (text: string): IBinaryData => ({
	data: Buffer.from(text).toString('base64'),
	mimeType: 'text/plain',
});
const hintsOf = (ran: Ran, step: string) =>
	(ran.run.data.resultData.runData[step]?.[0]?.hints ?? []).map(({ message }) => message);

describe('Shared State Store', () => {
	const engine = useEngine();

	const newRun = async (runKey: string, brief = 'A chase') =>
		String(
			(
				await runWorkflow(
					line(begin(runKey, brief), stateStore('A', 'state', 'write', { field: 'note', value: 'wet' })),
				)
			).out('Begin')[0]?.runId,
		);
	const exported = (json: IDataObject, parameters: IDataObject = {}) =>
		runWorkflow(line(stateStore('Export', 'run', 'export', parameters)), { input: [json] });
	const imported = (file: IBinaryData | undefined, parameters: IDataObject = {}, more: Partial<INode> = {}) =>
		runWorkflow(line(other('File'), stateStore('Import', 'run', 'import', parameters, more)), {
			types: typesOf({
				File: (items) => [same(items).map((item) => (file ? { ...item, binary: { data: file } } : item))],
			}),
		});
	const removeAll = async () => (await engine.store()).deleteRuns({ before: '2100-01-01' });

	beforeEach(removeAll);

	describe('Run: Verify', () => {
		it('says that a run is as it was written', async () => {
			const runId = await newRun('verified');
			const ran = await runWorkflow(line(stateStore('Verify', 'run', 'verify')), { input: [{ runId }] });

			expect(ran.out('Verify')).toEqual([{ runId, intact: true, versions: 2 }]);
			expect(hintsOf(ran, 'Verify')).toEqual([]);
		});

		it('names the first version that is not, and says so above the output', async () => {
			const runId = await newRun('forged');
			const lines = await (await engine.store()).exportRun(runId);
			await removeAll();
			const forged = lines.map((text) => text.replace('\\"wet\\"', '\\"dry\\"'));
			await (await engine.store()).importRun(forged);

			const ran = await runWorkflow(line(stateStore('Verify', 'run', 'verify')), { input: [{ runId }] });

			expect(forged).not.toEqual(lines);
			expect(ran.out('Verify')).toEqual([
				{
					runId,
					intact: false,
					versions: 2,
					firstBadVersion: 2,
					problem: expect.stringMatching(/^Version 2 .*\.$/),
				},
			]);
			expect(hintsOf(ran, 'Verify')).toEqual([expect.stringContaining("'A chase' was changed")]);
		});
	});

	describe('Run: Export', () => {
		it('makes a file of one run, named by its title, and says what is in it', async () => {
			const runId = await newRun('one');
			await newRun('another');
			const ran = await exported({ runId });
			const file = fileOf(ran, 'Export');
			const lines = textOf(file).trim().split('\n');

			expect(ran.out('Export')).toEqual([
				{
					title: 'A chase',
					fileName: 'a-chase.greenlight.jsonl',
					runs: 1,
					versions: 2,
					lines: lines.length,
				},
			]);
			expect(file).toMatchObject({
				fileName: 'a-chase.greenlight.jsonl',
				mimeType: 'application/x-ndjson',
			});
			expect(lines).toEqual(await (await engine.store()).exportRun(runId));
		});

		it.each([
			['a/b\\c: "d"?', 'a-b-c-d.greenlight.jsonl'],
			['../..', 'run.greenlight.jsonl'],
			['Straße 🎬', 'straße.greenlight.jsonl'],
		])('names the file of the run %j so that every system takes it', async (brief, fileName) => {
			const ran = await exported({ runId: await newRun('named', brief) });
			expect([ran.out('Export')[0]?.fileName, fileOf(ran, 'Export').fileName]).toEqual([fileName, fileName]);
		});

		it('needs a run, but for all runs', async () => {
			const ran = await exported({});
			const none = await exported({}, { whichRuns: 'all' });

			expect(ran.error).toMatchObject({ message: expect.stringContaining('No run') });
			expect(none.out('Export')).toMatchObject([{ title: 'All runs', runs: 0, versions: 0, lines: 0 }]);
		});
	});

	describe('what a file of many runs is made of', () => {
		/** Runs the operation on a store of its own and gives back its row and how long its file would be. */
		async function exportAll(exportRun: (runId: string) => Promise<string[]>) {
			const listRuns = async () => ['a', 'b', 'c'].map((runId) => ({ runId, version: 1, title: runId }));
			let bytes = 0;
			const prepareBinaryData = async (content: AsyncIterable<Buffer>) => {
				for await (const chunk of content) bytes += chunk.length;
				return {};
			};
			const context = { getNodeParameter: () => 'all', helpers: { prepareBinaryData } };
			const call = { context, scope: { store: { listRuns, exportRun } }, item: {}, itemIndex: 0, files: {} };
			const [row] = await execute(call as unknown as Parameters<typeof execute>[0]);
			return { row, bytes };
		}

		it('may be longer than the longest text', async () => {
			const line = 'x'.repeat(60_000_000);
			const { row, bytes } = await exportAll(async () => Array.from({ length: 10 }, () => line));

			expect([row, bytes]).toMatchObject([{ runs: 3, lines: 30 }, 30 * 60_000_001]);
		});

		it('leaves out a run that was deleted meanwhile, and fails as a whole for any other reason', async () => {
			const failing = (code: 'run_not_found' | 'store_unavailable') =>
				exportAll(async (runId) => {
					if (runId === 'b') throw new PipelineError(code, 'No.');
					return ['{}'];
				});

			expect((await failing('run_not_found')).row).toMatchObject({ runs: 2, versions: 2, lines: 2 });
			await expect(failing('store_unavailable')).rejects.toMatchObject({ code: 'store_unavailable' });
		});
	});

	describe('Run: Import', () => {
		it('brings back all runs of a file, exactly as they were, also in another store', async () => {
			// U+2028 ends a line for some readers of files.
			const ids = [await newRun('a', 'One\u2028line'), await newRun('b'), await newRun('c')];
			const linesOf = async (store: { exportRun(runId: string): Promise<string[]> }) =>
				Promise.all(ids.map(async (runId) => (await store.exportRun(runId)).sort()));
			const before = await linesOf(await engine.store());
			const ran = await exported({}, { whichRuns: 'all' });
			const file = fileOf(ran, 'Export');
			const elsewhere = await openStateStore({ path: ':memory:', ...tickingEnvironment() });
			await removeAll();

			const back = await imported(file);
			for (const { lines } of (await import('../../nodes/shared/state')).runsIn(Buffer.from(textOf(file)))) {
				await elsewhere.importRun(lines);
			}

			expect(ran.out('Export')).toMatchObject([{ runs: 3, versions: 6 }]);
			expect(file.fileName).toBe('all-runs.greenlight.jsonl');
			expect(back.out('Import')).toHaveLength(3);
			expect(back.out('Import')).toContainEqual({
				title: 'A chase',
				imported: true,
				why: '',
				runId: ids[1],
				versions: 2,
				intact: true,
			});
			expect(hintsOf(back, 'Import')).toEqual(['3 runs imported.']);
			expect(await linesOf(await engine.store())).toEqual(before);
			expect(await linesOf(elsewhere)).toEqual(before);
			await elsewhere.close();
		});

		it('does not hand the file on with each run', async () => {
			const file = fileOf(await exported({ runId: await newRun('a') }), 'Export');
			await removeAll();
			expect((await imported(file)).outputs('Import')[0]?.[0]?.[0]).not.toHaveProperty('binary');
		});

		it('goes on with a run where it was: the same key is the same run', async () => {
			const runId = await newRun('goes on');
			const file = fileOf(await exported({ runId }), 'Export');
			await removeAll();
			await imported(file);

			expect(await newRun('goes on')).toBe(runId);
		});

		it('takes a file that an editor saved in its own way', async () => {
			const runId = await newRun('edited');
			const file = fileOf(await exported({ runId }), 'Export');
			await removeAll();

			const ran = await imported(fileWith(`\uFEFF${textOf(file).replaceAll('\n', '\r\n')}\r\n`));

			expect(ran.out('Import')).toMatchObject([{ runId, imported: true, intact: true }]);
		});

		it('adds the runs that it can, each whole or not at all, and says which not and why', async () => {
			const [known, cutOff, fine] = [
				await newRun('known', 'Known'),
				await newRun('cut'),
				await newRun('fine'),
			];
			const store = await engine.store();
			const parts = [
				await store.exportRun(known),
				(await store.exportRun(cutOff)).slice(0, -1),
				await store.exportRun(fine),
			];
			await removeAll();
			await store.importRun(parts[0] ?? []);

			const ran = await imported(fileWith(parts.flat().join('\n')));

			expect(ran.out('Import')).toEqual([
				{
					title: 'Known',
					imported: false,
					why: "The run 'Known' is in this store already.",
					runId: known,
				},
				{ title: 'A chase', imported: false, why: 'The exported run is damaged.', runId: cutOff },
				{ title: 'A chase', imported: true, why: '', runId: fine, versions: 2, intact: true },
			]);
			expect(hintsOf(ran, 'Import')).toEqual([expect.stringMatching(/^1 run imported, 2 refused\..*Known/)]);
			expect((await store.listRuns()).map(({ runId }) => runId).sort()).toEqual([known, fine].sort());
		});

		it('says of a run that was changed in the file that it is not what was written', async () => {
			const runId = await newRun('changed');
			const file = fileOf(await exported({ runId }), 'Export');
			await removeAll();

			const ran = await imported(fileWith(textOf(file).replace('\\"wet\\"', '\\"dry\\"')));

			expect(ran.out('Import')).toMatchObject([
				{ imported: true, intact: false, why: expect.stringContaining('Version 2') },
			]);
		});

		it.each([
			['text that is no export', 'Dear diary,', /exported run is damaged/],
			['JSON that is no export', '{"a": 1}', /not an exported run/],
			['an empty file', '\n', /The file is empty/],
			['two that are no runs', '{"format":"greenlight-run"\n{"format":"greenlight-run"', /^None of 2 runs/],
		])('fails with a sentence for %s', async (_name, text, sentence) => {
			const ran = await imported(fileWith(text));
			expect(ran.error).toMatchObject({
				message: expect.stringMatching(sentence),
				description: expect.stringMatching(/^[A-Z].*\.$/),
			});
			expect(await (await engine.store()).listRuns()).toEqual([]);
		});

		it('says which field was to hold the file where there is none', async () => {
			const ran = await imported(undefined, { binaryField: 'upload' });
			expect(ran.error).toMatchObject({
				message: "The item has no file in the field 'upload'.",
				description: expect.stringContaining("'Input Binary Field'"),
			});
		});

		it("goes on with the reason on the item where n8n's On Error says so", async () => {
			const ran = await imported(fileWith('{}'), {}, { onError: 'continueRegularOutput' });
			expect(ran.out('Import')).toMatchObject([{ failure: { code: 'input_refused' } }]);
		});
	});
});
