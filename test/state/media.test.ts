/** Media of the embedded store: files beside the state file, and on their way to another store. */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStateStore, type StateStore } from '../../nodes/shared/state';
import { MIGRATIONS } from '../../nodes/shared/state/backends/migrations';
import { tickingEnvironment } from '../support/storeEnvironment';

const START = { runKey: 'k', title: 't', startedFrom: 'editor', workflowId: 'w', brief: 'noir' } as const;
const PNG = { bytes: Buffer.from('a picture'), mimeType: 'image/png', fileName: 'roof.png' };

describe('media beside a state file', () => {
	let folder: string;
	let store: StateStore;
	let runId: string;
	const media = () => join(folder, 'greenlight', 'media', runId);
	const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), 'greenlight-media-'));
		store = await openStateStore({
			path: join(folder, 'greenlight', 'state.sqlite'),
			...tickingEnvironment(),
		});
		runId = (await store.startRun(START)).run.runId;
	});
	afterEach(async () => {
		await store.close();
		await rm(folder, { recursive: true });
	});

	it('lie in a folder of the run, named by their hash, for nobody else to read', async () => {
		const { hash } = await store.keepMedia(runId, PNG);

		expect(readdirSync(media())).toEqual([hash]);
		expect([modeOf(join(media(), hash)), modeOf(media()), modeOf(join(media(), '..'))]).toEqual([
			'600',
			'700',
			'700',
		]);
	});

	it('are not found in what a kill left half written, and the folder goes with its run', async () => {
		mkdirSync(join(media(), 'draft-killed'), { recursive: true });
		const { hash } = await store.keepMedia(runId, PNG);
		writeFileSync(join(media(), 'draft-killed', hash), 'a pic');

		expect((await store.readMedia(runId, hash)).bytes).toEqual(PNG.bytes);
		expect(await store.verify(runId)).toMatchObject({ ok: true });
		await store.deleteRuns({ before: '2100-01-01' });
		expect(existsSync(media())).toBe(false);
	});

	it('have no row when their bytes could not be written, and the sentence names the folder', async () => {
		mkdirSync(join(media(), '..'), { recursive: true });
		writeFileSync(media(), 'a file where the folder should be');

		await expect(store.keepMedia(runId, PNG)).rejects.toMatchObject({
			code: 'store_unavailable',
			message: 'Files of a run could not be kept.',
			hint: expect.stringContaining(join(folder, 'greenlight', 'media')),
		});
		expect((await store.exportRun(runId)).join('')).not.toContain('roof.png');
	});

	it('leave nothing of an import that is refused, and of a run that is there', async () => {
		await store.keepMedia(runId, PNG);
		const lines = await store.exportRun(runId);
		const others = lines.map((line) => line.replaceAll(runId, 'run-other'));

		await expect(store.importRun(others)).rejects.toMatchObject({ code: 'input_refused' });
		expect(readdirSync(join(media(), '..'))).toEqual([runId]);
	});

	it('go with the next deletion when a kill left them without their run', async () => {
		const others = ['run-killed', 'run-new'].map((name) => join(media(), '..', name));
		for (const other of others) mkdirSync(other, { recursive: true });
		const old = new Date('2020-01-01');
		await utimes(String(others[0]), old, old);
		await store.keepMedia(runId, PNG);

		expect(await store.deleteRuns({ before: '2020-02-01' })).toEqual([]);

		expect(readdirSync(join(media(), '..')).sort()).toEqual([runId, 'run-new'].sort());
	});

	it('that cannot be removed do not hold up the others, and it is said', async () => {
		const runIds = [runId];
		for (const runKey of ['b', 'c']) runIds.push((await store.startRun({ ...START, runKey })).run.runId);
		for (const each of runIds) await store.keepMedia(each, PNG);
		const files = jest.requireActual<{ rm: typeof rm }>('node:fs/promises');
		const spy = jest
			.spyOn(files, 'rm')
			.mockRejectedValueOnce(Object.assign(new Error('EBUSY'), { code: 'EBUSY', syscall: 'rm' }));

		await expect(store.deleteRuns({ before: '2100-01-01' })).rejects.toMatchObject({
			code: 'store_unavailable',
			message: 'Files of a run could not be removed, although their run was deleted.',
		});
		spy.mockRestore();

		expect(await store.listRuns()).toEqual([]);
		expect(readdirSync(join(media(), '..'))).toHaveLength(1);
		expect(await store.deleteRuns({ before: '2100-01-01' })).toEqual([]);
		expect(readdirSync(join(media(), '..'))).toEqual([]);
	});

	it('move to a store that keeps them in its tables, and back', async () => {
		const { hash } = await store.keepMedia(runId, PNG);
		const other = await openStateStore({ path: ':memory:', ...tickingEnvironment() });
		await other.importRun(await store.exportRun(runId));
		expect((await other.readMedia(runId, hash)).bytes).toEqual(new Uint8Array(PNG.bytes));

		await store.deleteRuns({ before: '2100-01-01' });
		await store.importRun(await other.exportRun(runId));
		await other.close();
		expect((await store.readMedia(runId, hash)).bytes).toEqual(PNG.bytes);
		expect(await store.verify(runId)).toMatchObject({ ok: true });
	});

	it('come to a state file that an earlier version made', async () => {
		const path = join(folder, 'old.sqlite');
		const old = new DatabaseSync(path);
		old.exec(`${String(MIGRATIONS[0])}; PRAGMA user_version = 1`);
		old.close();

		const opened = await openStateStore({ path, ...tickingEnvironment() });
		const { run } = await opened.startRun(START);
		const { hash } = await opened.keepMedia(run.runId, PNG);
		expect((await opened.readMedia(run.runId, hash)).bytes).toEqual(PNG.bytes);
		await opened.close();
	});
});
