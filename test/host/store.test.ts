import { chmodSync, mkdtempSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PipelineError } from '../../nodes/shared/errors';
import { closeStores, openStore, stateFilePath, toNodeError } from '../../nodes/shared/host';
import { refuseOldNode, tryStore } from '../../nodes/shared/host/store';
import { recogniseCoreErrors } from '../support/coreErrors';
import { fakeContext } from '../support/fakeContext';

recogniseCoreErrors();

describe('the state file of this n8n', () => {
	let folder: string;
	let environment: NodeJS.ProcessEnv;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'greenlight-store-'));
		environment = { N8N_USER_FOLDER: folder };
	});
	afterEach(async () => {
		await closeStores();
		rmSync(folder, { recursive: true });
	});

	const refusal = async (): Promise<PipelineError> =>
		openStore(environment).then(
			() => Promise.reject(new Error('it was opened')),
			(error: unknown) => error as PipelineError,
		);

	/** What a person sees: the title and the text of the red box. */
	function expectClearSentence(error: PipelineError): void {
		const shown = toNodeError(fakeContext({}), error, 0);
		expect(shown.message).toMatch(/^[A-Z][^\n]*\.$/);
		expect(Object(shown).description).toMatch(/^[A-Z][^\n]*\.$/);
		expect(`${shown.message} ${Object(shown).description}`).not.toMatch(/\n\s+at |SQLITE|errcode|ERR_|node:/);
	}

	it('says at once that n8n is too old, by the Node.js that it runs on', () => {
		expect(() => refuseOldNode('22.22.0')).toThrow('This n8n runs on Node.js 22.22.0; Greenlight needs 24.');
		expect(() => refuseOldNode('24.1.0')).not.toThrow();
	});

	it("stands in n8n's folder and not in the one that n8n empties", () => {
		expect(stateFilePath(environment)).toBe(join(folder, '.n8n', 'greenlight', 'state.sqlite'));
		expect(stateFilePath({})).toMatch(/\.n8n\/greenlight\/state\.sqlite$/);
	});

	it('puts down which process uses it, without user and password', async () => {
		const [only, ...others] = await (await openStore(environment)).listProcesses();
		expect(others).toEqual([]);
		expect(only).toMatchObject({
			...{ role: 'main', pid: process.pid, node: process.versions.node, greenlight: '0.1.0' },
			...{ queueMode: false, state: `the file ${stateFilePath(environment)}`, clockAheadMs: 0 },
		});
	});

	it('can be read by nobody else', async () => {
		await openStore(environment);
		const path = stateFilePath(environment);
		const mode = (name: string) => (statSync(name).mode & 0o777).toString(8);
		expect([mode(dirname(path)), mode(path), mode(`${path}-wal`)]).toEqual(['700', '600', '600']);
	});

	it('is opened once for all, and again after it was closed', async () => {
		const first = await openStore(environment);
		expect(await openStore(environment)).toBe(first);
		await closeStores();
		expect(await openStore(environment)).not.toBe(first);
	});

	it('is refused in queue mode with a sentence that names PostgreSQL, unless the disk is shared', async () => {
		const queue = { ...environment, EXECUTIONS_MODE: 'queue' };
		for (const shared of [{}, { GREENLIGHT_SHARED_DISK: 'yes' }]) {
			const open = async () => openStore({ ...queue, ...shared });
			await expect(open()).rejects.toMatchObject({
				code: 'store_refused',
				message: expect.stringContaining('queue mode'),
				hint: expect.stringMatching(/PostgreSQL.*GREENLIGHT_SHARED_DISK=true/),
			});
		}
		await expect(openStore({ ...queue, GREENLIGHT_SHARED_DISK: 'true' })).resolves.toBeDefined();
	});

	it('that may not be written gets a clear sentence', async () => {
		const isRoot = process.geteuid?.() === 0;
		chmodSync(folder, isRoot ? 0o755 : 0o555);
		if (isRoot) process.seteuid?.(65_534);
		const error = await refusal().finally(() => {
			if (isRoot) process.seteuid?.(0);
			chmodSync(folder, 0o755);
		});
		expect(error).toMatchObject({
			code: 'store_unavailable',
			hint: expect.stringContaining(stateFilePath(environment)),
		});
		expectClearSentence(error);
	});

	it('that is no database gets a clear sentence, and stays as it is', async () => {
		const path = stateFilePath(environment);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, 'My diary. '.repeat(200));
		const error = await refusal();
		expect(error).toMatchObject({
			code: 'store_unavailable',
			message: 'The state file is not a Greenlight state file.',
		});
		expectClearSentence(error);
		expect(statSync(path).size).toBe(2000);
	});

	it('whose place is taken by a folder gets a clear sentence', async () => {
		mkdirSync(stateFilePath(environment), { recursive: true });
		const error = await refusal();
		expect(error.code).toBe('store_unavailable');
		expectClearSentence(error);
	});

	it('of a newer Greenlight gets a sentence that says to update, and trying again would not help', async () => {
		const path = stateFilePath(environment);
		mkdirSync(dirname(path), { recursive: true });
		const newer = new DatabaseSync(path);
		newer.exec('PRAGMA user_version=999');
		newer.close();
		const error = await refusal();
		expect(error).toMatchObject({
			code: 'store_unavailable',
			message: expect.stringContaining('newer'),
			hint: expect.stringContaining('Update'),
			retryable: false,
		});
		expectClearSentence(error);
	});

	it('can be opened after the reason for its refusal is gone', async () => {
		const path = stateFilePath(environment);
		mkdirSync(path, { recursive: true });
		await refusal();
		rmSync(path, { recursive: true });
		await expect(openStore(environment)).resolves.toBeDefined();
	});
});

describe('the PostgreSQL credential', () => {
	it('does not say again what was typed as its host: it may be an address with a password', async () => {
		const host = 'postgres://bob:s3cret@db.example/x';
		const error: PipelineError = await tryStore({ host, port: 5432 }).then(
			() => Promise.reject(new Error('it was taken')),
			(reason) => reason,
		);

		expect(error).toMatchObject({
			code: 'input_refused',
			message: expect.stringMatching(/^'Host' .*\.$/),
			hint: expect.stringContaining("'Host'"),
		});
		expect(JSON.stringify([error.message, error.hint, error.details])).not.toMatch(/s3cret|bob|example/);
	});
});
