/** What every backend promises of media. Run for each of them by `describeStateStore`. */
import { createHash } from 'node:crypto';
import { MAX_MEDIA_BYTES, type Media, type StateStore } from '../../nodes/shared/state';
import { artefact } from '../support/samples';
import type { StoreUnderTest } from './stateStore.conformance';

const START = { runKey: 'spring', title: 'Spring', startedFrom: 'editor', workflowId: 'w1' } as const;
const picture = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 31) % 256);
const PNG = { bytes: picture, mimeType: 'image/png', fileName: 'roof.png' };

export function describeMedia(subject: StoreUnderTest): void {
	describe(`media on ${subject.name}`, () => {
		let place: Awaited<ReturnType<StoreUnderTest['createPlace']>>;
		let store: StateStore;

		beforeEach(async () => {
			place = await subject.createPlace();
			store = await place.open();
		});
		afterEach(async () => {
			await store.close();
			await place.remove();
		});

		const startRun = async (runKey = 'spring'): Promise<string> =>
			(await store.startRun({ ...START, runKey, brief: 'noir' })).run.runId;

		async function writeWork(runId: string, ...media: Media[]): Promise<void> {
			await store.write(runId, [
				{
					by: 'Test',
					asRecordKeeper: true,
					commands: [{ op: 'mergeById', field: 'artefacts', items: [artefact('a', { media })] }],
				},
			]);
		}

		it('gives back a file by the SHA-256 of its bytes, as it came', async () => {
			const runId = await startRun();
			const kept = await store.keepMedia(runId, PNG);

			expect(kept).toEqual({
				hash: createHash('sha256').update(picture).digest('hex'),
				mimeType: 'image/png',
				bytes: picture.length,
				fileName: 'roof.png',
			});
			const { bytes, ...name } = await store.readMedia(runId, kept.hash);
			expect(name).toEqual({ mimeType: 'image/png', fileName: 'roof.png' });
			expect(Buffer.from(bytes).equals(picture)).toBe(true);
		});

		it('keeps empty files and files without a name', async () => {
			const runId = await startRun();
			const { hash } = await store.keepMedia(runId, { bytes: new Uint8Array(), mimeType: 'text/plain' });

			const { bytes, ...name } = await store.readMedia(runId, hash);
			expect([bytes.length, name]).toEqual([0, { mimeType: 'text/plain' }]);
		});

		it('stores the same bytes once, under their first name, and makes no version', async () => {
			const runId = await startRun();
			const first = await store.keepMedia(runId, PNG);
			const again = await Promise.all(
				['a.png', 'b.png'].map((fileName) => store.keepMedia(runId, { ...PNG, fileName })),
			);

			expect(again).toEqual([first, first]);
			expect((await store.getRun(runId)).version).toBe(1);
			expect((await store.exportRun(runId)).filter((line) => line.startsWith('{"media":'))).toHaveLength(1);
		});

		it('keeps a file once when several keep it for the first time at once', async () => {
			const runId = await startRun();
			const kept = await Promise.all(Array.from({ length: 8 }, () => store.keepMedia(runId, PNG)));

			expect(new Set(kept.map(({ hash }) => hash)).size).toBe(1);
			expect(await store.verify(runId)).toEqual({ ok: true, versions: 1 });
		});

		it('refuses more than the stated size, and keeps as much as that', async () => {
			const runId = await startRun();
			const bytes = new Uint8Array(MAX_MEDIA_BYTES + 1);

			await expect(store.keepMedia(runId, { ...PNG, bytes, fileName: 'film.mp4' })).rejects.toMatchObject({
				code: 'value_too_large',
				message: "'film.mp4' has 33 MB; a file in the state store may have 32 MB.",
			});
			const kept = await store.keepMedia(runId, { ...PNG, bytes: bytes.subarray(1) });
			expect((await store.readMedia(runId, kept.hash)).bytes).toHaveLength(MAX_MEDIA_BYTES);
		});

		it('says so when the run or the file does not exist', async () => {
			await expect(store.keepMedia('run-none', PNG)).rejects.toMatchObject({ code: 'run_not_found' });
			await expect(store.readMedia('run-none', 'x')).rejects.toMatchObject({ code: 'run_not_found' });

			const { hash } = await store.keepMedia(await startRun(), PNG);
			const other = await startRun('autumn');
			for (const unknown of [hash, 'x', `../${hash}`]) {
				await expect(store.readMedia(other, unknown)).rejects.toMatchObject({ code: 'input_refused' });
			}
		});

		it("lets the file count for the work's content hash, and no step but a record keeper name it", async () => {
			const runId = await startRun();
			const kept = await store.keepMedia(runId, PNG);
			await writeWork(runId, kept);

			const [work] = list((await store.read(runId)).fields.artefacts);
			expect(work).toMatchObject({ media: [kept] });
			expect(Object(work).contentHash).not.toBe(artefact('a').contentHash);
			const items = [{ id: 'a', media: [] }];
			expect(
				await store.write(runId, [{ by: 'T', commands: [{ op: 'mergeById', field: 'artefacts', items }] }]),
			).toMatchObject([{ ok: false, failure: { code: 'record_protected' } }]);
		});

		it('brings media back with an export, and deletes them with their run', async () => {
			const runId = await startRun();
			const kept = await store.keepMedia(runId, PNG);
			await writeWork(runId, kept);
			const lines = await store.exportRun(runId);
			await store.deleteRuns({ before: '2100-01-01' });
			await expect(store.readMedia(runId, kept.hash)).rejects.toMatchObject({ code: 'run_not_found' });

			const withoutFile = lines.filter((line) => !line.startsWith('{"media":'));
			await expect(store.importRun(withoutFile)).rejects.toMatchObject({ code: 'input_refused' });

			await store.importRun(lines);
			expect(Buffer.from((await store.readMedia(runId, kept.hash)).bytes).equals(picture)).toBe(true);
			expect(await store.verify(runId)).toEqual({ ok: true, versions: 2 });
		});

		it('refuses an export whose files are not what they are called, or that leads elsewhere', async () => {
			const runId = await startRun();
			await store.keepMedia(runId, PNG);
			const lines = await store.exportRun(runId);
			await store.deleteRuns({ before: '2100-01-01' });
			const change = (pattern: RegExp, by: string) => lines.map((line) => line.replace(pattern, by));

			for (const bad of [
				change(/"base64":"..../, '"base64":"AAAA'),
				change(/"hash":"[0-9a-f]{64}"/, '"hash":"../../state"'),
				lines.map((line) => line.replaceAll(runId, '../../elsewhere')),
			]) {
				await expect(store.importRun(bad)).rejects.toMatchObject({ code: 'input_refused' });
			}
			expect(await store.listRuns()).toEqual([]);
		});

		it('gives a fork files of its own', async () => {
			const runId = await startRun();
			const kept = await store.keepMedia(runId, PNG);
			await writeWork(runId, kept);
			const fork = (await store.fork(runId, { runKey: 'copy', by: 'Test' })).run.runId;
			await store.deleteRuns({ before: (await store.getRun(fork)).createdAt });

			await expect(store.getRun(runId)).rejects.toMatchObject({ code: 'run_not_found' });
			expect((await store.readMedia(fork, kept.hash)).bytes).toHaveLength(picture.length);
			expect(await store.verify(fork)).toMatchObject({ ok: true });
		});

		if (!subject.reopens) return;

		it('has media after closing and opening again', async () => {
			const runId = await startRun();
			const { hash } = await store.keepMedia(runId, PNG);
			await store.close();

			store = await place.open();
			expect((await store.readMedia(runId, hash)).bytes).toHaveLength(picture.length);
		});

		it.each([
			['missing', undefined],
			['changed', new Uint8Array(5)],
		])(
			'notices a file that is %s, names the version that has it, and mends it when it comes again',
			async (_, bytes) => {
				const runId = await startRun();
				const kept = await store.keepMedia(runId, PNG);
				await writeWork(runId, kept);
				await writeWork(runId);
				await place.replaceMedia?.(runId, kept.hash, bytes);

				expect(await store.verify(runId)).toEqual({
					ok: false,
					firstBadVersion: 2,
					problem: "Version 2 has the file 'roof.png', which is missing or was changed.",
				});
				await expect(store.readMedia(runId, kept.hash)).rejects.toMatchObject({
					code: 'store_unavailable',
					message: "The file 'roof.png' is missing or was changed.",
				});
				await store.keepMedia(runId, PNG);
				expect(await store.verify(runId)).toEqual({ ok: true, versions: 3 });
			},
		);
	});
}

function list(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}
