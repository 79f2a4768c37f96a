/** Artefact: Export Approved Set, through n8n's engine. */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { runWorkflow, useEngine, type Ran } from '../support/engine';
import { flow, other, start, stateStore, typesOf } from '../support/flow';
import { artefact, verdict } from '../support/samples';
import { readZip } from '../export/support';

describe('Export Approved Set', () => {
	const engine = useEngine();
	const PNG = { bytes: Buffer.from('a picture'), mimeType: 'image/png', fileName: 'roof.png' };

	async function startRun(runKey: string, status: 'approved' | 'passed' | 'new', withPicture = true) {
		const store = await engine.store();
		const { runId } = (
			await store.startRun({ runKey, title: 'Spring Shoe', startedFrom: 'editor', workflowId: 'w1' })
		).run;
		const media = withPicture ? [await store.keepMedia(runId, PNG)] : [];
		await store.write(runId, [
			{
				by: 'Gate',
				asRecordKeeper: true,
				commands: [
					{
						op: 'mergeById',
						field: 'artefacts',
						items: [artefact('a', { status, locked: status === 'approved', media })],
					},
				],
			},
		]);
		const [work] = Object((await store.read(runId)).fields.artefacts);
		const said = verdict('a', 'pass', { contentHash: work.contentHash });
		await store.write(runId, [
			{ by: 'T', asRecordKeeper: true, commands: [{ op: 'append', field: 'verdicts', values: [said] }] },
		]);
		return runId;
	}
	const exportSet = (runId: string, more: IDataObject = {}) =>
		runWorkflow(
			flow(
				[
					start(),
					other('Before'),
					stateStore('Export', 'artefact', 'exportApproved', { run: runId, ...more }),
				],
				'Start > Before > Export',
			),
			{
				types: typesOf({
					Before: (items) => [
						items.map((item) => ({ ...item, binary: { old: { data: '', mimeType: 'x/y' } } })),
					],
				}),
			},
		);
	const filesOf = (ran: Ran) => {
		const item: INodeExecutionData | undefined = ran.outputs('Export')[0]?.[0]?.[0];
		return Object.entries(item?.binary ?? {}).map(([property, { fileName, mimeType, data }]) => ({
			property,
			fileName,
			mimeType,
			bytes: Buffer.from(data, 'base64'),
		}));
	};

	it('gives one item with the set, and the contact sheet, data and media as its only files', async () => {
		const ran = await exportSet(await startRun('all', 'approved'));

		expect(ran.error).toBeUndefined();
		expect(ran.out('Export')).toMatchObject([
			{
				title: 'Spring Shoe',
				count: 1,
				artefacts: [{ id: 'a', title: 'Concept a', media: [{ name: '1-concept-a-1.png', bytes: 9 }] }],
				files: {
					contactSheet: 'spring-shoe-approved.html',
					json: 'spring-shoe-approved.json',
					media: 'spring-shoe-approved.zip',
				},
			},
		]);
		const [page, data, zip, ...more] = filesOf(ran);
		expect(more).toEqual([]);
		expect([page, data, zip]).toMatchObject([
			{ property: 'contactSheet', fileName: 'spring-shoe-approved.html', mimeType: 'text/html' },
			{ property: 'json', fileName: 'spring-shoe-approved.json', mimeType: 'application/json' },
			{ property: 'media', fileName: 'spring-shoe-approved.zip', mimeType: 'application/zip' },
		]);
		expect(page?.bytes.toString()).toContain(PNG.bytes.toString('base64'));
		expect(JSON.parse(String(data?.bytes)).artefacts).toEqual(ran.out('Export')[0]?.artefacts);
		expect(
			readZip(zip?.bytes ?? Buffer.alloc(0))
				.get('1-concept-a-1.png')
				?.toString(),
		).toBe('a picture');
	});

	it('gives the same bytes again, and changes nothing in the run', async () => {
		const runId = await startRun('twice', 'approved');
		const before = await (await engine.store()).getRun(runId);
		const [first, second] = [filesOf(await exportSet(runId)), filesOf(await exportSet(runId))];

		expect(second).toEqual(first);
		expect(await (await engine.store()).getRun(runId)).toEqual({ ...before, updatedAt: expect.any(String) });
	});

	it('has no ZIP when no work has files', async () => {
		const ran = await exportSet(await startRun('no files', 'approved', false));
		expect(filesOf(ran).map(({ property }) => property)).toEqual(['contactSheet', 'json']);
	});

	it('takes what passed only when asked', async () => {
		const runId = await startRun('passed', 'passed');
		expect((await exportSet(runId)).error).toMatchObject({
			message: "Nothing of the run 'Spring Shoe' is approved yet.",
			description: expect.stringMatching(/Approved and Passed/),
		});
		const ran = await exportSet(runId, { include: 'approvedAndPassed' });
		expect(ran.out('Export')).toMatchObject([{ artefacts: [{ status: 'passed' }] }]);
	});

	it('says so when nothing is approved or passed', async () => {
		const ran = await exportSet(await startRun('nothing', 'new'), { include: 'approvedAndPassed' });
		expect(ran.error).toMatchObject({
			message: "Nothing of the run 'Spring Shoe' is approved or has passed yet.",
		});
		expect(ran.out('Export')).toEqual([]);
	});
});
